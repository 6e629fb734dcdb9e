"""Middleware and views that hypothesis makes up, of Django's pieces or of our own."""

import asyncio
from typing import Any

from hypothesis import strategies as st

DOES = {
    "process_request": ("pass", "pass", "answer", "raise"),
    "process_view": ("pass", "pass", "answer", "answer late", "raise"),
    "process_exception": ("pass", "pass", "answer", "answer late", "raise"),
    "process_template_response": ("pass", "replace", "raise", "forget"),
    "process_response": ("pass", "pass", "replace", "raise", "forget"),
}
VIEWS = ("answer", "answer", "raise", "lose", "forget", "late", "late and broken", "stream")


class Maker:
    """Makes them of what a framework has in its module *http* and, to say how a middleware can be
    called, in *marks*; the names in these are the same in both frameworks."""

    def __init__(self, http: Any, marks: Any) -> None:
        self.http = http
        self.marks = marks
        self.late = late_response(http.HttpResponse)

    def do(self, what: str, *args: Any) -> Any:
        """What one hook does; its last argument is a response, where it is given one."""
        http = self.http
        if what == "raise":
            raise ValueError("a hook")
        if what == "forget":
            return None
        if what.startswith("answer"):
            return self.late() if what.endswith("late") else http.HttpResponse("answered")
        if what == "replace":
            is_late = isinstance(args[-1], self.late)
            return self.late() if is_late else http.HttpResponse("replaced")
        responses = (http.HttpResponse, http.StreamingHttpResponse)
        return args[-1] if args and isinstance(args[-1], responses) else None

    def hook_of(self, what: str, coroutine: bool) -> Any:
        def hook(middleware: Any, request: Any, *args: Any) -> Any:
            return self.do(what, *args)

        async def awaited(middleware: Any, request: Any, *args: Any) -> Any:
            await asyncio.sleep(0)
            return self.do(what, *args)

        return awaited if coroutine else hook

    def factories_of(self, what: str) -> tuple[Any, Any, Any]:
        """A middleware that is one callable: a synchronous, an async, and one that is both."""

        def ask_before() -> Any:
            return self.do(what) if what in ("answer", "raise") else None

        def say_after(response: Any) -> Any:
            if what == "raise late":
                raise ValueError(what)
            return self.http.HttpResponse("other") if what == "replace" else response

        def factory(get_response: Any) -> Any:
            def middleware(request: Any) -> Any:
                return ask_before() or say_after(get_response(request))

            return middleware

        @self.marks.async_only_middleware
        def async_factory(get_response: Any) -> Any:
            async def middleware(request: Any) -> Any:
                return ask_before() or say_after(await get_response(request))

            return middleware

        @self.marks.sync_and_async_middleware
        def both(get_response: Any) -> Any:
            is_async = asyncio.iscoroutinefunction(get_response)
            return (async_factory if is_async else factory)(get_response)

        return factory, async_factory, both

    def view_of(self, what: str, is_async: bool) -> Any:
        def answer() -> Any:
            match what:
                case "raise":
                    raise ValueError("the view")
                case "lose":
                    raise self.http.Http404
                case "forget":
                    return None
                case "late" | "late and broken":
                    return self.late(breaks=what != "late")
                case "stream":
                    return self.http.StreamingHttpResponse([b"one", b"two"])
            return self.http.HttpResponse("made")

        def view(request: Any, *args: Any, **kwargs: Any) -> Any:
            return answer()

        async def async_view(request: Any, *args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            return answer()

        return async_view if is_async else view


def late_response(response: Any) -> Any:
    """A class of responses, made of *response*, that are rendered after the view."""

    class Late(response):
        def __init__(self, breaks: bool = False) -> None:
            super().__init__("late")
            self.breaks = breaks

        def render(self) -> Any:
            if self.breaks:
                raise ValueError("broken template")
            return self

    return Late


@st.composite
def called_as_a_whole(draw: st.DrawFn, maker: Maker) -> Any:
    """A middleware that is one callable."""
    what = draw(st.sampled_from(("pass", "pass", "answer", "raise", "replace", "raise late")))
    return draw(st.sampled_from(maker.factories_of(what)))


def views(maker: Maker) -> Any:
    return st.builds(maker.view_of, st.sampled_from(VIEWS), st.booleans())
