"""Finding a template among several engines and several names."""

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.template import (
    TemplateDoesNotExist,
    engines,
    get_template,
    render_to_string,
    select_template,
)
from enfilade.test import override_settings


@pytest.fixture
def folders(tmp_path):
    for name in ("public", "mail"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "both.html").write_text(name)
    (tmp_path / "mail" / "letter.txt").write_text("Dear {{ name }}")
    configured = [{"NAME": name, "DIRS": [tmp_path / name]} for name in ("public", "mail")]
    with override_settings(TEMPLATES=configured):
        yield tmp_path


def test_the_first_engine_that_has_it_wins(folders):
    assert get_template("both.html").render() == "public"
    assert render_to_string("letter.txt", {"name": "Ada"}) == "Dear Ada"


def test_an_engine_can_be_chosen(folders):
    assert get_template("both.html", using="mail").render() == "mail"
    with pytest.raises(TemplateDoesNotExist):
        get_template("letter.txt", using="public")


def test_an_unknown_engine_is_answered_with_those_there_are(folders):
    with pytest.raises(ImproperlyConfigured, match="'post'") as caught:
        get_template("both.html", using="post")
    assert caught.value.hint == "There are: public, mail."


def test_a_lost_template_names_every_place(folders):
    with pytest.raises(TemplateDoesNotExist, match=r"lost\.html") as caught:
        get_template("lost.html")
    assert caught.value.tried == (folders / "public/lost.html", folders / "mail/lost.html")


def test_selects_the_first_name_there_is(folders):
    assert select_template(["lost.html", "letter.txt"]).name == "letter.txt"
    assert render_to_string(("lost.html", "both.html")) == "public"


def test_lost_names_are_all_told(folders):
    with pytest.raises(TemplateDoesNotExist) as caught:
        select_template(["a.html", "b.html"])
    assert caught.value.name == "a.html, b.html"
    assert len(caught.value.tried) == 4
    assert [each.name for each in caught.value.chain] == ["a.html", "b.html"]


def test_selecting_needs_a_list_of_names(folders):
    with pytest.raises(TemplateDoesNotExist, match="No template names"):
        select_template([])
    with pytest.raises(TypeError, match="get_template"):
        select_template("both.html")


def test_two_engines_cannot_share_a_name():
    with (
        override_settings(TEMPLATES=[{}, {}]),
        pytest.raises(ImproperlyConfigured, match="'jinja2'"),
    ):
        engines()


def test_a_backend_that_cannot_be_imported_is_named():
    with (
        override_settings(TEMPLATES=[{"BACKEND": "django.template.backends.nothing.Here"}]),
        pytest.raises(ImproperlyConfigured, match="nothing"),
    ):
        engines()


def test_without_the_setting_templates_live_in_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "here.html").write_text("here")
    monkeypatch.chdir(tmp_path)
    with override_settings(TEMPLATES=[]):
        assert render_to_string("here.html") == "here"


def test_engines_are_made_once(folders):
    assert engines() is engines()
