"""HTTP dates: ``Sun, 06 Nov 1994 08:49:37 GMT`` (RFC 9110, 5.6.7)."""

import time
from calendar import timegm

__all__ = ["http_date", "parse_http_date", "parse_http_date_safe"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(_MONTHS, start=1)}


def http_date(epoch_seconds: float | None = None) -> str:
    """*epoch_seconds* (now by default) as an IMF-fixdate."""
    # strftime would use the locale's names.
    year, month, day, hour, minute, second, weekday, _, _ = time.gmtime(epoch_seconds)
    return (
        f"{_DAYS[weekday]}, {day:02d} {_MONTHS[month - 1]} {year:04d} "
        f"{hour:02d}:{minute:02d}:{second:02d} GMT"
    )


def parse_http_date(date: str) -> int:
    """Seconds since the epoch of any of the three formats that RFC 9110 has recipients accept.

    Raises :exc:`ValueError` for anything else.
    """
    words = date.replace("-", " ").split()
    try:
        if len(words) == 6 and words[5] == "GMT":
            _, day, month, year, clock, _ = words
        else:  # asctime
            _, month, day, clock, year = words
        hour, minute, second = map(int, clock.split(":"))
        moment = (_full_year(year), _MONTH_NUMBERS[month.lower()], int(day), hour, minute, second)
        return timegm(_checked(moment))
    except (ValueError, KeyError, OverflowError):
        raise ValueError(f"{date!r} is not a valid date") from None


def parse_http_date_safe(date: str) -> int | None:
    """:func:`parse_http_date`, with ``None`` for what is not a date."""
    try:
        return parse_http_date(date)
    except ValueError:
        return None


def _full_year(year: str) -> int:
    """A two-digit year lies at most fifty years ahead (RFC 9110, 5.6.7)."""
    number = int(year)
    if len(year) > 2:
        return number
    this_year = time.gmtime().tm_year
    number += this_year - this_year % 100
    return number - 100 if number - this_year > 50 else number


def _checked(moment: tuple[int, int, int, int, int, int]) -> tuple[int, ...]:
    import datetime

    return datetime.datetime(*moment, tzinfo=datetime.UTC).utctimetuple()
