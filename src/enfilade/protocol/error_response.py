"""The server's own answers, in plain text: refusals, time-outs, failures of the application."""

from collections.abc import Callable, Iterable

from enfilade.protocol.head import RequestHead
from enfilade.protocol.response import ResponseWriter
from enfilade.reasons import REASONS


def status_text(status: int) -> str:
    """*status* with its reason phrase, as in ``"404 Not Found"``."""
    return f"{status} {REASONS.get(status, 'Error')}"


def write_error(
    writer: ResponseWriter,
    status: int,
    reason: str = "",
    headers: Iterable[tuple[str, str]] = (),
) -> bytes:
    """Write a whole response of *status* with *writer*; *reason* tells the client why."""
    line = status_text(status)
    body = f"{line}\n{reason}\n".encode() if reason else f"{line}\n".encode()
    fields = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Content-Type-Options", "nosniff"),
        *headers,
    ]
    return writer.start(line, fields, len(body)) + writer.data(body) + writer.end()


def error_response(
    status: int,
    reason: str = "",
    *,
    date: Callable[[], bytes],
    head: RequestHead | None = None,
    headers: Iterable[tuple[str, str]] = (),
) -> bytes:
    """Return the bytes of a response of *status* after which the connection closes.

    *head* is the request's if it could be read; an answer to HEAD has no body.
    """
    writer = ResponseWriter(head, date=date, keep_alive_allowed=False)
    return write_error(writer, status, reason, headers)
