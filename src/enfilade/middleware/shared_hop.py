"""Neighbouring middleware whose hooks may block, as one layer of an async chain.

They go inward together in one thread hop and outward together in another, and no thread is
held while what they surround is awaited.
"""

from typing import TYPE_CHECKING, Any

from enfilade.bridge import in_thread
from enfilade.middleware.layers import ARespond, Convert, HookPair, no_response

if TYPE_CHECKING:
    from enfilade.http import HttpRequest
    from enfilade.http.response import HttpResponseBase


class SharedHop:
    """The hooks of *group*, outermost first, around *inner*."""

    def __init__(self, group: tuple[HookPair, ...], inner: ARespond, convert: Convert) -> None:
        self.group = group
        self.inner = inner
        self.convert = convert

    def joined_by(self, hooks: HookPair) -> "SharedHop":
        """The same with one more neighbour, outside of the others."""
        return SharedHop((hooks, *self.group), self.inner, self.convert)

    def go_in(self, request: "HttpRequest") -> tuple[int, "HttpResponseBase | None"]:
        """How many layers were entered, and the response if one of them gave it."""
        for depth, (before, _) in enumerate(self.group):
            if before is None:
                continue
            try:
                response = before(request)
            except Exception as exc:
                # A failing layer is not entered: its response goes to the next one outward.
                return depth, self.convert(request, exc)
            if response:
                return depth + 1, response
        return len(self.group), None

    def go_out(
        self, request: "HttpRequest", response: "HttpResponseBase", depth: int
    ) -> "HttpResponseBase":
        """Take *response* out through the layers that were entered."""
        for _, after in reversed(self.group[:depth]):
            if after is None:
                continue
            try:
                answer = after(request, response)
                response = no_response(after) if answer is None else answer
            except Exception as exc:
                response = self.convert(request, exc)
        return response

    def layer(self) -> ARespond:
        """The layer itself, with a hop only in the directions that have a hook."""
        enters = any(before for before, _ in self.group)
        leaves = any(after for _, after in self.group)
        go_in, go_out = in_thread(self.go_in), in_thread(self.go_out)
        inner, everything = self.inner, len(self.group)

        async def layer(request: "HttpRequest") -> Any:
            depth, response = await go_in(request) if enters else (everything, None)
            if response is None:
                response = await inner(request)
            return await go_out(request, response, depth) if leaves else response

        return layer
