"""``Range: bytes=…`` (RFC 9110, 14): which parts of a representation are wanted.

What may be ignored or rejected as one likes (14.2) is treated as nginx does it: a malformed set
is rejected; parts that overlap so far that they are longer than the whole give the whole.
"""

import re

MOST_RANGES = 16
"""A request for more parts than this gets the whole, in one."""

Part = tuple[int, int]
"""The first octet, and the one behind the last."""

_UNIT = "bytes="

# 18 digits are more than any file has, and less than a number that could overflow somewhere.
_match_spec = re.compile(
    r" *(?:(?P<first>[0-9]{1,18}) *- *(?P<last>[0-9]{1,18})?|-(?P<suffix>[0-9]{1,18})) *"
).fullmatch


def parse_ranges(field: str, size: int) -> list[Part] | None:
    """The parts of a representation of *size* octets that *field* asks for, in its order.

    ``None`` means that the field is to be ignored, an empty list that nothing can be sent
    (416).

    >>> parse_ranges("bytes=0-0,-2", 10)
    [(0, 1), (8, 10)]
    >>> parse_ranges("bytes=10-", 10)
    []
    """
    if field[: len(_UNIT)].lower() != _UNIT or field[len(_UNIT) :] == "":
        return None
    parts: list[Part] = []
    for spec in field[len(_UNIT) :].split(","):
        part = _parse_spec(spec, size)
        if part is None:
            return []
        first, end = part
        if first < end:
            parts.append(part)
            if len(parts) > MOST_RANGES:
                return None
        elif first == 0:
            return None  # an empty file has no part, and is sent whole
    if sum(end - first for first, end in parts) > size:
        return None
    return parts


def _parse_spec(spec: str, size: int) -> Part | None:
    match = _match_spec(spec)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return max(0, size - int(suffix)), size
    return int(first), size if last is None else min(int(last) + 1, size)
