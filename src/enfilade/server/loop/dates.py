"""The ``Date`` of every answer, made once a second."""

from email.utils import formatdate
from time import time


class HttpDate:
    """Call it for the present time as an IMF-fixdate (RFC 9110, 5.6.7)."""

    __slots__ = ("_date", "_second")

    def __init__(self) -> None:
        self._second = 0
        self._date = b""

    def __call__(self) -> bytes:
        second = int(time())
        if second != self._second:
            # The text first: no other thread may find the new second with the old text.
            self._date = formatdate(second, usegmt=True).encode("ascii")
            self._second = second
        return self._date
