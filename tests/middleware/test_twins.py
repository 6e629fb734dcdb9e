"""Hooks with an awaitable twin: which of the two runs in which chain, and in which thread."""

import asyncio
import threading
from typing import Any

import pytest

from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.chain import Chain, build_chain
from enfilade.middleware.way import InnerHooks, TracedWay, Way


class Response(list):  # type: ignore[type-arg]
    """Stands for a response: true, and keeps what was done to it."""

    def __bool__(self) -> bool:
        return True


class Core:
    def respond(self, request: Any) -> Response:
        return Response(["core"])

    async def arespond(self, request: Any) -> Response:
        return self.respond(request)


class Twinned(MiddlewareMixin):
    """Says of each hook which twin ran, and whether on the thread of the loop."""

    def process_request(self, request: Any) -> None:
        request.append(("plain", threading.current_thread().name))

    async def aprocess_request(self, request: Any) -> None:
        await asyncio.sleep(0)
        request.append(("awaited", threading.current_thread().name))

    def process_response(self, request: Any, response: Any) -> Any:
        response.append("plain")
        return response

    async def aprocess_response(self, request: Any, response: Any) -> Any:
        await asyncio.sleep(0)
        response.append("awaited")
        return response


class Refusing(MiddlewareMixin):
    def process_request(self, request: Any) -> None:
        raise AssertionError("the twin runs instead")

    async def aprocess_request(self, request: Any) -> Any:
        raise PermissionError("no entry")


class Request(list[Any]):
    """Stands for a request that nobody traces, and keeps who has seen it."""

    trace = None


def build(*middleware: Any, is_async: bool) -> Chain:
    ways = [
        kind(InnerHooks(), Core(), lambda request, exc: Response([str(exc)]))
        for kind in (Way, TracedWay)
    ]
    chain = Chain(is_async, *ways)
    build_chain(chain, middleware)
    return chain


def walk(*middleware: Any, is_async: bool) -> tuple[list[Any], Any]:
    request = Request()
    handler: Any = build(*middleware, is_async=is_async).handler
    response = asyncio.run(handler(request)) if is_async else handler(request)
    return request, response


def test_a_sync_chain_runs_the_plain_hooks() -> None:
    request, response = walk(Twinned, is_async=False)
    assert request == [("plain", "MainThread")]
    assert response == ["core", "plain"]


def test_an_async_chain_awaits_the_twins_on_the_loop() -> None:
    request, response = walk(Twinned, is_async=True)
    assert request == [("awaited", "MainThread")]
    assert response == ["core", "awaited"]


def test_a_twin_of_a_blocking_middleware_takes_no_hop() -> None:
    assert not build(Twinned, is_async=True).layers[0].hops


def test_an_exception_of_a_twin_becomes_a_response_for_the_next_layer() -> None:
    _, response = walk(Twinned, Refusing, is_async=True)
    assert response == ["no entry", "awaited"]


@pytest.mark.parametrize("is_async", [False, True])
def test_whoever_calls_the_middleware_itself_gets_the_same(is_async: bool) -> None:
    core = Core()
    middleware = Twinned(core.arespond if is_async else core.respond)
    request: list[Any] = []
    response = asyncio.run(middleware(request)) if is_async else middleware(request)
    assert response == ["core", "awaited" if is_async else "plain"]
    assert request == [("awaited" if is_async else "plain", "MainThread")]


class Overriding(Twinned):
    """Knows nothing of twins, as one that was written for Django."""

    blocking = False

    def process_request(self, request: Any) -> None:
        request.append("before")
        super().process_request(request)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_subclass_that_overrides_a_hook_is_not_passed_over(is_async: bool) -> None:
    request, response = walk(Overriding, is_async=is_async)
    before, (kind, thread) = request
    assert (before, kind) == ("before", "plain")
    assert (thread == "MainThread") is not is_async
    assert response == ["core", "awaited" if is_async else "plain"]
