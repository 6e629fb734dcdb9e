"""Steps 7 to 10, what the middleware surrounds: resolve, view hooks, the view, the rendering.

The sync and the async walk are two short readings of the same page. Under ASGI a sync view
takes the sync one, whole, in a single thread: hooks, view and rendering share that hop.
"""

from collections.abc import Awaitable, Callable
from types import CoroutineType, FunctionType
from typing import Any

from enfilade.bridge import async_to_sync, in_thread, iscoroutinefunction
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.layers import Convert
from enfilade.middleware.way import InnerHooks
from enfilade.urls import ResolverMatch, get_resolver, set_urlconf

Respond = Callable[..., Awaitable[HttpResponseBase]]


class Walk:
    """The core of a chain. :meth:`respond` and :meth:`arespond` answer and never raise
    (except under ``DEBUG_PROPAGATE_EXCEPTIONS``)."""

    def __init__(self, hooks: InnerHooks, convert: Convert) -> None:
        self.hooks = hooks
        self.convert = convert
        self.answer_in_thread: Respond = self.to_thread(self.answer)
        self.convert_in_thread: Respond = self.to_thread(convert)
        self.recover_in_thread = self.to_thread(self.recover)

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        """Answer *request* in this thread."""
        try:
            return self.answer(request, self.resolve(request))
        except Exception as exc:
            return self.convert(request, exc)

    async def arespond(self, request: HttpRequest) -> HttpResponseBase:
        """Answer *request* on the event loop, or in one thread if its view is synchronous."""
        try:
            match = self.resolve(request)
            if match.is_async:
                return await self.aanswer(request, match)
            return await self.answer_in_thread(request, match)
        except Exception as exc:
            return await self.convert_in_thread(request, exc)

    def to_thread(self, function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        """An awaitable twin of *function* that runs it in a thread."""
        return in_thread(function)

    def to_loop(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A twin of the coroutine *function* that runs it in a loop of its own."""
        return async_to_sync(function)

    # Step 7

    def resolve(self, request: HttpRequest) -> ResolverMatch:
        """Find the view; sets ``request.resolver_match``. Raises ``Resolver404``."""
        urlconf = request.urlconf
        if urlconf is not None:
            set_urlconf(urlconf)
        match = get_resolver(urlconf).resolve(request.path_info)
        request.resolver_match = match
        return match

    # Steps 8 and 9

    def answer(self, request: HttpRequest, match: ResolverMatch) -> HttpResponseBase:
        """View hooks, view and rendering. Only the last two may be saved by an exception hook."""
        response: Any = None
        for hook in self.hooks.view:
            response = hook.call(request, match.func, match.args, match.kwargs)
            if response:
                break
        if response is None:
            try:
                response = self.run_view(request, match)
            except Exception as exc:
                response = self.recover(request, exc)
                if response is None:
                    raise
        if not isinstance(response, HttpResponseBase):
            raise no_response(view_name(match.func), response)
        if hasattr(response, "render") and callable(response.render):
            response = self.render(request, response)
        return response  # type: ignore[no-any-return]

    async def aanswer(self, request: HttpRequest, match: ResolverMatch) -> HttpResponseBase:
        """:meth:`answer` for an async view."""
        response: Any = None
        for hook in self.hooks.view:
            response = await hook.acall(request, match.func, match.args, match.kwargs)
            if response:
                break
        if response is None:
            try:
                response = await self.arun_view(request, match)
            except Exception as exc:
                response = await self.recover_in_thread(request, exc)
                if response is None:
                    raise
        if not isinstance(response, HttpResponseBase):
            raise no_response(view_name(match.func), response)
        if hasattr(response, "render") and callable(response.render):
            response = await self.arender(request, response)
        return response  # type: ignore[no-any-return]

    def run_view(self, request: HttpRequest, match: ResolverMatch) -> Any:
        """Call the view; an async one runs in an event loop of its own."""
        view = self.to_loop(match.func) if match.is_async else match.func
        if match.args or match.kwargs:
            return view(request, *match.args, **match.kwargs)
        return view(request)  # which costs a quarter

    async def arun_view(self, request: HttpRequest, match: ResolverMatch) -> Any:
        """Await the view."""
        return await match.func(request, *match.args, **match.kwargs)

    def recover(self, request: HttpRequest, exception: Exception) -> Any:
        """The response of the first exception hook that has one, else ``None``."""
        for hook in self.hooks.exception:
            response = hook.call(request, exception)
            if response:
                return response
        return None

    # Step 10

    def render(self, request: HttpRequest, response: Any) -> Any:
        """Let the template response hooks replace *response*, then render it."""
        for hook in self.hooks.template_response:
            response = hook.call(request, response)
            if not isinstance(response, HttpResponseBase):
                raise no_response(hook.name, response)
        try:
            return self.rendered(request, response)
        except Exception as exc:
            saved = self.recover(request, exc)
            if saved is None:
                raise
            return saved

    async def arender(self, request: HttpRequest, response: Any) -> Any:
        """:meth:`render` for an async view. A template may touch lazy, blocking values, so it
        is rendered in a thread."""
        for hook in self.hooks.template_response:
            response = await hook.acall(request, response)
            if not isinstance(response, HttpResponseBase):
                raise no_response(hook.name, response)
        try:
            if iscoroutinefunction(response.render):
                return await self.arendered(request, response)
            return await self.to_thread(self.rendered)(request, response)
        except Exception as exc:
            saved = await self.recover_in_thread(request, exc)
            if saved is None:
                raise
            return saved

    def rendered(self, _request: HttpRequest, response: Any) -> Any:
        """The rendering alone."""
        return response.render()

    async def arendered(self, _request: HttpRequest, response: Any) -> Any:
        """The rendering alone, of a response that is awaited."""
        return await response.render()


def view_name(view: Any) -> str:
    """How messages call a view: "The view module.function" or "… module.Class.__call__"."""
    if isinstance(view, FunctionType):
        return f"The view {view.__module__}.{view.__name__}"
    return f"The view {view.__module__}.{type(view).__name__}.__call__"


def no_response(source: str, answer: Any) -> ValueError:
    """The error of a view or hook that returned something else than a response."""
    match answer:
        case None:
            what, hint = "None", "Every path through it must return a response."
        case CoroutineType():
            what, hint = "an unawaited coroutine", "You may need to add an 'await' into your view."
            answer.close()
        case str() | bytes() | int():
            what, hint = repr(answer)[:60], "Return HttpResponse(…) with it."
        case dict() | list():
            what, hint = f"a {type(answer).__name__}", "Return JsonResponse(…) with it."
        case tuple():
            what, hint = "a tuple", "Return HttpResponse(content, status=…, headers=…)."
        case _:
            what, hint = f"a {type(answer).__name__}", "A response is an HttpResponse of some kind."
    error = ValueError(
        f"{source} didn't return an HttpResponse object. It returned {what} instead."
    )
    error.add_note(f"Hint: {hint}")
    return error
