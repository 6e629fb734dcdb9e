"""The marks of a traced chain: the same hooks and hops, each noted on the request's trace.

What is called here has a request with a trace: the handler, and whatever calls ``get_response``,
takes the traced way for such a request and for no other.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from enfilade.bridge import async_to_sync, in_thread, iscoroutinefunction
from enfilade.lifecycle import HOP
from enfilade.trace import ANSWERED, RAISED, REPLACED, Event

FROM_RESPONSE = frozenset({"process_response", "process_template_response"})
"""The hooks that are given a response and must return one; to the others it means an answer."""


def observed(hook: Callable[..., Any], event: str, node: str) -> Callable[..., Any]:
    """*hook* as an *event* at *node*. Its first argument is the request."""
    name = node.rpartition(".")[2].removeprefix("a")
    judge = _judge_response if name in FROM_RESPONSE else _judge_answer

    async def async_hook(request: Any, *args: Any) -> Any:
        with request.trace.enter(event, node) as entered:
            answer = await hook(request, *args)
            judge(entered, args, answer)
        return answer

    def sync_hook(request: Any, *args: Any) -> Any:
        with request.trace.enter(event, node) as entered:
            answer = hook(request, *args)
            judge(entered, args, answer)
        return answer

    return functools.wraps(hook)(async_hook if iscoroutinefunction(hook) else sync_hook)


def _judge_answer(entered: Event, _args: Any, answer: Any) -> None:
    if answer:
        entered.outcome = ANSWERED


def _judge_response(entered: Event, args: Any, answer: Any) -> None:
    if answer is None:  # for which the chain will blame the hook
        entered.outcome, entered.detail = RAISED, "returned None"
    elif answer is not args[0]:
        entered.outcome = REPLACED


def hop_to_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """:func:`~enfilade.bridge.in_thread` as an event. The first argument is the request."""
    call = in_thread(function)

    async def hop(request: Any, *args: Any) -> Any:
        with request.trace.enter(HOP, "to thread"):
            return await call(request, *args)

    return hop


def hop_to_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """:func:`~enfilade.bridge.async_to_sync` as an event. The first argument is the request."""
    call = async_to_sync(function)

    def hop(request: Any, *args: Any, **kwargs: Any) -> Any:
        with request.trace.enter(HOP, "to loop"):
            return call(request, *args, **kwargs)

    return hop


def observed_around(middleware: Callable[..., Any], node: str, is_async: bool) -> Any:
    """A plain middleware: in until it asks further in, and out from the answer to that on.

    :func:`observed_inside` is the other half, around what it asks.
    """

    def around(request: Any) -> Any:
        with _Passage(request, node) as passage:
            passage.answer = middleware(request)
        return passage.answer

    async def async_around(request: Any) -> Any:
        with _Passage(request, node) as passage:
            passage.answer = await middleware(request)
        return passage.answer

    return async_around if is_async else around


def observed_inside(inner: Callable[..., Any], node: str, is_async: bool) -> Any:
    """*inner* as the plain middleware at *node* calls it."""

    def inside(request: Any) -> Any:
        passage = _passage_of(request, node)
        if passage is None:
            return inner(request)
        passage.go_inside()
        return passage.come_out(inner(request))

    async def async_inside(request: Any) -> Any:
        passage = _passage_of(request, node)
        if passage is None:
            return await inner(request)
        passage.go_inside()
        return passage.come_out(await inner(request))

    return async_inside if is_async else inside


def _passage_of(request: Any, node: str) -> "_Passage | None":
    """The innermost one at *node*; ``None`` for a middleware that asks after its own answer."""
    passages = request.trace.passing.get(node)
    return passages[-1] if passages else None


class _Passage:
    """One request at a plain middleware: the event there that is not over yet.

    A middleware may ask again and again, so ``given`` is the last response that it was given.
    """

    def __init__(self, request: Any, node: str) -> None:
        self.trace = request.trace
        self.node = node
        self.given: Any = None
        self.answer: Any = None

    def __enter__(self) -> "_Passage":
        self.trace.passing.setdefault(self.node, []).append(self)
        self.event: Event = self.trace.enter("middleware.in", self.node)
        return self

    def go_inside(self) -> None:
        self.event.leave()

    def come_out(self, response: Any) -> Any:
        self.given = response
        self.event = self.trace.enter("middleware.out", self.node)
        return response

    def __exit__(self, kind: Any, exception: BaseException | None, traceback: Any) -> None:
        self.trace.passing[self.node].remove(self)
        if self.event.until:  # what it asked has not answered: cancelled, or an exit
            return
        if exception is not None:
            self.event.fail(exception)
        elif self.answer is None:
            self.event.leave(RAISED, "returned None")
        elif self.given is None:
            self.event.leave(ANSWERED)
        else:
            self.event.leave("" if self.answer is self.given else REPLACED)
