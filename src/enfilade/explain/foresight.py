"""What the framework's own middleware will do with a request, found by asking them.

Their hooks look at the request, the settings and static files and at nothing else, so they can be
asked without a server, a view or a side effect. A middleware of the site is never called.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from enfilade.contrib.staticfiles.serving import StaticFilesMiddleware
from enfilade.exceptions import AnswerableError
from enfilade.explain.source import shorten
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.chain import Layer
from enfilade.middleware.common import CommonMiddleware
from enfilade.middleware.cors import CorsMiddleware
from enfilade.middleware.csrf import CsrfViewMiddleware
from enfilade.middleware.locale import LocaleMiddleware
from enfilade.middleware.security import SecurityMiddleware
from enfilade.secrecy import hide_target, hide_text
from enfilade.translation import get_language_from_path

FORESEEABLE = (
    SecurityMiddleware.process_request,
    LocaleMiddleware.process_request,
    CommonMiddleware.process_request,
    CorsMiddleware.process_request,
    StaticFilesMiddleware.process_request,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How the request will be answered, as far as it has come.

    ``status`` is ``None`` and ``text`` empty where only the code of ``by`` knows. ``failed``
    says that ``by`` raises, so that its own way out is not taken.
    """

    status: int | None
    text: str
    by: str
    location: str | None = None
    failed: bool = False


def foresee_inward(layer: Layer, request: HttpRequest) -> Answer | None:
    """The answer with which ``process_request`` of *layer* ends the way in, if it does."""
    middleware = layer.middleware
    if getattr(type(middleware), "process_request", None) not in FORESEEABLE:
        return None
    return _ask(layer, lambda: middleware.process_request(request))


def foresee_view(
    layers: Sequence[Layer], request: HttpRequest, view: Callable[..., Any]
) -> Answer | None:
    """The answer with which ``process_view`` of one of *layers* keeps the request from *view*,
    if it does. The request brings a cookie and a token only if it was given them."""
    for layer in layers:
        middleware = layer.middleware
        if getattr(type(middleware), "process_view", None) is not CsrfViewMiddleware.process_view:
            continue
        if reason := middleware.foresee_refusal(request, view):
            by = layer.name.rpartition(".")[2]
            return Answer(403, f"Forbidden: {reason}", by)
    return None


def foresee_outward(layer: Layer, request: HttpRequest, answer: Answer) -> Answer | None:
    """The answer with which ``process_response`` of *layer* replaces *answer*, if it does."""
    middleware = layer.middleware
    if answer.status != 404:
        return None
    hook = getattr(type(middleware), "process_response", None)
    if hook is CommonMiddleware.process_response:
        return _ask(layer, lambda: _redirect_with_slash(middleware, request))
    if hook is LocaleMiddleware.process_response:
        return _ask(layer, lambda: _redirect_to_language(middleware, request))
    return None


def _redirect_with_slash(
    middleware: CommonMiddleware, request: HttpRequest
) -> HttpResponseBase | None:
    if not middleware.should_redirect_with_slash(request):
        return None
    return middleware.response_redirect_class(middleware.get_full_path_with_slash(request))


def _redirect_to_language(
    middleware: LocaleMiddleware, request: HttpRequest
) -> HttpResponseBase | None:
    named = get_language_from_path(request.path_info)
    return None if named else middleware.redirect_to_language(request)


def _ask(layer: Layer, hook: Callable[[], Any]) -> Answer | None:
    name = layer.name.rpartition(".")[2]
    try:
        response: HttpResponseBase | None = hook()
    except AnswerableError as error:
        text = hide_text(f"{type(error).__name__}: {error}")
        return Answer(error.status, text, name, failed=True)
    except RuntimeError as error:  # CommonMiddleware, where a redirect would lose a body
        return Answer(500, hide_text(str(error)), name, failed=True)
    if response is None:
        return None
    location = response.headers.get("Location")
    shown = None if location is None else hide_target(location)
    file = getattr(response.file_to_stream, "name", None)
    response.close()  # which has opened that
    text = f"{response.reason_phrase}: {shorten(file)}" if file else response.reason_phrase
    return Answer(response.status_code, text, name, shown)
