"""What is answered: a status, header fields, and a body or events."""

from dataclasses import dataclass
from html import escape

from enfilade.profiler.tail import Tail

Fields = tuple[tuple[str, str], ...]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

CAREFUL: Fields = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex"),
)
"""The fields of every answer."""

FRESH = ("Cache-Control", "no-store")

CACHED = ("Cache-Control", "max-age=60")

HTML = "text/html; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
EVENTS = "text/event-stream; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. It has ``events`` in the place of a ``body`` where it goes on for a while: to be
    iterated over, or asynchronously so, and closed at the end."""

    status: int
    fields: Fields
    body: bytes = b""
    events: Tail | None = None


def make_page(text: str, status: int = 200, more: Fields = ()) -> Page:
    """A page of HTML."""
    return make_answer(text.encode("utf-8", "replace"), HTML, status, more)


def lead_to(address: str, more: Fields = ()) -> Page:
    """An answer that leads to another *address* of the pages."""
    text = f'<!doctype html><title>Profiler</title><a href="{escape(address)}">Profiler</a>\n'
    return make_page(text, 303, (("Location", address), *more))


def make_download(data: bytes, name: str) -> Page:
    """JSON to be saved as a file called *name*."""
    return make_answer(
        data, JSON, 200, (("Content-Disposition", f'attachment; filename="{name}"'),)
    )


def make_answer(body: bytes, content_type: str, status: int = 200, more: Fields = ()) -> Page:
    """An answer that is not to be kept."""
    length = ("Content-Length", str(len(body)))
    return Page(status, (("Content-Type", content_type), length, FRESH, *more, *CAREFUL), body)


def make_asset(data: bytes, content_type: str) -> Page:
    """A file that belongs to the pages, to be asked for again when they change."""
    length = ("Content-Length", str(len(data)))
    return Page(200, (("Content-Type", content_type), length, CACHED, *CAREFUL), data)


def make_stream(tail: Tail) -> Page:
    """An answer that goes on with the events of *tail*."""
    buffered = ("X-Accel-Buffering", "no")
    return Page(200, (("Content-Type", EVENTS), FRESH, buffered, *CAREFUL), events=tail)
