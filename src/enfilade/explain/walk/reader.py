"""The client of a walk, which reads for a while: a response may have no end."""

from time import monotonic
from typing import Final

from enfilade.exceptions import TransportLost

MOST: Final = 1024 * 1024
"""Bytes that are read of a response."""

PATIENCE: Final = 5.0
"""Seconds for which it is read, from the first byte on."""


class Reader:
    """Reads until it has had enough, and then goes away, as clients do; ``gone`` says so."""

    def __init__(self) -> None:
        self.gone = False
        self._size = 0
        self._first = 0.0

    def read(self, size: int) -> None:
        """Read so many bytes more. Raises :exc:`~enfilade.exceptions.TransportLost` if the reader
        has gone."""
        now = monotonic()
        self._first = self._first or now
        self.gone = self.gone or self._size > MOST or now - self._first > PATIENCE
        if self.gone:
            raise TransportLost("whoever takes a walk has seen enough")
        self._size += size
