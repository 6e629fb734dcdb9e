"""Neighbouring middleware whose hooks may block, as one layer of an async chain.

They go inward together in one thread hop and outward together in another, and no thread is
held while what they surround is awaited.
"""

from typing import TYPE_CHECKING, Any

from enfilade.middleware.layers import ARespond, no_response
from enfilade.middleware.run import Run

if TYPE_CHECKING:
    from enfilade.http import HttpRequest
    from enfilade.http.response import HttpResponseBase


class SharedHop(Run):
    """A run whose hooks may block, in an async chain."""

    def go_in(self, request: "HttpRequest") -> tuple[int, "HttpResponseBase | None"]:
        """How many layers were entered, and the response if one of them gave it."""
        for depth, before, _ in self.inward:
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
        for after, _ in self.outward[depth]:
            try:
                answer = after(request, response)
                response = no_response(after) if answer is None else answer
            except Exception as exc:
                response = self.convert(request, exc)
        return response

    def alayer(self) -> ARespond:
        """The layer itself, with a hop only in the directions that have a hook."""
        enters, leaves = bool(self.inward), bool(self.outward[-1])
        go_in, go_out = self.to_thread(self.go_in), self.to_thread(self.go_out)
        inner, everything = self.inner, len(self.group)

        async def layer(request: "HttpRequest") -> Any:
            depth, response = await go_in(request) if enters else (everything, None)
            if response is None:
                response = await inner(request)
            return await go_out(request, response, depth) if leaves else response

        return layer
