"""Choosing a language. What Django does as well is in tests/differential."""

from typing import Any

import pytest

from enfilade.http import HttpResponse
from enfilade.test import Client, override_settings
from enfilade.urls import i18n_patterns, include, path


def page(request: Any) -> HttpResponse:
    return HttpResponse(request.LANGUAGE_CODE)


class urlconf:
    urlpatterns = [
        path("i18n/", include("enfilade.views.i18n")),
        *i18n_patterns(path("page/", page, name="page")),
    ]


@pytest.fixture
def client():
    with override_settings(
        ROOT_URLCONF=urlconf,
        MIDDLEWARE=["enfilade.middleware.locale.LocaleMiddleware"],
        LANGUAGES=[("en-us", "English"), ("de", "German")],
        LANGUAGE_COOKIE_AGE=3600,
        LANGUAGE_COOKIE_PATH="/x",
        LANGUAGE_COOKIE_DOMAIN="example.org",
        LANGUAGE_COOKIE_SECURE=True,
        LANGUAGE_COOKIE_HTTPONLY=True,
        LANGUAGE_COOKIE_SAMESITE="Strict",
    ):
        yield Client()


def test_a_visitor_comes_back_to_the_page_in_the_other_language(client: Client) -> None:
    response = client.post("/i18n/setlang/", {"language": "de", "next": "/en-us/page/"})
    assert (response.status_code, response["Location"]) == (302, "/de/page/")


def test_the_cookie_is_as_the_settings_say(client: Client) -> None:
    cookie = client.post("/i18n/setlang/", {"language": "de"}).cookies["django_language"]
    assert cookie.value == "de"
    assert {name: cookie[name] for name in cookie if cookie[name] and name != "expires"} == {
        "max-age": 3600,
        "path": "/x",
        "domain": "example.org",
        "secure": True,
        "httponly": True,
        "samesite": "Strict",
    }


@pytest.mark.parametrize("language", ["fr", "de-at", "xx", ""])
def test_a_language_that_the_site_has_not_is_not_kept(client: Client, language: str) -> None:
    response = client.post("/i18n/setlang/", {"language": language, "next": "/en-us/page/"})
    assert response["Location"] == "/en-us/page/"
    assert not response.cookies


def test_a_script_that_names_no_page_is_sent_nowhere(client: Client) -> None:
    response = client.post(
        "/i18n/setlang/", {"language": "de"}, headers={"Accept": "application/json"}
    )
    assert (response.status_code, response.content) == (204, b"")
    assert response.cookies["django_language"].value == "de"
