"""Translated templates."""

from pathlib import Path
from typing import Any

import pytest

from enfilade.template import Jinja2
from enfilade.test import RequestFactory, override_settings
from enfilade.translation import deactivate, gettext_lazy, override
from written import write_compiled

GERMAN = """
msgid "Hello %(name)s"
msgstr "Hallo %(name)s"

msgid "one <apple>"
msgid_plural "%(num)s apples"
msgstr[0] "ein <Apfel>"
msgstr[1] "%(num)s Äpfel"

msgctxt "month"
msgid "May"
msgstr "Mai"
"""


@pytest.fixture(autouse=True)
def german(tmp_path: Path):
    write_compiled(tmp_path, "de", GERMAN)
    deactivate()
    with override_settings(LOCALE_PATHS=[tmp_path], LANGUAGE_CODE="en"):
        yield


def render(source: str, language: str = "de", **values: Any) -> str:
    with override(language):
        return Jinja2({}).from_string(source).render(values)


def test_texts_are_in_the_active_language() -> None:
    source = "{% trans %}Hello {{ name }}{% endtrans %}"
    assert render(source, name="Ann") == "Hallo Ann"
    assert render(source, "en", name="Ann") == "Hello Ann"
    assert render("{{ _('Hello %(name)s', name='Ann') }}") == "Hallo Ann"
    assert render("{{ pgettext('month', 'May') }}") == "Mai"


def test_a_template_that_is_rendered_twice_may_speak_twice() -> None:
    template = Jinja2({}).from_string("{{ pgettext('month', 'May') }}")
    said = []
    for language in ("de", "en"):
        with override(language):
            said.append(template.render())
    assert said == ["Mai", "May"]


def test_a_number_chooses_the_form() -> None:
    source = (
        ("{% trans num=n %}one &lt;apple&gt;{% pluralize %}{{ num }} apples{% endtrans %}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
    )
    assert [render(source, n=n) for n in (1, 2)] == ["ein <Apfel>", "2 Äpfel"]


def test_what_is_put_in_is_escaped_and_the_text_is_not() -> None:
    assert render("{{ _('Hello %(name)s', name=name) }}", name="<b>") == "Hallo &lt;b&gt;"
    assert render("{% trans %}Hello {{ name }}{% endtrans %}", name="<b>") == "Hallo &lt;b&gt;"


def test_a_lazy_text_is_translated_and_escaped() -> None:
    assert render("{{ text }}", text=gettext_lazy("1 < 2")) == "1 &lt; 2"


def test_numbers_are_written_as_the_language_does() -> None:
    assert render("{{ 1234.5|format_number }}") == "1.234,5"
    assert render("{{ 1234.5|format_number }}", "en") == "1,234.5"


def test_an_environment_with_translations_of_its_own_keeps_them() -> None:
    def own(**options: Any) -> Any:
        import jinja2

        environment: Any = jinja2.Environment(**options, extensions=["jinja2.ext.i18n"])
        environment.install_gettext_callables(str.upper, lambda s, p, n: p, newstyle=False)
        return environment

    assert Jinja2({"OPTIONS": {"environment": own}}).from_string("{{ _('a') }}").render() == "A"


def test_the_context_processor_tells_of_languages() -> None:
    processors = ["enfilade.template.context_processors.i18n"]
    engine = Jinja2({"OPTIONS": {"context_processors": processors}})
    template = engine.from_string("{{ LANGUAGES }} {{ LANGUAGE_CODE }} {{ LANGUAGE_BIDI }}")
    with override("he"), override_settings(LANGUAGES=[("he", "x")]):
        assert template.render({}, RequestFactory().get("/")).endswith("x&#39;)] he True")
    with override("de"):
        text = template.render({}, RequestFactory().get("/"))
    assert text.replace("&#39;", "'") == "[('en', 'English'), ('de', 'German')] de False"
