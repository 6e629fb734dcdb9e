"""A request body that is as strict as the network: no seeking, nothing beyond its length."""

from io import BytesIO, IOBase


class FakePayload(IOBase):
    """Bytes to read once, forward. Raises :exc:`AssertionError` when more is asked for than
    there is, so that a view cannot do under test what fails behind a server."""

    def __init__(self, content: bytes = b"") -> None:
        self._content = BytesIO(content)
        self._left = len(content)

    def __len__(self) -> int:
        return self._left

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most *size* bytes, all that are left by default."""
        return self._taken(self._content.read(self._checked(size)))

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line, at most *size* bytes of it."""
        return self._taken(self._content.readline(self._checked(size)))

    def _checked(self, size: int | None) -> int:
        if size is None or size < 0:
            return self._left
        if size > self._left:
            raise AssertionError(
                f"{size} bytes were asked for, but the request has only {self._left} left."
            )
        return size

    def _taken(self, content: bytes) -> bytes:
        self._left -= len(content)
        return content
