"""Conditional requests (RFC 9110, 13): whether to send what was asked for, by the order of
13.2.2."""

import re
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz
from typing import Protocol

CONDITIONS = frozenset(
    ("if-match", "if-unmodified-since", "if-none-match", "if-modified-since", "range")
)
"""A request without these fields gets the whole; If-Range is nothing without Range."""

_find_tags = re.compile(r'(?P<weak>W/)?(?P<tag>"[^"]*")').finditer


class Validated(Protocol):
    """What the conditions are about. ``modified`` is in whole seconds since the epoch."""

    etag: str
    last_modified: str
    modified: int


Fields = Mapping[str, str]
"""Request fields by lower-case name."""


def evaluate(selected: Validated, fields: Fields) -> int:
    """For GET and HEAD: 200, 304 or 412."""
    if not _holds(selected, fields):
        return 412
    if (field := fields.get("if-none-match")) is not None:
        return 304 if matches(field, selected.etag, weakly=True) else 200
    if (field := fields.get("if-modified-since")) is not None:
        return 304 if _unchanged(selected, field) else 200
    return 200


def range_applies(selected: Validated, fields: Fields) -> bool:
    """Whether a Range is about what *selected* still is (13.1.5)."""
    field = fields.get("if-range")
    if field is None:
        return True
    return field in (selected.etag, selected.last_modified)


def matches(field: str, etag: str, *, weakly: bool) -> bool:
    """Whether a list of entity tags, or ``*``, has *etag*, which is a strong one (8.8.3.2)."""
    if field.strip() == "*":
        return True
    return any(
        found["tag"] == etag and (weakly or not found["weak"]) for found in _find_tags(field)
    )


def _holds(selected: Validated, fields: Fields) -> bool:
    """If-Match, or If-Unmodified-Since where there is none."""
    if (field := fields.get("if-match")) is not None:
        return matches(field, selected.etag, weakly=False)
    date = _date(fields.get("if-unmodified-since"))
    return date is None or selected.modified <= date


def _unchanged(selected: Validated, field: str) -> bool:
    if field == selected.last_modified:  # as nearly always
        return True
    date = _date(field)
    return date is not None and selected.modified <= date


def _date(field: str | None) -> float | None:
    """Seconds since the epoch; ``None`` for what is no date, which is to be ignored."""
    if field is None:
        return None
    try:
        found = parsedate_tz(field)
        return None if found is None else mktime_tz(found)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
