"""Byte ranges (RFC 9110, 14): which parts of a representation a client wants. No I/O.

A ``Range`` field is a wish that a server may always leave unfulfilled. This one is left so, and
all is sent, where the field is malformed or asks for very many parts; parts that overlap or
nearly touch are joined, so an answer is never larger than the whole with its headings
(RFC 9110, 17.15).
"""

import re
from typing import NamedTuple

__all__ = ["MAX_RANGES", "ByteRange", "parse_ranges"]

MAX_RANGES = 50
"""Most parts in one answer."""

NEAR = 80
"""Bytes between two parts that cost less than the heading of another part (RFC 9110, 15.3.7.2)."""

# No file has a position of more digits, and Python refuses to read very many.
_SPEC = re.compile(r"([0-9]{0,19})-([0-9]{0,19})").fullmatch


class ByteRange(NamedTuple):
    """Positions of the first and of the last byte, counted from 0."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """In bytes."""
        return self.last - self.first + 1

    def content_range(self, complete_length: int) -> str:
        """The value of ``Content-Range``: ``bytes 0-4/10``."""
        return f"bytes {self.first}-{self.last}/{complete_length}"


def parse_ranges(field_value: str, complete_length: int) -> list[ByteRange] | None:
    """The parts of *complete_length* bytes that a ``Range`` field asks for, in the order to send.

    ``None`` if the field should be ignored, an empty list if no part lies within (416).

    >>> parse_ranges("bytes=0-4, -2", 1000)
    [ByteRange(first=0, last=4), ByteRange(first=998, last=999)]
    """
    unit, _, specs = field_value.partition("=")
    if unit.lower() != "bytes":
        return None
    elements = [stripped for part in specs.split(",") if (stripped := part.strip(" \t"))]
    if not 0 < len(elements) <= MAX_RANGES:
        return None
    try:
        wanted = [_resolve(element, complete_length) for element in elements]
    except ValueError:
        return None
    if complete_length == 0 and any(element.startswith("-") for element in elements):
        return None  # "the last five of nothing" can be had, but not written in Content-Range
    return _joined([each for each in wanted if each.first <= each.last])


def _resolve(spec: str, complete_length: int) -> ByteRange:
    """The range within the representation; empty (the last before the first) if it lies beyond.

    Raises :exc:`ValueError` for what is no range.
    """
    found = _SPEC(spec)
    if found is None or spec == "-":
        raise ValueError(f"{spec!r} is not a byte range")
    end = complete_length - 1
    if not found[1]:
        return ByteRange(max(complete_length - int(found[2]), 0), end)
    first = int(found[1])
    last = int(found[2]) if found[2] else max(first, end)
    if last < first:
        raise ValueError(f"{spec!r} ends before it begins")
    return ByteRange(first, min(last, end))


def _joined(ranges: list[ByteRange]) -> list[ByteRange]:
    """The same bytes in ranges apart from each other; in the order given if they are so already."""
    joined: list[ByteRange] = []
    for each in sorted(ranges):
        if joined and each.first <= joined[-1].last + 1 + NEAR:
            joined[-1] = ByteRange(joined[-1].first, max(joined[-1].last, each.last))
        else:
            joined.append(each)
    return ranges if len(joined) == len(ranges) else joined
