"""Answers at the door: what the server says itself, without calling the application.

A porter is asked in the loop's thread about each request whose path begins with one of its
prefixes, when the request is whole (or too large to wait for) and before an application thread
gets it. It must not block: it looks something up and answers, or it lets the request pass.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Protocol

from enfilade.gateway.file_range import FileRange
from enfilade.protocol.chosen import prepare_head
from enfilade.protocol.error_response import status_text
from enfilade.protocol.head import RequestHead
from enfilade.protocol.response import NO_CONTENT, NOT_MODIFIED
from enfilade.protocol.response_head import PreparedHead
from enfilade.secrecy import hide_target

logger = logging.getLogger("enfilade.server")

Body = bytes | Sequence[bytes | FileRange]
"""All of it, or its pieces in order."""


class Answer:
    """A response to give at the door; it can be made once and given many times.

    *status* is a number, *headers* are pairs as :func:`start_response` takes them, without
    Content-Length, Date, Server and Connection, which are added. A range of a file is sent by
    the loop as the client reads.

    Raises :exc:`~enfilade.protocol.errors.ResponseError` for what may not be sent.
    """

    __slots__ = ("body", "head", "headers", "length")

    def __init__(
        self, status: int, headers: Iterable[tuple[str, str]] = (), body: Body = b""
    ) -> None:
        self.headers = tuple(headers)
        self.body = body
        self.length = len(body) if isinstance(body, bytes) else sum(map(len, body))
        fields = list(self.headers)
        if status not in (NO_CONTENT, NOT_MODIFIED):  # these have none
            fields.append(("Content-Length", str(self.length)))
        self.head = prepare_head(status_text(status), fields)

    @property
    def status(self) -> int:
        return self.head.status

    def head_with(self, fields: Iterable[tuple[str, str]]) -> PreparedHead:
        """The head with *fields* more, which are the server's own."""
        more = "".join(f"{name}: {value}\r\n" for name, value in fields)
        return self.head._replace(lines=self.head.lines + more.encode("latin-1"))


FAILURE = Answer(
    500, [("Content-Type", "text/plain; charset=utf-8")], b"500 Internal Server Error\n"
)


class Porter(Protocol):
    """Somebody at the door."""

    @property
    def prefixes(self) -> tuple[bytes, ...]:
        """How the path of a request begins, as it is sent, that has to be shown to this porter;
        ``b"/"`` is every path."""

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        """What to say to *head*, from the address *peer* (``""`` on a Unix socket); ``None`` lets
        it pass."""


class Steady(Porter, Protocol):
    """A porter that can say in advance what it will answer for a while."""

    def ready(self, path: str, accept_encoding: str | None) -> tuple[Answer, float] | None:
        """The answer, all of it in memory, to a GET for *path* that sets no conditions, and until
        when it holds, in seconds of :func:`time.monotonic`; ``None`` if :meth:`answer` has to be
        asked."""


class Porters:
    """Several porters, asked in their order until one answers."""

    def __init__(self, porters: Sequence[Porter]) -> None:
        self._steady = tuple(
            (_texts(usual), getattr(porter, "ready", None))
            for porter in porters
            if (usual := usual_prefixes(porter))
        )
        self._porters = tuple((_texts(porter.prefixes), porter.answer) for porter in porters)
        texts = {text for prefixes, _ in self._porters for text in prefixes}
        self.prefixes = tuple(sorted(text.encode("latin-1") for text in texts))
        self.usual_prefixes = tuple(
            sorted({prefix for porter in porters for prefix in usual_prefixes(porter)})
        )

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        """The first answer there is."""
        path = head.path
        for prefixes, ask in self._porters:
            if path.startswith(prefixes):
                answer = ask(head, peer)
                if answer is not None:
                    return answer
        return None

    def ready(self, path: str, accept_encoding: str | None) -> tuple[Answer, float] | None:
        """See :class:`Steady`; while the server is not paused."""
        for prefixes, ready in self._steady:
            if path.startswith(prefixes):
                found: tuple[Answer, float] | None = None
                if ready is not None:
                    found = ready(path, accept_encoding)
                return found
        return None


def ask_porter(porter: Porter | None, head: RequestHead, peer: str) -> Answer | None:
    """What *porter* says to *head*, from the address *peer*; if it fails, that is an answer too."""
    if porter is None:
        return None
    try:
        return porter.answer(head, peer)
    except Exception:
        target = hide_target(head.target)
        logger.exception("%s %s could not be answered by the server", head.method, target)
        return FAILURE


def usual_prefixes(porter: Porter) -> tuple[bytes, ...]:
    """Those prefixes of *porter* for which it has to be asked also while the server is not
    paused."""
    usual: tuple[bytes, ...] = getattr(porter, "usual_prefixes", porter.prefixes)
    return usual


def _texts(prefixes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(prefix.decode("latin-1") for prefix in prefixes)
