"""What three HTTP/1.1 parsers make of the first bytes of a connection: ours, h11, httptools."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver

ENOUGH = 1 << 20
"""Bytes of an unfinished head that h11 may keep: more than our own limit."""


class End(StrEnum):
    """Why no further request was read."""

    REFUSED = "the input was refused"
    CLOSED = "the connection was to be closed, or to be another protocol's"
    WAITING = "more input was waited for"


@dataclass
class Reading:
    """The complete requests, as (method, target, body), and the end."""

    requests: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)
    end: End = End.WAITING
    reason: str = ""

    def refuse(self, error: Exception) -> "Reading":
        self.end, self.reason = End.REFUSED, f"{type(error).__name__}: {error}"
        return self


Reader = Callable[[bytes], Reading]


def read_with_enfilade(data: bytes, step: int = 0) -> Reading:
    """Read *data* whole, or fed *step* bytes at a time."""
    receiver, reading = RequestReceiver(Policy()), Reading()
    head, body = None, b""
    for start in range(0, len(data), step or len(data) or 1):
        receiver.feed(data[start : start + step] if step else data)
        try:
            while head is not None or (head := receiver.next_head()) is not None:
                body += receiver.read_body()
                if not receiver.body_complete:
                    break
                reading.requests.append((head.method.encode(), head.target.encode(), body))
                if not head.keep_alive:
                    reading.end = End.CLOSED
                    return reading
                receiver.next()
                head, body = None, b""
        except ProtocolError as error:
            return reading.refuse(error)
    return reading


def read_with_h11(data: bytes) -> Reading:
    """Read *data* with h11, answering each request so that it goes on to the next."""
    import h11

    connection, reading = h11.Connection(h11.SERVER, ENOUGH), Reading()
    connection.receive_data(data)
    try:
        while isinstance(head := connection.next_event(), h11.Request):
            parts = []
            while isinstance(event := connection.next_event(), h11.Data):
                parts.append(bytes(event.data))
            if not isinstance(event, h11.EndOfMessage):
                return reading
            reading.requests.append((head.method, head.target, b"".join(parts)))
            connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is h11.MUST_CLOSE:
                reading.end = End.CLOSED
                return reading
            connection.start_next_cycle()
    except h11.RemoteProtocolError as error:
        return reading.refuse(error)
    return reading


class _Callbacks:
    """httptools calls these; names are its own."""

    def __init__(self, reading: Reading) -> None:
        self.parser: Any = None
        self._reading = reading
        self._url, self._body = b"", b""

    def on_message_begin(self) -> None:
        self._url, self._body = b"", b""

    def on_url(self, part: bytes) -> None:
        self._url += part

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        self._reading.requests.append((self.parser.get_method(), self._url, self._body))
        if not self.parser.should_keep_alive():
            self._reading.end = End.CLOSED


def read_with_httptools(data: bytes) -> Reading:
    """Read *data* with httptools, which is Node's llhttp."""
    import httptools

    reading = Reading()
    callbacks = _Callbacks(reading)
    callbacks.parser = httptools.HttpRequestParser(callbacks)
    try:
        callbacks.parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        # It stops at the end of that head, so its request would be without content here.
        del reading.requests[-1]
        reading.end = End.CLOSED
    except httptools.HttpParserError as error:
        if reading.end is not End.CLOSED:  # that would be "data after Connection: close"
            return reading.refuse(error)
    return reading


def installed_oracles() -> dict[str, Reader]:
    """The readers to compare with, by name, of the libraries that are here."""
    oracles: dict[str, Reader] = {}
    for name, reader in (("h11", read_with_h11), ("httptools", read_with_httptools)):
        try:
            __import__(name)
        except ImportError:
            continue
        oracles[name] = reader
    return oracles


read_byte_by_byte = partial(read_with_enfilade, step=1)
