"""Errors as data: problem details (RFC 9457)."""

from collections.abc import Mapping
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
from enfilade.reasons import REASONS

__all__ = ["PROBLEM_JSON", "Problem", "problem_response"]

PROBLEM_JSON = "application/problem+json"

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
            # That of a problem without type is the name of its status (RFC 9457, 4.2.1).
            "title": self.title or REASONS.get(self.status, "Error"),
            "status": self.status,
            **({"detail": self.detail} if self.detail else {}),
            "instance": escape_uri_path(request.path),
            **self.members,
        }
        return HttpResponse(encode_json(body), PROBLEM_JSON, self.status, headers=self.headers)


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
