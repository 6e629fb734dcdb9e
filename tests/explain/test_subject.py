"""What an application is, whatever stands around it."""

from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler

from django_sites import MadeUp
from enfilade.explain.subject import find_django
from enfilade.foreign.django.loading import site_of


class Wrapper:
    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.application(environ, start_response)


class Router:
    def __init__(self, application: Any) -> None:
        self.by_protocol = {"http": application}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.by_protocol[scope["type"]](scope, receive, send)


def closure(application: Any) -> Any:
    return lambda environ, start_response: application(environ, start_response)


@pytest.mark.parametrize(
    "wrap",
    [lambda each: each, Wrapper, Router, closure, lambda each: Wrapper(closure(each))],
    ids=["bare", "object", "router", "closure", "both"],
)
def test_the_handler_of_django_is_found_behind_what_stands_around_it(wrap: Any) -> None:
    with MadeUp([], lambda request: None).installed():
        for kind in (WSGIHandler, ASGIHandler):
            handler = kind()
            assert find_django(wrap(handler)) is handler
            assert site_of(handler) is not None


def test_an_application_without_one_has_none() -> None:
    assert find_django(closure(Wrapper(print))) is None
