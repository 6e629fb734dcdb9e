"""What a channel needs of its socket, so that something may stand before the socket that
encrypts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Transport(Protocol):
    """A non-blocking :class:`socket.socket`, or what behaves as one.

    Where :meth:`send` or :meth:`sendmsg` has raised :exc:`BlockingIOError` or taken less than it
    was given, the next call has to bring the rest, beginning where it has stopped.
    """

    def fileno(self) -> int: ...

    def recv(self, size: int, /) -> bytes: ...

    def send(self, data: "ReadableBuffer", flags: int = 0, /) -> int: ...

    def sendmsg(self, blocks: Iterable["ReadableBuffer"], /) -> int: ...

    def setsockopt(self, level: int, name: int, value: bytes, /) -> None: ...

    def shutdown(self, how: int, /) -> None: ...

    def close(self) -> None: ...
