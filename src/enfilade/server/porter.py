"""Answers at the door: what the server says itself, without calling the application.

A porter is asked in the loop's thread about each request whose path begins with one of its
prefixes, when the request is whole (or too large to wait for) and before an application thread
gets it. It must not block: it looks something up and answers, or it lets the request pass.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from enfilade.gateway.file_range import FileRange
from enfilade.protocol.chosen import prepare_head
from enfilade.protocol.error_response import status_text
from enfilade.protocol.head import RequestHead
from enfilade.protocol.response import NO_CONTENT, NOT_MODIFIED

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


class Porter(Protocol):
    """Somebody at the door."""

    @property
    def prefixes(self) -> tuple[bytes, ...]:
        """How the path of a request begins, as it is sent, that has to be shown to this porter;
        ``b"/"`` is every path."""

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        """What to say to *head*, from the address *peer* (``""`` on a Unix socket); ``None`` lets
        it pass."""


class Porters:
    """Several porters, asked in their order until one answers."""

    def __init__(self, porters: Iterable[Porter]) -> None:
        self._porters = tuple((_texts(porter.prefixes), porter.answer) for porter in porters)
        texts = {text for prefixes, _ in self._porters for text in prefixes}
        self.prefixes = tuple(sorted(text.encode("latin-1") for text in texts))

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        """The first answer there is."""
        path = head.path
        for prefixes, ask in self._porters:
            if path.startswith(prefixes):
                answer = ask(head, peer)
                if answer is not None:
                    return answer
        return None


def _texts(prefixes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(prefix.decode("latin-1") for prefix in prefixes)
