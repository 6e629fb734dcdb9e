"""How the chain is built: shapes, modes, doors, and which thread each piece runs in."""

import asyncio
import threading
from typing import Any

import pytest

from enfilade.bridge import iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from enfilade.middleware import (
    MiddlewareMixin,
    async_only_middleware,
    sync_and_async_middleware,
)
from enfilade.middleware.chain import Chain, build_chain
from enfilade.middleware.way import InnerHooks, TracedWay, Way


class Answer:
    """Stands for a response: the chain only passes it on."""

    def __init__(self, text: str) -> None:
        self.text = text


class Request:
    """Stands for a request that nobody traces."""

    trace = None


class Core:
    """A core that notes the thread it runs in."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def respond(self, request: Any) -> Answer:
        self.threads.append(threading.current_thread().name)
        return Answer("core")

    async def arespond(self, request: Any) -> Answer:
        return self.respond(request)


def convert(request: Any, exc: Exception) -> Answer:
    return Answer(f"{type(exc).__name__}: {exc}")


def build(*middleware: Any, is_async: bool = False) -> tuple[Any, Chain, Core]:
    core = Core()
    plain, traced = (kind(InnerHooks(), core, convert) for kind in (Way, TracedWay))
    chain = Chain(is_async, plain, traced)
    return build_chain(chain, middleware), chain, core


def walk(handler: Any) -> str:
    answer = handler(Request())
    return (asyncio.run(answer) if asyncio.iscoroutine(answer) else answer).text


class Blocking(MiddlewareMixin):
    threads: list[str]

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.threads = []

    def process_request(self, request: Any) -> None:
        self.threads.append(threading.current_thread().name)

    def process_response(self, request: Any, response: Any) -> Any:
        self.threads.append(threading.current_thread().name)
        return response


class Inline(Blocking):
    blocking = False


def plain_factory(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        return get_response(request)

    return middleware


def test_without_middleware_the_core_is_the_chain() -> None:
    handler, _, core = build()
    assert handler == core.respond


def test_the_async_chain_is_a_coroutine_function() -> None:
    for middleware in ((), (Blocking,), (Inline,), (plain_factory,), (plain_factory, Inline)):
        handler, _, _ = build(*middleware, is_async=True)
        assert iscoroutinefunction(handler)


def test_hooks_that_never_block_stay_on_the_event_loop() -> None:
    handler, chain, core = build(Inline, Inline, is_async=True)
    walk(handler)
    here = threading.current_thread().name
    assert {name for layer in chain.layers for name in layer.middleware.threads} == {here}
    assert core.threads == [here]
    assert not any(layer.hops for layer in chain.layers)


def test_hooks_that_may_block_run_in_a_thread() -> None:
    handler, chain, core = build(Blocking, is_async=True)
    walk(handler)
    here = threading.current_thread().name
    assert here not in chain.layers[0].middleware.threads
    assert core.threads == [here]


def test_neighbours_share_a_hop(monkeypatch: pytest.MonkeyPatch) -> None:
    hops = []

    def counted(way: Way, function: Any) -> Any:
        async def call(*args: Any) -> Any:
            hops.append(function.__name__)
            return function(*args)

        return call

    monkeypatch.setattr(Way, "to_thread", counted)
    handler, _, _ = build(Blocking, Blocking, Blocking, is_async=True)
    walk(handler)
    assert hops == ["go_in", "go_out"]


def test_a_sync_only_neighbour_of_the_core_needs_no_way_back() -> None:
    handler, chain, core = build(plain_factory, is_async=True)
    walk(handler)
    assert chain.layers[0].door == ""
    assert core.threads != [threading.current_thread().name]


def test_a_sync_only_middleware_further_out_says_so() -> None:
    _, chain, _ = build(plain_factory, Inline, is_async=True)
    assert [layer.door for layer in chain.layers] == ["to loop", ""]
    assert chain.door == "to thread"


def test_an_async_only_middleware_works_in_a_sync_chain() -> None:
    @async_only_middleware
    def factory(get_response: Any) -> Any:
        async def middleware(request: Any) -> Any:
            return await get_response(request)

        return middleware

    handler, _, _ = build(plain_factory, factory, plain_factory)
    assert walk(handler) == "core"


def test_a_factory_of_both_kinds_gets_the_mode_of_its_neighbour() -> None:
    modes = []

    @sync_and_async_middleware
    def factory(get_response: Any) -> Any:
        modes.append(iscoroutinefunction(get_response))
        return get_response

    build(factory)
    build(factory, is_async=True)
    assert modes == [False, True]


def test_a_subclass_that_extends_call_is_called() -> None:
    class Extended(Inline):
        def __call__(self, request: Any) -> Any:
            response = super().__call__(request)
            response.text += " extended"
            return response

    assert walk(build(Extended)[0]) == "core extended"


def test_a_get_response_that_a_middleware_has_wrapped_is_called() -> None:
    class Wrapping(MiddlewareMixin):
        def __init__(self, get_response: Any) -> None:
            super().__init__(lambda request: Answer(f"wrapped {get_response(request).text}"))

        def process_response(self, request: Any, response: Any) -> Any:
            return response

    handler, _, _ = build(Wrapping)
    assert walk(handler) == "wrapped core"


@pytest.mark.parametrize("is_async", [False, True])
def test_an_exception_becomes_a_response_for_the_next_layer_outward(is_async: bool) -> None:
    class Outer(Blocking):
        def process_response(self, request: Any, response: Any) -> Any:
            response.text += " seen outside"
            return response

    class Broken(Blocking):
        def process_response(self, request: Any, response: Any) -> Any:
            raise LookupError("lost")

    handler, _, _ = build(Outer, Broken, is_async=is_async)
    assert walk(handler) == "LookupError: lost seen outside"


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("base", [Blocking, Inline])
def test_a_response_that_was_forgotten_names_the_middleware(base: Any, is_async: bool) -> None:
    class Forgetful(base):
        def process_response(self, request: Any, response: Any) -> Any:
            return None

    handler, _, _ = build(Forgetful, is_async=is_async)
    assert "Forgetful.process_response returned None" in walk(handler)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("base", [Blocking, Inline])
def test_a_response_may_be_false_as_a_value(base: Any, is_async: bool) -> None:
    class Empty(Answer):
        def __len__(self) -> int:
            return 0

    class Replacing(base):
        def process_response(self, request: Any, response: Any) -> Any:
            return Empty("empty, not forgotten")

    handler, _, _ = build(Replacing, is_async=is_async)
    assert walk(handler) == "empty, not forgotten"


def test_a_callable_may_return_a_response_that_is_false_as_a_value() -> None:
    class Empty(Answer):
        def __len__(self) -> int:
            return 0

    handler, _, _ = build(lambda get_response: lambda request: Empty("empty"))
    assert walk(handler) == "empty"


def test_a_callable_that_forgets_its_response_is_named() -> None:
    def forgetful(get_response: Any) -> Any:
        def middleware(request: Any) -> None:
            get_response(request)

        return middleware

    assert "forgetful" in walk(build(forgetful)[0])
    assert "returned None" in walk(build(forgetful)[0])


def test_a_middleware_that_is_not_used_leaves_no_trace_in_the_walk() -> None:
    class Unwanted(MiddlewareMixin):
        def __init__(self, get_response: Any) -> None:
            raise MiddlewareNotUsed("not today")

    handler, chain, _ = build(Inline, Unwanted, Inline)
    assert walk(handler) == "core"
    assert len(chain.layers) == 2
    assert [name.rpartition(".")[2] for name in chain.not_used] == ["Unwanted"]


def test_a_factory_that_returns_nothing_is_refused() -> None:
    def factory(get_response: Any) -> None: ...

    with pytest.raises(ImproperlyConfigured, match="returned None"):
        build(factory)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_hook_that_nobody_would_await_is_refused(is_async: bool) -> None:
    class Hopeful(MiddlewareMixin):
        async def process_request(self, request: Any) -> None: ...

    with pytest.raises(ImproperlyConfigured, match=r"Hopeful\.process_request is a coroutine"):
        build(Hopeful, is_async=is_async)


def test_a_factory_without_any_mode_is_refused() -> None:
    def factory(get_response: Any) -> Any: ...

    factory.sync_capable = factory.async_capable = False  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="at least one of"):
        build(factory)


@pytest.mark.parametrize("name", ["nowhere.Nothing", "enfilade.middleware.Nothing", "nodots"])
def test_a_path_that_cannot_be_imported_is_named(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"names '{name}'") as caught:
        build(name)
    assert caught.value.hint


def test_the_inner_hooks_are_in_calling_order() -> None:
    class First(MiddlewareMixin):
        def process_view(self, *args: Any) -> None: ...
        def process_exception(self, *args: Any) -> None: ...

    class Second(First): ...

    _, chain, _ = build(First, Second)
    assert [hook.name for hook in chain.plain.hooks.view] == [
        "First.process_view",
        "Second.process_view",
    ]
    assert [hook.name for hook in chain.plain.hooks.exception] == [
        "Second.process_exception",
        "First.process_exception",
    ]
