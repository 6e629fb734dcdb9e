"""Neighbouring middleware made of hooks, as one layer of the onion: a *run*.

What each does stays what a layer of its own would do: a failing hook becomes a response for the
next one outward, and a response on the way in turns the walk around. But a request pays for the
hooks there are, not for the layers around it.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from enfilade.bridge import in_thread
from enfilade.middleware.layers import ARespond, Convert, Respond, ToThread, no_response

if TYPE_CHECKING:
    from enfilade.http import HttpRequest


class HookPair(NamedTuple):
    """``process_request`` and ``process_response``, each ``None`` where the middleware has none;
    and which of them an async chain awaits."""

    before: Any
    after: Any
    awaits_before: bool = False
    awaits_after: bool = False


class Run:
    """The hooks of *group*, outermost first, around *inner*; *to_thread* makes the hops."""

    def __init__(
        self,
        group: tuple[HookPair, ...],
        inner: Any,
        convert: Convert,
        to_thread: ToThread = in_thread,
    ) -> None:
        self.group = group
        self.inner = inner
        self.convert = convert
        self.to_thread = to_thread

    def joined_by(self, hooks: HookPair) -> Self:
        """The same with one more neighbour, outside of the others."""
        return type(self)((hooks, *self.group), self.inner, self.convert, self.to_thread)

    @cached_property
    def inward(self) -> tuple[tuple[int, Any, bool], ...]:
        """The hooks on the way in: how many layers surround each, it, and whether to await it."""
        return tuple(
            (depth, hooks.before, hooks.awaits_before)
            for depth, hooks in enumerate(self.group)
            if hooks.before is not None
        )

    @cached_property
    def outward(self) -> tuple[tuple[tuple[Any, bool], ...], ...]:
        """The hooks on the way out, by how many layers were entered."""
        return tuple(
            tuple(
                (hooks.after, hooks.awaits_after)
                for hooks in reversed(self.group[:depth])
                if hooks.after is not None
            )
            for depth in range(len(self.group) + 1)
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is no hook at all."""
        return not self.inward and not self.outward[-1]

    def layer(self) -> Respond:
        """The layer itself, in a sync chain."""
        inner, convert, everything = self.inner, self.convert, len(self.group)
        inward = tuple((depth, before) for depth, before, _ in self.inward)
        outward = tuple(tuple(after for after, _ in hooks) for hooks in self.outward)

        def layer(request: "HttpRequest") -> Any:
            for depth, before in inward:
                try:
                    response = before(request)
                except Exception as exc:
                    # A failing layer is not entered: its response goes to the next one outward.
                    response = convert(request, exc)
                    break
                if response:
                    depth += 1
                    break
            else:
                depth = everything
                response = inner(request)
            for after in outward[depth]:
                try:
                    response = after(request, response)
                    if response is None:
                        no_response(after)
                except Exception as exc:
                    response = convert(request, exc)
            return response

        return self.inner if self.is_empty else layer

    def alayer(self) -> ARespond:
        """The same in an async chain. Hooks that never block are called, the others awaited."""
        inner, convert, everything = self.inner, self.to_thread(self.convert), len(self.group)
        inward, outward = self.inward, self.outward

        async def layer(request: "HttpRequest") -> Any:
            for depth, before, awaits in inward:
                try:
                    response = await before(request) if awaits else before(request)
                except Exception as exc:
                    response = await convert(request, exc)
                    break
                if response:
                    depth += 1
                    break
            else:
                depth = everything
                response = await inner(request)
            for after, awaits in outward[depth]:
                try:
                    response = after(request, response)
                    if awaits:
                        response = await response
                    if response is None:
                        no_response(after)
                except Exception as exc:
                    response = await convert(request, exc)
            return response

        return self.inner if self.is_empty else layer
