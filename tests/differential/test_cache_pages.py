"""Pages kept by middleware or by cache_page, beside Django's: the same requests in the same order.

Every answer has the number of times that its view has run, so it shows what was kept, and for
whom.
"""

import importlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from oracle import DJANGO, ENFILADE, GATEWAYS, Framework, Outcome, run

NOW = 1_700_000_000.25

VIEWS: dict[str, dict[str, Any]] = {
    "plain": {},
    "max-age": {"Cache-Control": "max-age=30"},
    "long": {"Cache-Control": "max-age=5000"},
    "max-age-0": {"Cache-Control": "max-age=0"},
    "negative": {"Cache-Control": "max-age=-3"},
    "private": {"Cache-Control": "private"},
    "private-case": {"Cache-Control": "Max-Age=9, PRIVATE"},
    "no-cache": {"Cache-Control": "No-Cache"},
    "no-cache-field": {"Cache-Control": 'no-cache="Set-Cookie"'},
    "no-store": {"Cache-Control": "no-store"},
    "public": {"Cache-Control": "public, max-age=30"},
    "expires": {"Expires": "Wed, 15 Nov 2023 00:00:00 GMT"},
    "vary-all": {"Vary": "*"},
    "vary-all-among": {"Vary": "Accept , * "},
    "vary-cookie": {"Vary": "Cookie"},
    "vary-spaces": {"Vary": "cookie ,  Accept"},
    "vary-language": {"Vary": "Accept-Language"},
    "vary-authorization": {"Vary": "Authorization", "Cache-Control": "public"},
    "cookie-and-vary": {"Vary": "Cookie", "cookies": {"id": "1"}},
    "missing": {"status": 404},
    "broken": {"status": 500},
    "moved": {"status": 302, "Location": "/"},
    "not-modified": {"status": 304},
    "partial": {"status": 206},
    "stream": {"kind": "stream"},
    "template": {"kind": "template"},
    "template-cookie": {"kind": "template", "Vary": "Cookie"},
    "not-to-be-kept": {"kind": "not-to-be-kept"},
}

SOME = ["template", "vary-cookie", "private-case", "vary-all", "cookie-and-vary", "missing"]

REQUESTS: list[dict[str, Any]] = [
    {"method": "HEAD"},
    {"method": "HEAD"},
    {},
    {},
    {"method": "HEAD"},
    {"query": "page=2"},
    {"query": "page=2"},
    {"method": "POST"},
    {"headers": {"Cookie": "id=a"}},
    {"headers": {"Cookie": "id=b"}},
    {"headers": {"Cookie": "id=a"}},
    {"headers": {"Cookie": ""}},
    {"headers": {"Authorization": "Basic YTph"}},
    {"headers": {"Authorization": "Basic Yjpi"}},
    {"headers": {"Authorization": "Basic YTph"}},
    {},
    {"headers": {"Accept-Language": "de"}},
    {"headers": {"Accept-Language": "fr", "Accept": "text/plain"}},
    {"headers": {"Accept-Language": "fr", "Accept": "text/plain", "Cookie": "id=a"}},
    {"headers": {"host": "localhost"}},
]

MIDDLEWARE = {
    "two": ["middleware.cache.UpdateCacheMiddleware", "middleware.cache.FetchFromCacheMiddleware"],
    "one": ["middleware.cache.CacheMiddleware"],
    "decorator": [],
}


class Words:
    """A template that says the same in both frameworks."""

    def render(self, context: Any = None, request: Any = None) -> str:
        return str(context["number"])


