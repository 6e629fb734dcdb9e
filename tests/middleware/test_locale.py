"""What ``LocaleMiddleware`` does beside what Django does (tests/differential)."""

from typing import Any

import pytest

from enfilade.http import HttpResponse, HttpResponsePermanentRedirect
from enfilade.middleware.locale import LocaleMiddleware
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.translation import activate, deactivate_all, get_language
from enfilade.urls import i18n_patterns, path

LOCALE = "enfilade.middleware.locale.LocaleMiddleware"
LANGUAGES = [("en", "English"), ("de", "German")]


def page(request: Any) -> HttpResponse:
    return HttpResponse(f"{get_language()} {request.LANGUAGE_CODE}")


async def apage(request: Any) -> HttpResponse:
    return page(request)


def speaks(request: Any) -> HttpResponse:
    activate("pl")
    return HttpResponse()


def silent(request: Any) -> HttpResponse:
    deactivate_all()
    return HttpResponse()


def bare(request: Any) -> HttpResponse:
    return HttpResponse(get_language())


class urlconf:
    urlpatterns = [
        path("page/", page),
        path("apage/", apage),
        path("speaks/", speaks),
        path("silent/", silent),
        path("bare/", bare),
    ]


@pytest.fixture(autouse=True)
def site():
    with override_settings(
        ROOT_URLCONF=urlconf, MIDDLEWARE=[LOCALE], LANGUAGES=LANGUAGES, LANGUAGE_CODE="en"
    ):
        yield


@pytest.mark.parametrize("at", ["/page/", "/apage/"])
def test_a_page_is_in_the_language_that_was_asked_for(at: str) -> None:
    response = Client().get(at, headers={"Accept-Language": "de"})
    assert response.content == b"de de"
    assert (response["Content-Language"], response["Vary"]) == ("de", "Accept-Language")


@pytest.mark.parametrize("at", ["/page/", "/apage/"])
async def test_under_asgi_as_well(at: str) -> None:
    response = await AsyncClient().get(at, headers={"Accept-Language": "de"})
    assert (response.content, response["Content-Language"]) == (b"de de", "de")


async def test_what_a_sync_view_speaks_is_told_under_asgi() -> None:
    assert (await AsyncClient().get("/speaks/"))["Content-Language"] == "pl"


def test_a_page_in_no_language_names_none() -> None:
    assert "Content-Language" not in Client().get("/silent/").headers


def test_a_request_speaks_nothing_that_an_earlier_one_spoke() -> None:
    with override_settings(MIDDLEWARE=[]):
        client = Client()
        client.get("/speaks/")
        assert client.get("/bare/").content == b"en"


def test_a_site_may_redirect_in_its_own_way() -> None:
    class Permanent(LocaleMiddleware):
        response_redirect_class = HttpResponsePermanentRedirect

    class prefixed:
        urlpatterns = i18n_patterns(path("page/", page))

    with override_settings(ROOT_URLCONF=prefixed, MIDDLEWARE=[Permanent]):
        response = Client().get("/page?a=%C3%BC", headers={"Accept-Language": "de"})
    assert (response.status_code, response["Location"]) == (301, "/de/page/?a=%C3%BC")


def test_a_redirect_stays_below_the_mount_point() -> None:
    class prefixed:
        urlpatterns = i18n_patterns(path("page/", page))

    with override_settings(ROOT_URLCONF=prefixed, FORCE_SCRIPT_NAME="/büro"):
        response = Client().get("/page/")
    assert response["Location"] == "/b%C3%BCro/en/page/"


def test_a_urlconf_of_the_request_counts() -> None:
    class prefixed:
        urlpatterns = i18n_patterns(path("page/", page))

    def choose(get_response: Any) -> Any:
        def middleware(request: Any) -> Any:
            request.urlconf = prefixed
            return get_response(request)

        return middleware

    with override_settings(MIDDLEWARE=[choose, LOCALE]):
        response = Client().get("/de/page/")
    assert response.content == b"de de"
    assert "Vary" not in response.headers


def test_a_page_is_kept_for_each_language() -> None:
    calls = []

    def counted(request: Any) -> HttpResponse:
        calls.append(request.LANGUAGE_CODE)
        return HttpResponse(f"{get_language()} {len(calls)}")

    class kept:
        urlpatterns = [path("", counted)]

    chain = [
        "enfilade.middleware.cache.UpdateCacheMiddleware",
        LOCALE,
        "enfilade.middleware.cache.FetchFromCacheMiddleware",
    ]
    backend = "enfilade.cache.backends.locmem.LocMemCache"
    caches = {"default": {"BACKEND": backend, "LOCATION": "languages"}}
    with override_settings(ROOT_URLCONF=kept, MIDDLEWARE=chain, CACHES=caches):
        client = Client()
        said = [
            client.get("/", headers={"Accept-Language": wanted}).content
            for wanted in ("de", "en", "de-at;q=0.9", "en-gb, de;q=0.5")
        ]
    assert said == [b"de 1", b"en 2", b"de 1", b"en 2"]
