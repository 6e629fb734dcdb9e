"""What a view returns, as a rule: a response whose body is in memory."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from enfilade.dispatch import request_finished
from enfilade.http.lazy import lazy
from enfilade.http.response_base import HttpResponseBase

__all__ = ["HttpResponse", "HttpResponseBase"]


class HttpResponse(HttpResponseBase):
    """A response whose body is in memory: text, bytes, or an iterable of such pieces."""

    _container: Any = None  # then a list of bytes

    def __init__(
        self,
        content: Any = b"",
        content_type: str | None = None,
        status: int | None = None,
        reason: str | None = None,
        charset: str | None = None,
        headers: Any = None,
    ) -> None:
        # Without super(), which Python 3.11 looks up anew for every response.
        HttpResponseBase.__init__(self, content_type, status, reason, charset, headers)
        self.content = content

    @property
    def content(self) -> bytes:
        """The body. Setting it consumes and closes an iterator."""
        container = self._container
        return container[0] if len(container) == 1 else b"".join(container)

    @content.setter
    def content(self, value: Any) -> None:
        self._set_content(value)

    def _set_content(self, value: Any) -> None:
        if type(value) is str:
            value = value.encode(self._find_charset())
        elif type(value) is not bytes:
            value = self._collect(value)
        if self._container is not None:
            self.__dict__.pop("text", None)  # of the content before
        self._container = [value]

    def _collect(self, value: Any) -> bytes:
        if isinstance(value, (bytes, memoryview, str)) or not hasattr(value, "__iter__"):
            return self.make_bytes(value)
        content = b"".join(map(self.make_bytes, value))
        if hasattr(value, "close"):
            with suppress(Exception):
                value.close()
        return content

    @lazy
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(self.charset or "utf-8")

    def serialize(self) -> bytes:
        """The fields and the body, an empty line between them."""
        return self.serialize_headers() + b"\r\n\r\n" + self.content

    __bytes__ = serialize

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._container)

    def for_server(self) -> Iterable[bytes]:
        """The bare body, where closing this response would do nothing: a server has less to do
        with a list than with something that it has to close (PEP 3333)."""
        if (
            self._resource_closers
            or request_finished.receivers
            or type(self).__iter__ is not HttpResponse.__iter__
            # Some code hangs its own close() on a class, some on a single response.
            or getattr(self.close, "__func__", None) is not HttpResponseBase.close
        ):
            return self
        return self._container  # type: ignore[no-any-return]

    def write(self, content: Any) -> None:
        """Append text or bytes to the body."""
        self._container.append(self.make_bytes(content))

    def writelines(self, lines: Iterable[Any]) -> None:
        """Append each of *lines* as it is; no line ends are added."""
        for line in lines:
            self.write(line)

    def tell(self) -> int:
        """The length of the body so far, in bytes."""
        return len(self.content)

    def getvalue(self) -> bytes:
        """The body."""
        return self.content

    def writable(self) -> bool:
        """Always true: a response can stand where a file to write to is expected."""
        return True
