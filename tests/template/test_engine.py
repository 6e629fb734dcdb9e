"""Jinja2 engines: what TEMPLATES may say, and what a template sees."""

import subprocess
import sys

import jinja2
import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.template import Jinja2, TemplateDoesNotExist, template_rendered
from enfilade.test import RequestFactory, override_settings
from enfilade.urls import path


class Site:
    urlpatterns = [path("poems/<int:pk>/<slug:title>/", lambda request: None, name="poem")]


def colour(request):
    return {"colour": request.GET.get("colour"), "title": "from the processor"}


def environment(**options):
    made = jinja2.Environment(**options)
    made.globals["answer"] = 42
    return made


@pytest.fixture
def engine(tmp_path):
    return Jinja2({"DIRS": [str(tmp_path)]})


def test_finds_templates_in_its_folders_in_order(tmp_path):
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "both.html").write_text(folder)
    (tmp_path / "second" / "one.html").write_text("only here")
    engine = Jinja2({"DIRS": [tmp_path / "first", tmp_path / "second"]})
    assert engine.get_template("both.html").render() == "first"
    assert engine.get_template("one.html").render() == "only here"


def test_names_its_template_and_file(engine, tmp_path):
    (tmp_path / "poem.html").write_text("x")
    template = engine.get_template("poem.html")
    assert (template.name, template.origin) == ("poem.html", str(tmp_path / "poem.html"))
    assert repr(template) == "<Template 'poem.html'>"


def test_a_lost_template_names_the_places_looked_in(engine, tmp_path):
    with pytest.raises(TemplateDoesNotExist) as caught:
        engine.get_template("lost.html")
    assert caught.value.tried == (tmp_path / "lost.html",)
    assert str(tmp_path / "lost.html") in caught.value.hint


def test_a_lost_parent_names_the_places_looked_in(engine, tmp_path):
    (tmp_path / "child.html").write_text("{% extends 'parent.html' %}")
    with pytest.raises(TemplateDoesNotExist) as caught:
        engine.get_template("child.html").render()
    assert caught.value.name == "parent.html"


def test_does_not_leave_its_folders(engine, tmp_path):
    (tmp_path.parent / "secret.txt").write_text("secret")
    with pytest.raises(TemplateDoesNotExist):
        engine.get_template("../secret.txt")


def test_escapes_unless_told_otherwise(engine, tmp_path):
    assert engine.from_string("{{ x }}").render({"x": "<b>"}) == "&lt;b&gt;"
    plain = Jinja2({"DIRS": [tmp_path], "OPTIONS": {"autoescape": False}})
    assert plain.from_string("{{ x }}").render({"x": "<b>"}) == "<b>"


def test_reads_a_changed_file_again_only_in_debug(tmp_path):
    import os

    file = tmp_path / "poem.html"
    for debug, expected in [(True, "new"), (False, "old")]:
        with override_settings(DEBUG=debug):
            engine = Jinja2({"DIRS": [tmp_path]})
            file.write_text("old")
            os.utime(file, (1, 1))
            engine.get_template("poem.html")
            file.write_text("new")
            assert engine.get_template("poem.html").render() == expected


def test_templates_can_reverse_urls(engine):
    with override_settings(ROOT_URLCONF=Site):
        template = engine.from_string("{{ url('poem', 7, title='ode') }}")
        with pytest.raises(ValueError, match="args"):
            template.render()
        template = engine.from_string(
            "{{ url('poem', pk=7, title='ode') }} {{ url('poem', 1, 'x') }}"
        )
        assert template.render() == "/poems/7/ode/ /poems/1/x/"


def test_templates_see_the_request_and_its_processors():
    engine = Jinja2({"OPTIONS": {"context_processors": [f"{__name__}.colour", colour]}})
    request = RequestFactory().get("/x/?colour=blue")
    template = engine.from_string("{{ request.path if request }} {{ colour }} {{ title }}")
    assert template.render({}, request) == "/x/ blue from the processor"
    assert template.render({"title": "the view's"}, request) == "/x/ blue the view&#39;s"
    assert template.render({"colour": "none"}) == " none "


def test_rendering_leaves_the_view_s_context_alone():
    context = {"a": 1}
    Jinja2({}).from_string("").render(context, RequestFactory().get("/"))
    assert context == {"a": 1}


def test_the_site_may_make_its_own_environment():
    engine = Jinja2({"OPTIONS": {"environment": f"{__name__}.environment", "trim_blocks": True}})
    assert engine.from_string("{{ answer }}").render() == "42"
    assert engine.environment.trim_blocks


@pytest.mark.parametrize("options", [{"environment": "no.such.thing"}, {"environment": "nodots"}])
def test_an_environment_that_cannot_be_imported_is_named(options):
    with pytest.raises(ImproperlyConfigured, match=options["environment"]):
        Jinja2({"OPTIONS": options}).environment


def test_refuses_keys_that_mean_nothing_here():
    with pytest.raises(ImproperlyConfigured, match="APP_DIRS, LOADERS"):
        Jinja2({"APP_DIRS": True, "LOADERS": []})


def test_tells_listeners_what_is_rendered(engine):
    heard = []

    def listen(template, context, **named):
        heard.append((template, context["x"]))

    template_rendered.connect(listen)
    template = engine.from_string("{{ x }}")
    template.render({"x": 1})
    template_rendered.disconnect(listen)
    template.render({"x": 2})
    assert heard == [(template, 1)]


def test_jinja2_is_not_imported_before_a_template_is_used():
    code = (
        "import sys\n"
        "from enfilade.conf import settings; settings.configure()\n"
        "import enfilade.template, enfilade.views.defaults, enfilade.shortcuts\n"
        "from enfilade.template import engines; engines()\n"
        "print('jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
