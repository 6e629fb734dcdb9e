"""The server's own answers."""

from collections.abc import Callable

from enfilade.protocol.error_response import error_response, status_text
from enfilade.protocol.head import RequestHead


def now() -> bytes:
    return b"now"


def test_says_status_and_reason_and_closes() -> None:
    data = error_response(400, "a line ends in LF without CR", date=now)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close" in head
    assert b"Content-Length: %d" % len(body) in head
    assert body == b"400 Bad Request\na line ends in LF without CR\n"


def test_has_further_headers() -> None:
    data = error_response(503, date=now, headers=[("Retry-After", "5")])
    assert b"\r\nRetry-After: 5\r\n" in data
    assert data.endswith(b"\r\n\r\n503 Service Unavailable\n")


def test_has_no_body_for_head(make_head: Callable[..., RequestHead]) -> None:
    data = error_response(504, "too slow", date=now, head=make_head("HEAD"))
    assert data.endswith(b"\r\n\r\n")
    assert b"Content-Length: 29\r\n" in data


def test_an_unregistered_status_has_a_phrase_too() -> None:
    assert status_text(404) == "404 Not Found"
    assert status_text(599) == "599 Error"