class Site:
    """The same site on one framework; *asynchronous* views, if so."""

    def __init__(self, framework: Framework, asynchronous: bool, placement: str) -> None:
        self.framework = framework
        self.package = framework.http.__name__.partition(".")[0]
        self.placement = placement
        self.module = ModuleType(f"pages_of_{framework.name}")
        self.count = 0
        decorate = (
            self.imported("views.decorators.cache").cache_page(20)
            if placement == "decorator"
            else lambda view: view
        )
        path = framework.urls.path
        self.module.urlpatterns = [
            path(f"{name}/", decorate(self.view(spec, asynchronous)))
            for name, spec in VIEWS.items()
        ]

    def imported(self, name: str) -> Any:
        return importlib.import_module(f"{self.package}.{name}")

    def view(self, spec: dict[str, Any], asynchronous: bool) -> Any:
        def view(request: Any) -> Any:
            self.count += 1
            if spec.get("kind") == "not-to-be-kept":
                request._cache_update_cache = False
            response = self.response(spec.get("kind"), spec.get("status", 200))
            for name, value in spec.items():
                if name[0].isupper():
                    response[name] = value
            for name, value in spec.get("cookies", {}).items():
                response.set_cookie(name, value)
            return response

        async def async_view(request: Any) -> Any:
            return view(request)

        return async_view if asynchronous else view

    def response(self, kind: str | None, status: int) -> Any:
        if kind == "stream":
            return self.framework.http.StreamingHttpResponse([str(self.count).encode()])
        if kind == "template":
            make = self.imported("template.response").SimpleTemplateResponse
            return make(Words(), {"number": self.count})
        return self.framework.http.HttpResponse(str(self.count), status=status)

    @contextmanager
    def installed(self, **values: Any) -> Iterator[None]:
        sys.modules[self.module.__name__] = self.module
        backend = (
            "enfilade.cache.backends.locmem.LocMemCache"
            if self.package == "enfilade"
            else "django.core.cache.backends.locmem.LocMemCache"
        )
        chain = [f"{self.package}.{name}" for name in MIDDLEWARE[self.placement]]
        caches = {alias: {"BACKEND": backend, "LOCATION": alias} for alias in ("default", "other")}
        try:
            with self.framework.settings(
                MIDDLEWARE=chain,
                ROOT_URLCONF=self.module.__name__,
                CACHES=caches,
                USE_I18N=False,
                **values,
            ):
                yield
        finally:
            del sys.modules[self.module.__name__]

    def caches(self) -> Any:
        return self.imported("cache" if self.package == "enfilade" else "core.cache").caches

    def outcomes(
        self, path: str, requests: list[dict[str, Any]], asgi: bool = False, **values: Any
    ) -> list[Outcome]:
        handler = self.framework.ASGIHandler if asgi else self.framework.WSGIHandler
        with self.installed(**values):
            for cache in self.caches().all():
                cache.clear()
            answers = [
                run(handler, [], asgi=asgi, path=path, **{**request, "headers": headers(request)})
                for request in requests
            ]
        return [stripped(answer) for answer in answers]


def stripped(outcome: Outcome) -> Outcome:
    """Without the space that Django leaves before a cookie."""
    return replace(outcome, headers=tuple((name, value.strip()) for name, value in outcome.headers))


def headers(request: dict[str, Any]) -> dict[str, str]:
    return {"host": "testserver", **request.get("headers", {})}


def both(asynchronous: bool, placement: str) -> list[Site]:
    return [Site(framework, asynchronous, placement) for framework in (ENFILADE, DJANGO)]


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)


@GATEWAYS
@pytest.mark.parametrize(
    "asynchronous", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["sync", "async"]
)
@pytest.mark.parametrize("placement", MIDDLEWARE)
def test_keeps_what_django_keeps(placement: str, asynchronous: bool, asgi: bool) -> None:
    names = VIEWS if not asgi else SOME if asynchronous else SOME[:2]
    sites = both(asynchronous, placement)
    for name in names:
        ours, theirs = (site.outcomes(f"/{name}/", REQUESTS, asgi) for site in sites)
        for request, our, their in zip(REQUESTS, ours, theirs, strict=True):
            assert our == their, (name, request)


