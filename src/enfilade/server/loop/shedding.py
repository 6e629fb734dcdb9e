"""The answer to requests that have waited too long for a thread: come back later."""

from math import ceil

from enfilade.types import Environ, StartResponse, WSGIApplication

_TEXT = b"503 Service Unavailable\nthe server is busy; try again later\n"


def retry_after(queue_timeout: float) -> tuple[str, str]:
    """How long to stay away (RFC 9110, 10.2.3): as long as requests may wait, a second at least."""
    return ("Retry-After", str(max(1, ceil(queue_timeout))))


def come_later(queue_timeout: float) -> WSGIApplication:
    """An application that tells every client so."""
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(_TEXT))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        retry_after(queue_timeout),
    ]

    def application(_environ: Environ, start_response: StartResponse) -> list[bytes]:
        start_response("503 Service Unavailable", headers)
        return [_TEXT]

    return application
