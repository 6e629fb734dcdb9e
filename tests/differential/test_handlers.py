"""What surrounds the walk: which URLconf counts, what error handlers may do, when signals fire.

The oracle is Django 5.2.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import asgiref.sync
import django.core.signals
import pytest

import enfilade.dispatch
from oracle import DJANGO, ENFILADE, Framework, Outcome, run

SIGNALS = {"enfilade": enfilade.dispatch, "django": django.core.signals}


class Site:
    """Two URLconfs, a middleware that may choose the second, and a log of what was called."""

    def __init__(self, framework: Framework, choice: Any = "unset") -> None:
        self.framework = framework
        self.calls: list[str] = []
        self.module = ModuleType(f"handlers_of_{framework.name}")
        self.module.urlpatterns = self.patterns("first")
        self.module.Middleware = self.middleware(choice)
        self.second = ModuleType(f"second_of_{framework.name}")
        self.second.urlpatterns = self.patterns("second")
        for status in (400, 404, 500):
            setattr(self.module, f"handler{status}", self.error_handler(status, "first"))
            setattr(self.second, f"handler{status}", self.error_handler(status, "second"))

    def patterns(self, name: str) -> list[Any]:
        path = self.framework.urls.path
        return [
            path("", self.view(name)),
            path("raise/", self.raising(LookupError("lost"))),
            path("lost/", self.raising(self.framework.http.Http404("lost"))),
            path("large/", self.reading),
            path("where/", self.where, name=name),
            path("marked/", self.marked()),
        ]

    def view(self, name: str) -> Any:
        return lambda request: self.framework.http.HttpResponse(name)

    def raising(self, exc: Exception) -> Any:
        def view(request: Any) -> Any:
            raise exc

        return view

    def reading(self, request: Any) -> Any:
        return self.framework.http.HttpResponse(request.POST["name"])

    def where(self, request: Any) -> Any:
        return self.framework.http.HttpResponse(request.resolver_match.url_name)

    def marked(self) -> Any:
        site = self

        class View:
            """Not a coroutine function, but marked as one, as third-party code does it."""

            def __init__(self) -> None:
                asgiref.sync.markcoroutinefunction(self)

            async def answer(self) -> Any:
                return site.framework.http.HttpResponse("awaited")

            def __call__(self, request: Any) -> Any:
                return self.answer()

        return View()

    def middleware(self, choice: Any) -> Any:
        def process_request(instance: Any, request: Any) -> None:
            if choice != "unset":
                request.urlconf = choice and self.second.__name__

        return type(
            "Middleware", (self.framework.MiddlewareMixin,), {"process_request": process_request}
        )

    def error_handler(self, status: int, urlconf: str) -> Any:
        site = self

        class Unrendered(self.framework.http.HttpResponse):  # type: ignore[name-defined, misc]
            is_rendered = False

            def render(self) -> Any:
                site.calls.append("rendered")
                self.content = f"{status} of the {urlconf}"
                self.is_rendered = True
                return self

        def handler(request: Any, exception: Any = None) -> Any:
            self.calls.append(f"handler{status} of the {urlconf}, {sorted(request.POST)}")
            if request.GET.get("fail") == str(status):
                raise ValueError("the page, too")
            return Unrendered(status=status)

        return handler

    def heard(self, signal: str) -> Any:
        def receiver(**named: Any) -> None:
            place = self.framework.urls.reverse("first") if signal == "request_started" else ""
            self.calls.append(f"{signal}{place}")

        return receiver

    @contextmanager
    def listening(self) -> Iterator[None]:
        names = ("request_started", "got_request_exception", "request_finished")
        receivers = {name: self.heard(name) for name in names}
        for name, receiver in receivers.items():
            getattr(SIGNALS[self.framework.name], name).connect(receiver)
        try:
            yield
        finally:
            for name, receiver in receivers.items():
                getattr(SIGNALS[self.framework.name], name).disconnect(receiver)

    def outcome(self, **request: Any) -> Outcome:
        make = self.framework.ASGIHandler if request.get("asgi") else self.framework.WSGIHandler
        modules = {module.__name__: module for module in (self.module, self.second)}
        sys.modules.update(modules)
        values = {
            "ROOT_URLCONF": self.module.__name__,
            "MIDDLEWARE": [f"{self.module.__name__}.Middleware"],
            "DATA_UPLOAD_MAX_MEMORY_SIZE": 20,
            "FORCE_SCRIPT_NAME": "/mount",
        }
        try:
            with self.framework.settings(**values), self.listening():
                return run(make, self.calls, **request)
        finally:
            for name in modules:
                del sys.modules[name]


REQUESTS = [
    {"path": "/"},
    {"path": "/raise/"},
    {"path": "/lost/"},
    {"path": "/nowhere/"},
    {"path": "/where/"},
    {"path": "/marked/"},
    {"path": "/lost/", "query": "fail=404"},
    {
        "path": "/large/",
        "method": "POST",
        "body": b"name=" + b"x" * 40,
        "headers": {"content-type": "application/x-www-form-urlencoded"},
    },
]


@pytest.mark.parametrize("asgi", [False, True])
@pytest.mark.parametrize("choice", ["unset", None, True])
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: "?".join(map(str, each.values())))
def test_answers_as_django_does(request_: dict[str, Any], choice: Any, asgi: bool) -> None:
    ours, theirs = (
        Site(framework, choice).outcome(asgi=asgi, **request_) for framework in (ENFILADE, DJANGO)
    )
    assert ours == theirs
