"""When a session ends: what ``set_expiry`` is given, how it is kept, and what follows from it.

An *expiry* is a number of seconds without a visit, a moment (a ``datetime``, or its ISO 8601
text), 0 for "when the browser closes", or ``None`` for what the settings say. A ``datetime``
without a time zone is local time.
"""

from datetime import UTC, datetime, timedelta

__all__ = ["Expiry", "expiry_moment", "seconds_left", "to_keep"]

Expiry = datetime | str | float | None

_DAY = 86400


def to_keep(value: timedelta | Expiry) -> str | float | None:
    """*value* in a form that JSON has a notation for; a ``timedelta`` counts from now."""
    if isinstance(value, timedelta):
        value = datetime.now(UTC) + value
    return value.isoformat() if isinstance(value, datetime) else value


def seconds_left(expiry: Expiry, since: datetime | None, default: int) -> int:
    """How many seconds the session lives, counted from *since* (now) on."""
    if not expiry:
        return default
    if not isinstance(expiry, (datetime, str)):
        return int(expiry)
    left = _moment(expiry) - _since(since)
    return left.days * _DAY + left.seconds


def expiry_moment(expiry: Expiry, since: datetime | None, default: int) -> datetime:
    """The moment at which the session ends, with a time zone."""
    if isinstance(expiry, (datetime, str)):
        return _moment(expiry)
    return _since(since) + timedelta(seconds=expiry or default)


def _since(moment: datetime | None) -> datetime:
    return datetime.now(UTC) if moment is None else _moment(moment)


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone() if moment.tzinfo is None else moment
