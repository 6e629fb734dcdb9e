"""The marks that a traced chain consists of: hooks and middleware, noted on their request's trace.

They serve our own chain and those of other frameworks: :class:`Custom` says what is different.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from types import TracebackType
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.trace.record import ANSWERED, RAISED, REPLACED, Event, Trace

FROM_RESPONSE = frozenset({"process_response", "process_template_response"})
"""The hooks that are given a response and must return one; to the others it means an answer."""


@dataclass(frozen=True, slots=True)
class Custom:
    """What is the custom of a framework: ``trace_of`` says where a request has its trace, and
    ``blames_none`` whether a middleware fails that gives no response at all."""

    trace_of: Callable[[Any], Trace]
    blames_none: bool


OURS = Custom(attrgetter("trace"), blames_none=True)


def observed(
    hook: Callable[..., Any], event: str, node: str, custom: Custom = OURS
) -> Callable[..., Any]:
    """*hook* as an *event* at *node*. Its first argument is the request."""
    name = node.rpartition(".")[2].removeprefix("a")
    judge = _judge_response if name in FROM_RESPONSE else _judge_answer
    trace_of = custom.trace_of

    async def async_hook(request: Any, *args: Any) -> Any:
        trace = trace_of(request)
        with trace.enter(event, node) as entered:
            answer = await hook(request, *args)
            judge(entered, args, answer)
            trace.show(answer)
        return answer

    def sync_hook(request: Any, *args: Any) -> Any:
        trace = trace_of(request)
        with trace.enter(event, node) as entered:
            answer = hook(request, *args)
            judge(entered, args, answer)
            trace.show(answer)
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


def observed_around(
    middleware: Callable[..., Any], node: str, is_async: bool, custom: Custom = OURS
) -> Any:
    """A middleware that is one callable: in until it asks further in, and out from the answer to
    that on.

    :func:`observed_inside` is the other half, around what it asks.
    """

    def around(request: Any) -> Any:
        with _Passage(custom, request, node) as passage:
            passage.answer = middleware(request)
        return passage.answer

    async def async_around(request: Any) -> Any:
        with _Passage(custom, request, node) as passage:
            passage.answer = await middleware(request)
        return passage.answer

    return async_around if is_async else around


def observed_inside(
    inner: Callable[..., Any], node: str, is_async: bool, custom: Custom = OURS
) -> Any:
    """*inner* as the middleware at *node* calls it."""

    def inside(request: Any) -> Any:
        passage = _passage_of(custom.trace_of(request), node)
        if passage is None:
            return inner(request)
        passage.go_inside()
        return passage.come_out(inner(request))

    async def async_inside(request: Any) -> Any:
        passage = _passage_of(custom.trace_of(request), node)
        if passage is None:
            return await inner(request)
        passage.go_inside()
        return passage.come_out(await inner(request))

    return async_inside if is_async else inside


def _passage_of(trace: Trace, node: str) -> "_Passage | None":
    """The innermost one at *node*; ``None`` for a middleware that asks after its own answer."""
    passages = trace.passing.get(node)
    return passages[-1] if passages else None


class _Passage:
    """One request at a plain middleware: the event there that is not over yet.

    A middleware may ask again and again, so ``given`` is the last response that it was given.
    """

    def __init__(self, custom: Custom, request: Any, node: str) -> None:
        self.blames_none = custom.blames_none
        self.trace = custom.trace_of(request)
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.trace.passing[self.node].remove(self)
        if self.event.until:  # what it asked has not answered: cancelled, or an exit
            return
        self.trace.show(self.answer)
        if exception is not None:
            self.event.fail(exception)
        elif self.answer is None and self.blames_none:
            self.event.leave(RAISED, "returned None")
        elif self.given is None:
            self.event.leave(ANSWERED)
        elif self.answer is None:
            self.event.leave(detail="returned None")
        else:
            self.event.leave("" if self.answer is self.given else REPLACED)
