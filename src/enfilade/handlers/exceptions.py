"""Every exception becomes a response here, at whichever layer it was raised.

Order and messages are those of Django 5.2's ``response_for_exception``. Two things are better
than there: an error handler may be ``async def``, and one that fails cannot reach the server.
"""

import logging
from collections.abc import Callable
from typing import Any

from enfilade.bridge import async_to_sync, iscoroutinefunction
from enfilade.conf import settings
from enfilade.dispatch import got_request_exception
from enfilade.exceptions import (
    BadRequest,
    Http404,
    MultiPartParserError,
    PermissionDenied,
    RequestDataTooBig,
    ServiceUnavailable,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
    TransportLost,
)
from enfilade.handlers.arguments import hint_at_arguments
from enfilade.handlers.walk import no_response, view_name
from enfilade.http import HttpRequest
from enfilade.http.log import log_response, request_logger
from enfilade.http.response import HttpResponseBase
from enfilade.trace import note_failure
from enfilade.urls import get_resolver, get_urlconf
from enfilade.views import debug, defaults

DEFAULT_HANDLERS: dict[int, Callable[..., Any]] = {
    400: defaults.bad_request,
    403: defaults.permission_denied,
    404: defaults.page_not_found,
    500: defaults.server_error,
}


def response_for_exception(request: HttpRequest, exc: Exception) -> HttpResponseBase:
    """The response that tells the client of *exc*, logged where that is called for.

    Raises *exc* again if it is unforeseen and ``DEBUG_PROPAGATE_EXCEPTIONS`` is on.
    """
    response: HttpResponseBase
    match exc:
        case Http404():
            response = _not_found(request, exc)
        case PermissionDenied():
            response = _ask_error_handler(request, 403, exc)
            _log(request, response, exc, "Forbidden (Permission denied): %s", request.path)
        case MultiPartParserError() | TransportLost():
            response = _ask_error_handler(request, 400, exc)
            said = "Bad request (Unable to parse request body): %s"
            _log(request, response, exc, said, request.path)
        case BadRequest():
            response = _bad_request(request, exc)
            _log(request, response, exc, "%s: %s", str(exc), request.path)
        case SuspiciousOperation():
            response = _suspicious(request, exc)
        case ServiceUnavailable():
            response = _unavailable(request, exc)
            _log_outage(request, response, exc)
        case _:
            response = _uncaught(request, exc)
            _log(request, response, exc, "%s: %s", response.reason_phrase, request.path)
    return response


def _log(request: HttpRequest, response: Any, exc: Exception, message: str, *args: str) -> None:
    log_response(message, *args, response=response, request=request, exception=exc)


def _log_outage(request: HttpRequest, response: Any, exc: ServiceUnavailable) -> None:
    """One line without a traceback: it is no fault of the code, and all requests meet it."""
    said = "Service Unavailable (%s): %s"
    log_response(said, str(exc), request.path, response=response, request=request)
    request_logger.debug("What was unavailable:", exc_info=exc, extra={"request": request})


def _is_explained(request: HttpRequest) -> bool:
    """Whether a technical page tells of the errors of *request*."""
    return settings.DEBUG and request.error_response is None


def _not_found(request: HttpRequest, exc: Exception) -> Any:
    if not _is_explained(request):
        return _ask_error_handler(request, 404, exc)
    try:
        return debug.technical_404_response(request, exc)
    except Exception as failure:
        return _uncaught(request, failure)


def _bad_request(request: HttpRequest, exc: Exception) -> Any:
    if _is_explained(request):
        return _technical_500(request, exc, status_code=400)
    return _ask_error_handler(request, 400, exc)


def _suspicious(request: HttpRequest, exc: Exception) -> Any:
    if isinstance(exc, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        # Whoever reads POST next, an error page for example, must not meet the same error.
        request._mark_post_parse_error()
    response = _bad_request(request, exc)
    logger = logging.getLogger(f"enfilade.security.{type(exc).__name__}")
    log_response("%s", str(exc), exception=exc, request=request, response=response, logger=logger)
    return response


def _tell_server(request: HttpRequest, exc: Exception) -> None:
    """Tell who serves *request* why it failed; ``META`` is the environ, but under ASGI."""
    note_failure(getattr(request, "scope", request.META), exc)


def _unavailable(request: HttpRequest, exc: ServiceUnavailable) -> Any:
    _tell_server(request, exc)
    if _is_explained(request):
        response = _technical_500(request, exc, status_code=503)
    elif request.error_response is not None:
        response = _ask_error_handler(request, 503, exc)
    else:
        response = defaults.service_unavailable(request)
    response.headers["Retry-After"] = str(exc.retry_after)
    return response


def _technical_500(request: HttpRequest, exc: Exception, status_code: int = 500) -> Any:
    return debug.technical_500_response(request, type(exc), exc, exc.__traceback__, status_code)


def _ask_error_handler(request: HttpRequest, status: int, exc: Exception) -> Any:
    try:
        return _handled(request, status, exc)
    except Exception as failure:
        return _uncaught(request, failure)


def _handled(request: HttpRequest, status: int, exc: Exception) -> HttpResponseBase:
    """What the view has chosen for its errors, or the site for all of this status, makes of it."""
    if request.error_response is not None:
        return _answer_of(request.error_response, request, exc, status)
    handler = get_resolver(get_urlconf()).error_handler(status) or DEFAULT_HANDLERS[status]
    if status == 500:
        return _answer_of(handler, request)
    return _answer_of(handler, request, exception=exc)


def _answer_of(handler: Callable[..., Any], *args: Any, **kwargs: Any) -> HttpResponseBase:
    """The rendered response of an error handler; :exc:`ValueError` if it returns none."""
    call = async_to_sync(handler) if iscoroutinefunction(handler) else handler
    response = call(*args, **kwargs)
    if not getattr(response, "is_rendered", True) and callable(getattr(response, "render", None)):
        response = response.render()
    if not isinstance(response, HttpResponseBase):
        raise no_response(view_name(handler), response)
    return response


def _uncaught(request: HttpRequest, exc: Exception) -> Any:
    hint_at_arguments(request, exc)
    _tell_server(request, exc)
    if got_request_exception.receivers:
        # A receiver may want sys.exc_info(); an async layer converts in another thread.
        traceback = exc.__traceback__
        try:
            raise exc
        except Exception:
            exc.__traceback__ = traceback  # without this frame
            got_request_exception.send(sender=None, request=request)
    if settings.DEBUG_PROPAGATE_EXCEPTIONS:
        raise exc
    if _is_explained(request):
        return _technical_500(request, exc)
    try:
        return _handled(request, 500, exc)
    except Exception:
        request_logger.exception("The error handler for 500 failed itself.")
        return defaults.server_error(request, template_name="")
