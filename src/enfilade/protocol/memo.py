"""A memo of a pure function of a string that strangers cannot make grow.

The same few header names come with every request. A hit is one dictionary look-up in C; when
the memo is full, or the key is long, the function is simply called.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

LONGEST_KEY = 128


class Memo(dict[str, T]):
    """``memo[key]`` is ``make(key)``; *known* keys are there from the start, *room* bounds it.

    Exceptions of *make* are not remembered.
    """

    def __init__(self, make: Callable[[str], T], known: Iterable[str] = (), room: int = 512):
        super().__init__((key, make(key)) for key in known)
        self._make = make
        self._room = room

    def __missing__(self, key: str) -> T:
        value = self._make(key)
        if len(self) < self._room and len(key) <= LONGEST_KEY:
            self[key] = value
        return value
