"""Errors as data: problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from enfilade.conf import settings
from enfilade.contrib.api.renderers import encode_json
from enfilade.exceptions import (
    AnswerableError,
    BadRequest,
    Http404,
    MultiPartParserError,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from enfilade.http import HttpRequest, HttpResponse
from enfilade.http.iri import escape_uri_path

__all__ = ["PROBLEM_JSON", "Problem", "problem_response"]

PROBLEM_JSON = "application/problem+json"

# Names that RFC 9110 changed, and Python with it in 3.13.
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}

# Whose message is meant for the client. Others may name hosts, addresses of stores, tricks.
_TOLD = (
    *(BadRequest, Http404, MultiPartParserError, PermissionDenied),
    *(RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent),
)


class Problem(AnswerableError):
    """Raised in an API view, ends it with this answer.

    *members* are further members of the object; those in ``headers`` become header fields. A
    kind of problem that clients should know by its type is a subclass::

        class RoomTaken(Problem):
            status = 409
            type = "https://example.com/problems/room-taken"
            title = "The room is taken"
    """

    type: str = "about:blank"
    title: str = ""

    def __init__(
        self,
        status: int | None = None,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        if status is not None:
            self.status = status  # type: ignore[misc]
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    def response(self, request: HttpRequest) -> HttpResponse:
        """The answer; the caller logs it."""
        body = {
            "type": self.type,
            "title": self.title or _title(self.status),
            "status": self.status,
            **({"detail": self.detail} if self.detail else {}),
            "instance": escape_uri_path(request.path),
            **self.members,
        }
        return HttpResponse(encode_json(body), PROBLEM_JSON, self.status, headers=self.headers)


def _title(status: int) -> str:
    """The name of the status, which is the title of a problem without type (RFC 9457, 4.2.1)."""
    try:
        return _TITLES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem_response(
    request: HttpRequest, exception: Exception | None = None, status: int = 500
) -> HttpResponse:
    """The answer to an exception that is no :class:`Problem`; the caller logs it.

    A site that is nothing but an API can make its error handlers of this. What is unforeseen is
    told only in ``DEBUG``.
    """
    problem = Problem(status, _detail(exception), **_debug(request, exception, status))
    return problem.response(request)


def _detail(exception: Exception | None) -> str:
    """What a client may know; the argument of ``Http404`` may be more than a text."""
    if isinstance(exception, _TOLD) and exception.args and isinstance(exception.args[0], str):
        return exception.args[0]
    return ""


def _debug(request: HttpRequest, exception: Exception | None, status: int) -> dict[str, Any]:
    if exception is None or status < 500 or not settings.DEBUG:
        return {}
    from enfilade.views.debug import ExceptionReporter

    reporter = ExceptionReporter(
        request, type(exception), exception, exception.__traceback__, status
    )
    return {"debug": reporter.get_traceback_json()}