SETTINGS: dict[str, dict[str, Any]] = {
    "seconds": {"CACHE_MIDDLEWARE_SECONDS": 7},
    "none": {"CACHE_MIDDLEWARE_SECONDS": 0},
    "negative": {"CACHE_MIDDLEWARE_SECONDS": -5},
    "prefix": {"CACHE_MIDDLEWARE_KEY_PREFIX": "site"},
    "alias": {"CACHE_MIDDLEWARE_ALIAS": "other"},
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("placement", MIDDLEWARE)
def test_settings_do_what_they_do_in_django(placement: str, name: str) -> None:
    for path in ("/plain/", "/max-age/", "/vary-cookie/"):
        ours, theirs = (
            site.outcomes(path, REQUESTS, **SETTINGS[name]) for site in both(False, placement)
        )
        assert ours == theirs


@pytest.mark.parametrize("placement", MIDDLEWARE)
def test_a_page_gets_older_and_is_made_anew_as_in_django(
    placement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for site in both(False, placement):
        answers = []
        with site.installed(CACHE_MIDDLEWARE_SECONDS=20):
            site.caches()["default"].clear()
            for later in (0, 5, 19, 21, 30, 10, 100):
                monkeypatch.setattr(time, "time", lambda later=later: NOW + later)
                answers.append(run(site.framework.WSGIHandler, [], path="/plain/"))
        seen.append(answers)
    assert seen[0] == seen[1]
    ages = [dict(answer.headers).get("Age") for answer in seen[0]]
    assert "5" in ages
    assert None in ages


# Where Django's answers are not followed ------------------------------------------------------


def kept(framework: Framework, view: Any, requests: list[dict[str, Any]]) -> list[bytes]:
    """What cache_page around *view* answers to each of *requests*."""
    site = Site(framework, False, "decorator")
    decorate = site.imported("views.decorators.cache").cache_page(20)
    site.module.urlpatterns = [framework.urls.path("", decorate(view))]
    return [outcome.body for outcome in site.outcomes("/", requests)]


def numbered(framework: Framework, finish: Any) -> Any:
    numbers = iter(range(100))

    def view(request: Any) -> Any:
        response = framework.http.HttpResponse(str(next(numbers)))
        finish(request, response)
        return response

    return view


def test_a_page_that_sets_a_cookie_is_not_given_to_others() -> None:
    def finish(request: Any, response: Any) -> None:
        response.set_cookie("id", "mine")

    assert kept(ENFILADE, numbered(ENFILADE, finish), [{}, {}]) == [b"0", b"1"]
    assert kept(DJANGO, numbered(DJANGO, finish), [{}, {}]) == [b"0", b"0"]


def test_a_page_that_says_public_may_set_a_cookie() -> None:
    def finish(request: Any, response: Any) -> None:
        response["Cache-Control"] = "public"
        response.set_cookie("theme", "dark")

    assert kept(ENFILADE, numbered(ENFILADE, finish), [{}, {}]) == [b"0", b"0"]


@pytest.mark.parametrize("attribute", ["session", "user", "_messages"])
def test_a_page_that_looked_at_who_asks_is_kept_for_them_only(attribute: str) -> None:
    def finish(request: Any, response: Any) -> None:
        setattr(request, attribute, {"name": request.COOKIES.get("id")})

    requests = [{"headers": {"Cookie": f"id={name}"}} for name in "aba"]
    assert kept(ENFILADE, numbered(ENFILADE, finish), requests) == [b"0", b"1", b"0"]
    assert kept(DJANGO, numbered(DJANGO, finish), requests) == [b"0", b"0", b"0"]


def test_a_page_with_a_csrf_token_is_kept_for_nobody() -> None:
    def page(package: str) -> Any:
        get_token = importlib.import_module(f"{package}.middleware.csrf").get_token
        return lambda request, response: get_token(request)

    ours = numbered(ENFILADE, page("enfilade"))
    assert kept(ENFILADE, ours, [{}, {}]) == [b"0", b"1"]
    assert kept(DJANGO, numbered(DJANGO, page("django")), [{}, {}]) == [b"0", b"0"]


def test_fields_do_not_run_together() -> None:
    def finish(request: Any, response: Any) -> None:
        response["Vary"] = "X-A, X-B"

    requests = [{"headers": {"X-A": "1", "X-B": "23"}}, {"headers": {"X-A": "12", "X-B": "3"}}]
    assert kept(ENFILADE, numbered(ENFILADE, finish), requests) == [b"0", b"1"]
    assert kept(DJANGO, numbered(DJANGO, finish), requests) == [b"0", b"0"]


def test_a_space_before_the_first_name_of_vary_hides_nothing() -> None:
    def finish(request: Any, response: Any) -> None:
        response["Vary"] = " Cookie"

    requests = [{"headers": {"Cookie": f"id={name}"}} for name in "aba"]
    assert kept(ENFILADE, numbered(ENFILADE, finish), requests) == [b"0", b"1", b"0"]
    assert kept(DJANGO, numbered(DJANGO, finish), requests) == [b"0", b"0", b"0"]


def test_the_word_public_counts_only_as_a_directive() -> None:
    def finish(request: Any, response: Any) -> None:
        response["Cache-Control"] = 'note="public"'

    requests = [{"headers": {"Authorization": f"Basic {name}"}} for name in "aba"]
    assert kept(ENFILADE, numbered(ENFILADE, finish), requests) == [b"0", b"1", b"0"]
    assert kept(DJANGO, numbered(DJANGO, finish), requests) == [b"0", b"0", b"0"]
