"""Templates that were written for Django's language say what Jinja2 wants instead."""

import re
import traceback
from pathlib import Path

import jinja2
import pytest
from django.template import Engine

from enfilade.http import HttpResponse
from enfilade.shortcuts import render
from enfilade.template import engines, get_template
from enfilade.template.django_syntax import INSTEAD
from enfilade.test import Client, override_settings
from enfilade.urls import path


def hint(source: str) -> str:
    with pytest.raises(jinja2.TemplateSyntaxError) as caught:
        engines()["jinja2"].from_string(source)
    return "".join(getattr(caught.value, "__notes__", []))


@pytest.mark.parametrize("tag", INSTEAD)
def test_a_tag_of_django_s_is_told_what_stands_for_it_here(tag: str) -> None:
    assert hint(f"{{% {tag} 'x' %}}") == (
        f"Hint: templates here are Jinja2's, not Django's. {INSTEAD[tag]}"
    )


@pytest.mark.parametrize(
    ("source", "instead"),
    [
        ("{% load static i18n %}", "Leave it out"),
        ("{% url 'article' slug=slug %}", "{{ url('name', id=1) }}"),
        ("<form>{% csrf_token %}", "{{ csrf_input }}"),
        ("{{ text|truncatechars:80 }}", "{{ text | truncate(80) }}"),
        ("{% for x in y %}{% empty %}none{% endfor %}", "{% else %}"),
    ],
)
def test_what_django_accepts_is_told_in_its_usual_forms(source: str, instead: str) -> None:
    libraries = {"static": "django.templatetags.static", "i18n": "django.templatetags.i18n"}
    Engine(libraries=libraries).from_string(source)
    assert instead in hint(source)


@pytest.mark.parametrize("source", ["{% nonsense %}", "{% if %}", "{{ x", "{{ a b }}"])
def test_any_other_mistake_is_told_as_jinja2_tells_it(source: str) -> None:
    assert hint(source) == ""


def advised() -> list[str]:
    """The code in the hints, with something in the place of "…"."""
    code = [re.findall(r"Write (.*?)(?: into the form)?\.$", text) for text in INSTEAD.values()]
    return [each.replace("…", "x") for found in code for each in found]


@pytest.mark.parametrize("source", advised())
def test_jinja2_accepts_what_is_advised(source: str) -> None:
    inner = f"{{% for x in [1] %}}{source}{{% endfor %}}"
    engines()["jinja2"].from_string(inner)


def test_the_hint_is_on_the_debug_page_also_for_a_parent(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text("{% load static %}")
    (tmp_path / "page.html").write_text('{% extends "base.html" %}')

    def page(request: object) -> HttpResponse:
        return render(request, "page.html")

    class Urls:
        urlpatterns = [path("", page)]

    with override_settings(
        DEBUG=True, ROOT_URLCONF=Urls, TEMPLATES=[{"NAME": "jinja2", "DIRS": [tmp_path]}]
    ):
        answer = Client(raise_request_exception=False).get("/")
        with pytest.raises(jinja2.TemplateSyntaxError) as caught:
            get_template("page.html").render()
    assert answer.status_code == 500
    assert "templates here are Jinja2" in answer.content.decode()
    assert "".join(traceback.format_exception(caught.value)).count("Hint:") == 1
