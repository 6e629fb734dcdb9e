"""Threats by the language of a request: memory, files, other hosts."""

from typing import Any

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpResponse
from enfilade.test import Client, override_settings
from enfilade.translation import (
    activate,
    check_for_language,
    deactivate,
    get_language_from_path,
    get_supported_language_variant,
    gettext,
    languages,
    negotiation,
)
from enfilade.translation.catalogues import catalogue
from enfilade.urls import i18n_patterns, include, path
from enfilade.urls.resolvers import root_resolver


def page(request: Any) -> HttpResponse:
    return HttpResponse()


class urlconf:
    urlpatterns = [
        path("i18n/", include("enfilade.views.i18n")),
        *i18n_patterns(path("page/", page), path("<path:rest>", page)),
    ]


@pytest.fixture(autouse=True)
def client():
    deactivate()
    with override_settings(
        ROOT_URLCONF=urlconf,
        MIDDLEWARE=["enfilade.middleware.locale.LocaleMiddleware"],
        LANGUAGES=[("en-us", "English"), ("de", "German")],
    ):
        yield Client()
    deactivate()


OVERLONG = ["de" + "-x" * 100_000, "x" * 100_000, "-" * 100_000, "de-" * 100_000 + ","]


@pytest.mark.parametrize("code", OVERLONG, ids=["subtags", "letters", "hyphens", "codes"])
def test_overlong_language_codes_are_neither_worked_on_nor_remembered(
    client: Client, code: str
) -> None:
    """CVE-2022-41323 and CVE-2024-39614 of Django: 500 characters count."""
    assert not check_for_language(code)
    with pytest.raises(LookupError):
        get_supported_language_variant(code, strict=True)
    get_language_from_path(f"/{code}/")
    client.get("/page/", headers={"Accept-Language": code})
    client.get("/page/", headers={"Accept-Language": ",".join([code] * 5)})
    client.cookies["django_language"] = code
    client.get("/page/")
    client.post("/i18n/setlang/", {"language": code})
    for remembered in (languages._exists, languages._variant, negotiation._from_header):
        assert remembered.cache_info().maxsize == languages.MOST


def test_made_up_languages_fill_no_memory(client: Client) -> None:
    for number in range(300):
        code = f"de-x{number}"
        client.post("/i18n/setlang/", {"language": code, "next": "/en-us/page/"})
        client.get(f"/{code}/page/", headers={"Accept-Language": code})
        activate(code)
        gettext("Hello")
    made: Any = root_resolver(urlconf).editions
    assert made.cache_info().currsize <= 2
    assert catalogue.cache_info().currsize <= 100


@pytest.mark.parametrize("code", ["../secret", "/etc", "..", "de/../../secret", "secret\0"])
def test_no_language_leads_to_a_file_elsewhere(tmp_path: Any, code: str) -> None:
    inside = tmp_path / "locale"
    for folder in (inside, tmp_path / "secret" / "LC_MESSAGES", tmp_path / "LC_MESSAGES"):
        folder.mkdir(parents=True)
        (folder / "messages.mo").write_bytes(b"would be an error if it were read")
    with override_settings(LOCALE_PATHS=[inside]):
        activate(code)
        assert gettext("Hello") == "Hello"
        assert not check_for_language(code)


def test_a_plural_rule_runs_no_code(tmp_path: Any) -> None:
    from written import write_compiled

    write_compiled(tmp_path, "de", "", plural="nplurals=2; plural=__import__('os').abort();")
    with override_settings(LOCALE_PATHS=[tmp_path]):
        activate("de")
        with pytest.raises(ImproperlyConfigured, match="no catalogue"):
            gettext("Hello")


EVIL = [
    "//evil.example/",
    "https://evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
    "\x08//evil.example",
    "https://testserver@evil.example/",
    "/\t/evil.example",
]


@pytest.mark.parametrize("url", EVIL)
def test_open_redirect_by_the_choice_of_a_language(client: Client, url: str) -> None:
    for response in (
        client.post("/i18n/setlang/", {"language": "de", "next": url}),
        client.get("/i18n/setlang/", {"next": url}),
        client.post("/i18n/setlang/", {"language": "de"}, headers={"Referer": "//evil.example"}),
    ):
        assert response["Location"] == "/"


@pytest.mark.parametrize("at", ["//evil.example/page/", "/%2F/evil.example/", "/\\evil.example/"])
def test_open_redirect_by_a_missing_language_prefix(client: Client, at: str) -> None:
    response = client.get(at, headers={"Accept-Language": "de"})
    assert response.status_code in (302, 404)
    assert response.headers.get("Location", "/de/").startswith("/de/")


def test_a_get_changes_no_language(client: Client) -> None:
    assert not client.get("/i18n/setlang/", {"language": "de"}).cookies
