"""Numbers and times as the pages show them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from enfilade.reasons import REASONS

NARROW = "\u202f"
"""The space between a thousand and what follows (ISO 80000-1, 7.3.1)."""


def milliseconds(ns: int) -> str:
    """A time with its unit; three digits behind the point."""
    return f"{ns / 1e6:,.3f}".replace(",", NARROW) + " ms"


def short(ns: int) -> str:
    """A time that is compared with others of all sizes: three digits that count, and the unit."""
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if abs(ns) >= size:
            value = ns / size
            places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
            return f"{value:,.{places}f}".replace(",", NARROW) + f" {unit}"
    return f"{ns} ns"


def count(number: int) -> str:
    """A number of things."""
    return f"{number:,}".replace(",", NARROW)


def plural(number: int, one: str, many: str) -> str:
    """``1 request``, ``2 requests``."""
    return f"{count(number)} {one if number == 1 else many}"


def size(octets: int | None) -> str:
    """So many bytes, in the unit that fits; "–" if that is not known."""
    if octets is None:
        return "–"
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if octets >= factor:
            return f"{octets / factor:.1f} {unit}"
    return f"{octets} B"


def lasting(seconds: float) -> str:
    """Seconds as people say them: ``42 s``, ``3 min``, ``5.0 h``, ``2.1 d``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172800 else f"{seconds / 86400:.1f} d"


def clock(time: float) -> str:
    """The time of day of *time*, seconds since the epoch, in UTC, to the millisecond."""
    return f"{_moment(time):%H:%M:%S.%f}"[:-3]


def date(time: float) -> str:
    """Day and time of day, in UTC, as HTML's ``datetime`` has them."""
    return f"{_moment(time):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def reason(status: int) -> str:
    """The phrase of a status; "" for one that has none."""
    return REASONS.get(status, "")


def tone(status: int) -> str:
    """What kind of answer *status* is, in the words of the style."""
    return {1: "quiet", 2: "good", 3: "moved", 4: "refused"}.get(status // 100, "failed")


def _moment(time: float) -> datetime:
    try:
        return datetime.fromtimestamp(time, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        each.__name__: each
        for each in (milliseconds, short, count, plural, size, lasting, clock, date, reason, tone)
    }
)
"""What the templates call."""
