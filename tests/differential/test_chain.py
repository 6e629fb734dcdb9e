"""Hook order with short circuits and exceptions at every position, sync and async.

The oracle is Django 5.2: the same chain runs on both, and status, body and the order of calls
must be equal.
"""

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from oracle import DJANGO, ENFILADE, Framework, Outcome, run

LAYERS = ("A", "B", "C")
HOOKS = (
    "process_request",
    "process_view",
    "process_exception",
    "process_template_response",
    "process_response",
)


@dataclass(frozen=True)
class Scenario:
    """``acts`` maps (layer, hook) to what that hook does instead of letting things pass;
    ``kinds`` says what each layer is made of."""

    view: str = "respond"
    acts: dict[tuple[str, str], str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ("mixin", "mixin", "mixin")
    async_view: bool = False
    asgi: bool = False

    def __str__(self) -> str:
        acts = ",".join(f"{layer}.{hook}={act}" for (layer, hook), act in self.acts.items())
        kinds = "" if set(self.kinds) == {"mixin"} else "-" + "+".join(self.kinds)
        mode = ("asgi" if self.asgi else "wsgi") + ("-async" if self.async_view else "")
        return f"{self.view}{kinds}-{acts or 'pass'}-{mode}"


class Site:
    """The scenario as a site for one framework: its middleware, views and URLconf."""

    def __init__(self, framework: Framework, scenario: Scenario) -> None:
        self.framework = framework
        self.scenario = scenario
        self.calls: list[str] = []
        self.module = ModuleType(f"scenario_of_{framework.name}")
        for name, kind in zip(LAYERS, scenario.kinds, strict=True):
            setattr(self.module, name, getattr(self, f"make_{kind}")(name))
        view = self.make_async_view() if scenario.async_view else self.make_view()
        self.module.urlpatterns = [framework.urls.path("", view)]
        for status in (400, 403, 404, 500):
            setattr(self.module, f"handler{status}", self.make_error_handler(status))

    # What the hooks and the view do

    def act(self, what: str, where: str) -> Any:
        http, exceptions = self.framework.http, self.framework.exceptions
        match what:
            case "respond":
                return http.HttpResponse(f"from {where}", status=203)
            case "defer":
                return self.make_deferred(where)
            case "raise":
                raise ValueError(where)
            case "http404":
                raise http.Http404(where)
            case "denied":
                raise exceptions.PermissionDenied(where)
            case "bad":
                raise exceptions.BadRequest(where)
            case "suspicious":
                raise exceptions.SuspiciousOperation(where)
        return None

    def make_deferred(self, where: str) -> Any:
        site = self

        class Deferred(self.framework.http.HttpResponse):  # type: ignore[name-defined, misc]
            is_rendered = False

            def render(self) -> Any:
                site.calls.append("render")
                if site.scenario.view == "defer-and-fail":
                    raise ValueError("render")
                self.content = f"rendered {where}"
                self.is_rendered = True
                return self

        return Deferred()

    def make_view(self) -> Any:
        def view(request: Any) -> Any:
            self.calls.append("view")
            what = self.scenario.view
            return self.act("defer" if what == "defer-and-fail" else what, "view")

        return view

    def make_async_view(self) -> Any:
        inner = self.make_view()

        async def view(request: Any) -> Any:
            return inner(request)

        return view

    def make_error_handler(self, status: int) -> Any:
        def handler(request: Any, exception: Any = None) -> Any:
            self.calls.append(f"handler{status}")
            return self.framework.http.HttpResponse(f"page {status}", status=status)

        return handler

    # The kinds of middleware

    def hook(self, layer: str, name: str) -> Any:
        def call(instance: Any, request: Any, *args: Any) -> Any:
            seen = args[0].status_code if hasattr(args[0] if args else None, "status_code") else ""
            self.calls.append(f"{layer}.{name}{seen}")
            answer = self.act(self.scenario.acts.get((layer, name), "pass"), f"{layer}.{name}")
            passes = args[0] if name in ("process_response", "process_template_response") else None
            return answer if answer is not None else passes

        return call

    def make_mixin(self, layer: str) -> Any:
        hooks = {name: self.hook(layer, name) for name in HOOKS}
        return type(layer, (self.framework.MiddlewareMixin,), hooks)

    def make_inline(self, layer: str) -> Any:
        """A mixin that promises not to block; Django knows no such promise."""
        return type(layer, (self.make_mixin(layer),), {"blocking": False})

    def make_plain(self, layer: str) -> Any:
        """The seeds' kind of class: ``__init__(get_response)`` and ``__call__``."""
        site = self

        def init(instance: Any, get_response: Any) -> None:
            instance.get_response = get_response

        def call(instance: Any, request: Any) -> Any:
            site.calls.append(f"{layer} in")
            response = instance.get_response(request)
            site.calls.append(f"{layer} out{response.status_code}")
            return response

        inner = {name: self.hook(layer, name) for name in HOOKS[1:4]}
        return type(layer, (), {"__init__": init, "__call__": call, **inner})

    def make_function(self, layer: str) -> Any:
        def factory(get_response: Any) -> Any:
            def middleware(request: Any) -> Any:
                self.calls.append(f"{layer} in")
                response = get_response(request)
                self.calls.append(f"{layer} out{response.status_code}")
                return response

            return middleware

        return factory

    def make_coroutine(self, layer: str) -> Any:
        def factory(get_response: Any) -> Any:
            async def middleware(request: Any) -> Any:
                self.calls.append(f"{layer} in")
                response = await get_response(request)
                self.calls.append(f"{layer} out{response.status_code}")
                return response

            return middleware

        return self.framework.decorators.async_only_middleware(factory)

    # Running

    @contextmanager
    def installed(self) -> Iterator[None]:
        sys.modules[self.module.__name__] = self.module
        paths = [f"{self.module.__name__}.{layer}" for layer in LAYERS]
        try:
            with self.framework.settings(MIDDLEWARE=paths, ROOT_URLCONF=self.module.__name__):
                yield
        finally:
            del sys.modules[self.module.__name__]

    def outcome(self) -> Outcome:
        make = self.framework.ASGIHandler if self.scenario.asgi else self.framework.WSGIHandler
        with self.installed():
            return run(make, self.calls, asgi=self.scenario.asgi)


MODES = [
    {"asgi": False, "async_view": False},
    {"asgi": False, "async_view": True},
    {"asgi": True, "async_view": False},
    {"asgi": True, "async_view": True},
]


def scenarios() -> Iterator[Scenario]:
    views = (
        "respond",
        "defer",
        "defer-and-fail",
        "raise",
        "http404",
        "denied",
        "bad",
        "suspicious",
    )
    for view, mode in itertools.product((*views, "pass"), MODES):
        yield Scenario(view, **mode)
    for layer, hook, act in itertools.product(LAYERS, HOOKS, ("respond", "raise", "http404")):
        view = {"process_exception": "raise", "process_template_response": "defer"}.get(hook)
        for mode in (MODES[0], MODES[3]):
            yield Scenario(view or "respond", {(layer, hook): act}, **mode)
    for kinds in (
        ("plain", "mixin", "function"),
        ("function", "plain", "mixin"),
        ("mixin", "coroutine", "mixin"),
        ("coroutine", "function", "coroutine"),
        ("function", "coroutine", "plain"),
        ("inline", "mixin", "inline"),
        ("mixin", "inline", "plain"),
    ):
        for view, mode in itertools.product(("respond", "raise", "defer"), MODES):
            yield Scenario(view, kinds=kinds, **mode)
    for outer, inner in itertools.product(("respond", "raise"), repeat=2):
        acts = {("A", "process_response"): outer, ("C", "process_request"): inner}
        for mode in MODES:
            yield Scenario("respond", acts, **mode)


SCENARIOS = list(scenarios())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_walks_as_django_does(scenario: Scenario) -> None:
    expected = Site(DJANGO, scenario).outcome()
    outcome = Site(ENFILADE, scenario).outcome()
    assert outcome.calls == expected.calls
    assert (outcome.status, outcome.body) == (expected.status, expected.body)
    assert outcome.headers == expected.headers


def test_there_are_more_than_fifty_scenarios() -> None:
    assert len(SCENARIOS) > 50
    assert len({str(scenario) for scenario in SCENARIOS}) == len(SCENARIOS)
