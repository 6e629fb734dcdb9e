"""API views, as functions and as classes: a view that takes a :class:`Request` and returns data.

Its errors become problem details. What it raises that is no :class:`Problem` goes the way of all
exceptions, through hooks, signals and logs, and only its page is another.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar

from enfilade.bridge import iscoroutinefunction
from enfilade.contrib.api.negotiation import Formats
from enfilade.contrib.api.parsers import PARSERS, Parser
from enfilade.contrib.api.problems import Problem, problem_response
from enfilade.contrib.api.renderers import RENDERERS, Renderer, is_data
from enfilade.contrib.api.request import Request
from enfilade.contrib.api.response import Response
from enfilade.http import HttpRequest, HttpResponse
from enfilade.http.caching import patch_vary_headers
from enfilade.http.log import log_response
from enfilade.http.response import HttpResponseBase
from enfilade.views import View

__all__ = ["APIView", "api_view"]

ViewFunction = Callable[..., Any]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def api_view(
    methods: Iterable[str] = ("GET",),
    *,
    parsers: Iterable[Parser] = PARSERS,
    renderers: Iterable[Renderer] = RENDERERS,
) -> Callable[[ViewFunction], ViewFunction]:
    """Make an API view of a function, ``def`` or ``async def``, that answers *methods*.

    HEAD comes with GET. OPTIONS is answered with ``Allow``, and any other method with 405.
    """
    if isinstance(methods, str) or callable(methods):
        raise TypeError('@api_view takes a list of methods, as in @api_view(["GET", "POST"]).')
    api = _API(methods, Formats(parsers, renderers))
    return lambda view: _answering(view, api)


class APIView(View):
    """A class-based view whose methods take a :class:`Request`, which is also ``self.request``."""

    parsers: ClassVar[Iterable[Parser]] = PARSERS
    renderers: ClassVar[Iterable[Renderer]] = RENDERERS

    request: Request  # type: ignore[assignment]

    @classmethod
    def _dress(cls, view: Any, initkwargs: dict[str, Any]) -> ViewFunction:
        dressed = super()._dress(view, initkwargs)
        parsers = initkwargs.get("parsers", cls.parsers)
        renderers = initkwargs.get("renderers", cls.renderers)
        methods = [name for name in cls.http_method_names if hasattr(cls, name)]
        return _answering(dressed, _API(methods, Formats(parsers, renderers)))


class _API:
    """What surrounds a view: which methods reach it, what it takes and what it offers."""

    def __init__(self, methods: Iterable[str], formats: Formats) -> None:
        self.formats = formats
        answered = [method.upper() for method in methods]
        if "GET" in answered and "HEAD" not in answered:
            answered.append("HEAD")
        self.methods = tuple(answered)
        self.allow = ", ".join(sorted({*answered, "OPTIONS"}, key=_place))

    def begin(self, http: HttpRequest) -> Request:
        """The request for the view."""
        request = Request(http, self.formats)
        if http.method not in _SAFE:
            _ = request.accepted_renderer  # a view that changes something must not end in a 406
        return request

    def finish(self, request: Request, answer: Any) -> Any:
        """What the view gave, as a response; what is none, the walk has an error for."""
        if isinstance(answer, Response):
            answer.render_with(request.accepted_renderer)
        elif not isinstance(answer, HttpResponseBase) and is_data(answer):
            renderer = request.accepted_renderer
            answer = HttpResponse(renderer.render(answer), renderer.media_type)
        else:
            return answer
        if len(self.formats.renderers) > 1:
            patch_vary_headers(answer, ["Accept"])
        return answer

    def refuse(self, http: HttpRequest) -> HttpResponse:
        """The answer to a method that does not reach the view."""
        headers = {"Allow": self.allow}
        if http.method == "OPTIONS":
            return HttpResponse(headers={**headers, "Content-Length": "0"})
        return _told(Problem(405, headers=headers), http)


def _place(method: str) -> tuple[int, str]:
    """Where ``View.options`` has *method*, so that every answer of a resource says the same."""
    name = method.lower()
    known = View.http_method_names
    return (known.index(name) if name in known else len(known), name)


def _told(problem: Problem, http: HttpRequest) -> HttpResponse:
    response = problem.response(http)
    said = problem.detail.rstrip(".") or response.reason_phrase
    log_response("%s: %s", said, http.path, response=response, request=http)
    return response


def _answering(view: ViewFunction, api: _API) -> ViewFunction:
    @wraps(view)
    def answer(http: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        http.error_response = problem_response
        if http.method not in api.methods:
            return api.refuse(http)
        try:
            request = api.begin(http)
            return api.finish(request, view(request, *args, **kwargs))
        except Problem as problem:
            return _told(problem, http)

    @wraps(view)
    async def answer_async(http: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        http.error_response = problem_response
        if http.method not in api.methods:
            return api.refuse(http)
        try:
            request = api.begin(http)
            return api.finish(request, await view(request, *args, **kwargs))
        except Problem as problem:
            return _told(problem, http)

    either: Any = answer_async if iscoroutinefunction(view) else answer
    either.allowed_methods = api.methods
    either.handing_over = either  # for ``enfilade check``: the arguments go on as they come
    return either  # type: ignore[no-any-return]
