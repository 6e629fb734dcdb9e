"""Steps 7 to 10 with their marks, for a request that has a trace."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from enfilade.handlers.walk import Walk, view_name
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.observed import hop_to_loop, hop_to_thread
from enfilade.trace import Event
from enfilade.urls import Resolver404, ResolverMatch, get_resolver

T = TypeVar("T")


class TracedWalk(Walk):
    """The same walk, noting each step on the request's trace."""

    def to_thread(self, function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        return hop_to_thread(function)

    def to_loop(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return hop_to_loop(function)

    def resolve(self, request: HttpRequest) -> ResolverMatch:
        with _enter(request, "resolve", request.path_info) as entered:
            try:
                match = super().resolve(request)
            except Resolver404:
                count = _count_routes(request)
                entered.detail = f"{count} of {count} routes tried"
                raise
            if request.trace is not None:
                request.trace.route = match.route or "/"
            tried = f"{match.number} of {_count_routes(request)} routes tried"
            entered.detail = f"{tried}, {match.route or 'the empty one'} wins"
            return _shown(request, match)

    def run_view(self, request: HttpRequest, match: ResolverMatch) -> Any:
        if match.is_async:
            response = self.to_loop(self.arun_view)(request, match)
        else:
            with _enter(request, "view", view_name(match.func)):
                response = _shown(request, super().run_view(request, match))
            _mark_made(request, response)
        return response

    async def arun_view(self, request: HttpRequest, match: ResolverMatch) -> Any:
        with _enter(request, "view", view_name(match.func)):
            response = _shown(request, await super().arun_view(request, match))
        _mark_made(request, response)
        return response

    def rendered(self, request: HttpRequest, response: Any) -> Any:
        with _enter(request, "render", "response", type(response).__name__):
            return _shown(request, super().rendered(request, response))

    async def arendered(self, request: HttpRequest, response: Any) -> Any:
        with _enter(request, "render", "response", type(response).__name__):
            return _shown(request, await super().arendered(request, response))


def _enter(request: HttpRequest, event: str, node: str, detail: str = "") -> Event:
    record = request.trace
    assert record is not None, "a request without a trace takes the plain walk"
    return record.enter(event, node, detail)


def _shown(request: HttpRequest, thing: T) -> T:
    if request.trace is not None:
        request.trace.show(thing)
    return thing


def _count_routes(request: HttpRequest) -> int:
    return len(get_resolver(request.urlconf).tree.endpoints)


def _mark_made(request: HttpRequest, response: Any) -> None:
    """A view's response that is not rendered later has been made by the view already."""
    late = callable(getattr(response, "render", None))
    if isinstance(response, HttpResponseBase) and not late:
        _enter(request, "render", "response", type(response).__name__).leave()
