"""What a view says to caches, sync and async, compared with Django's decorators."""

import inspect
import time

import django.http
import django.test
import django.views.decorators.cache
import django.views.decorators.vary
import pytest

import enfilade.views.decorators.cache
import enfilade.views.decorators.vary
from enfilade.bridge import iscoroutinefunction
from enfilade.http import HttpResponse
from enfilade.test import RequestFactory

SIDES = [
    (enfilade.views.decorators, HttpResponse, RequestFactory()),
    (django.views.decorators, django.http.HttpResponse, django.test.RequestFactory()),
]
DECORATORS = {
    "never": lambda side: side.cache.never_cache,
    "private": lambda side: side.cache.cache_control(private=True, max_age=60),
    "public": lambda side: side.cache.cache_control(public=True, stale_if_error=5),
    "private over public": lambda side: (
        lambda view: side.cache.cache_control(private=True)(
            side.cache.cache_control(public=True)(view)
        )
    ),
    "the smaller age": lambda side: (
        lambda view: side.cache.cache_control(max_age=90)(
            side.cache.cache_control(max_age=30)(view)
        )
    ),
    "cookie": lambda side: side.vary.vary_on_cookie,
    "headers": lambda side: side.vary.vary_on_headers("Accept", "cookie", "X-Mood"),
    "both": lambda side: (
        lambda view: side.vary.vary_on_cookie(side.vary.vary_on_headers("Cookie", "Accept")(view))
    ),
    "all": lambda side: side.vary.vary_on_headers("*", "Accept"),
}


@pytest.mark.parametrize("name", DECORATORS)
async def test_writes_what_django_s_does(name, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.5)
    seen = []
    for package, response_class, factory in SIDES:

        def view(request, response_class=response_class):
            """Of a view."""
            return response_class("ok", headers={"Vary": "Origin"})

        async def async_view(request, view=view):
            return view(request)

        decorate = DECORATORS[name](package)
        assert iscoroutinefunction(decorate(async_view))
        assert decorate(view).__doc__ == "Of a view."
        answers = [decorate(each)(factory.get("/")) for each in (view, async_view)]
        answers = [await each if inspect.isawaitable(each) else each for each in answers]
        seen.append([sorted(each.items()) for each in answers])
    ours, theirs = seen
    assert ours == theirs


def test_a_method_may_be_decorated_without_ado():
    class Poem:
        @enfilade.views.decorators.cache.never_cache
        def get(self, request):
            return HttpResponse()

    assert "no-store" in Poem().get(RequestFactory().get("/"))["Cache-Control"]
