"""``enfilade makemessages`` and ``compilemessages``, as a translator runs them."""

from pathlib import Path
from typing import Any

import pytest

SITE = """
from pathlib import Path
from enfilade import Application, HttpResponse, path
from enfilade.translation import gettext as _, gettext_lazy, ngettext_lazy, npgettext, pgettext

APPLES = ngettext_lazy("%d apple", "%d apples")
TITLE = gettext_lazy("Title")

def front(request):
    # Translators: said to everybody
    return HttpResponse(_("Hello") + pgettext("month", "May") + npgettext("x", "%d y", "%d ys", 2))

application = Application(
    [path("", front)],
    LOCALE_PATHS=[Path(__file__).parent / "locale"],
    LANGUAGE_CODE="de",
    MIDDLEWARE=["enfilade.middleware.locale.LocaleMiddleware"],
)
"""
TEMPLATE = """
{% cache 60, "x" %}{% trans n=3 %}one page{% pluralize %}{{ n }} pages{% endtrans %}{% endcache %}
{{ _("From a template") }}
"""


@pytest.fixture
def translated(folder: Any) -> Any:
    """A site with texts in Python and in a template."""
    folder.write("app.py", SITE)
    for name in ("templates", ".hidden", "node_modules/x"):
        (folder.path / name).mkdir(parents=True)
    folder.write("templates/front.html", TEMPLATE)
    folder.write(".hidden/no.py", "_('hidden')")
    folder.write("node_modules/x/no.py", "_('foreign')")
    return folder


def po(folder: Any, locale: str = "de") -> Path:
    path: Path = folder.path / "locale" / locale / "LC_MESSAGES" / "messages.po"
    return path


def translate(folder: Any, text: str, translation: str) -> None:
    source = po(folder).read_text("utf-8")
    before = f'msgid "{text}"\nmsgstr ""'
    assert before in source
    po(folder).write_text(source.replace(before, f'msgid "{text}"\nmsgstr "{translation}"'))


def test_texts_are_collected_translated_compiled_and_said(translated: Any) -> None:
    assert "0 of 7 translated" in translated.output("makemessages", "-l", "de")
    text = po(translated).read_text("utf-8")
    for line in (
        'msgid "Hello"',
        "#. said to everybody",
        'msgctxt "month"',
        'msgid "Title"',
        'msgid_plural "%d apples"',
        'msgid_plural "%d ys"',
        'msgid "From a template"',
        'msgid_plural "%(n)s pages"',
        "#: templates/front.html:3",
    ):
        assert line in text
    assert "hidden" not in text
    assert "foreign" not in text
    translate(translated, "Hello", "Hallo ")
    assert "1 of 7 translated" in translated.output("compilemessages")
    code = "print(client.get('/').content.decode())"
    assert "Hallo May%d ys" in translated.output("shell", "-c", code)


@pytest.mark.slow
def test_what_was_translated_stays_and_what_is_gone_is_kept_aside(translated: Any) -> None:
    translated.output("makemessages", "-l", "de", "-l", "pt-br")
    translate(translated, "Hello", "Hallo")
    translated.write("app.py", SITE.replace('_("Hello")', '_("Good day")'))
    output = translated.output("makemessages")
    assert "de/LC_MESSAGES" in output
    assert "pt_BR/LC_MESSAGES" in output
    text = po(translated).read_text("utf-8")
    assert 'msgid "Good day"' in text
    assert '#~ msgstr "Hallo"' in text or 'msgstr "Hallo"' in text


def test_a_translation_that_does_not_fit_is_told_and_not_compiled(translated: Any) -> None:
    translated.output("makemessages", "-l", "de")
    text = po(translated).read_text("utf-8")
    broken = text.replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "%s"\nmsgstr[1] "%(a)s"', 1)
    po(translated).write_text(broken)
    done = translated.enfilade("compilemessages")
    assert done.returncode == 1
    assert "messages.po, line" in done.stderr
    assert not po(translated).with_suffix(".mo").exists()


def test_nothing_to_do_says_how_to_begin(translated: Any) -> None:
    for command in ("makemessages", "compilemessages"):
        done = translated.enfilade(command)
        assert done.returncode != 0
        assert "makemessages -l de" in done.stderr


def test_a_mistake_is_told_with_its_place(translated: Any) -> None:
    done = translated.enfilade("makemessages", "-l", "../x")
    assert "'../x' is no language" in done.stderr
    translated.write("app.py", SITE.replace('LOCALE_PATHS=[Path(__file__).parent / "locale"],', ""))
    assert "LOCALE_PATHS" in translated.enfilade("makemessages", "-l", "de").stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("templates/bad.html", b"\n{% trans %}", "templates/bad.html, line 2: unclosed"),
        ("templates/vue.html", b"{{ a ? b : c }}", "templates/vue.html, line 1: unexpected char"),
        ("templates/old.txt", b"\xff", "templates/old.txt: 'utf-8' codec"),
        ("old.py", b"x = '\xff'", "old.py: 'utf-8' codec"),
        ("bad.py", b"f(", "EOF in multi-line statement"),  # in line 1 for Python 3.12
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_may_be_left_out(
    translated: Any, name: str, content: bytes, told: str
) -> None:
    (translated.path / name).write_bytes(content)
    done = translated.enfilade("makemessages", "-l", "de")
    assert f"in {name}" in done.stderr
    assert told in done.stderr
    assert "--ignore" in done.stderr
    assert not po(translated).exists()
    assert "0 of 7" in translated.output("makemessages", "-l", "de", "-i", name)


@pytest.mark.slow
def test_templates_may_use_the_extensions_of_the_site(translated: Any) -> None:
    translated.write("templates/do.html", '{% do x.append(1) %}{{ _("Behind a tag") }}')
    options = 'TEMPLATES=[{"DIRS": ["templates"], "OPTIONS": {"extensions": ["jinja2.ext.do"]}}],'
    translated.write("app.py", SITE.replace("LANGUAGE_CODE", f"{options}\n    LANGUAGE_CODE"))
    translated.output("makemessages", "-l", "de")
    assert 'msgid "Behind a tag"' in po(translated).read_text("utf-8")


@pytest.mark.slow
def test_what_others_have_translated_is_left_alone(translated: Any) -> None:
    own = 'LOCALE_PATHS=[Path(__file__).parent / "locale"'
    translated.write("app.py", SITE.replace(own, f'{own}, Path(__file__).parent / "others"'))
    others = translated.path / "others" / "de" / "LC_MESSAGES" / "messages.po"
    others.parent.mkdir(parents=True)
    others.write_text('msgid "Theirs"\nmsgstr "Deren"\n')
    before = others.read_bytes()
    translated.output("makemessages", "-l", "pt-br")
    assert "/others/" not in translated.output("makemessages")
    assert others.read_bytes() == before


def test_a_catalogue_that_is_none_is_told_at_the_start(translated: Any) -> None:
    po(translated).parent.mkdir(parents=True)
    po(translated).with_suffix(".mo").write_bytes(b"no catalogue")
    done = translated.enfilade("check")
    assert done.returncode != 0
    assert "messages.mo" in done.stdout + done.stderr
