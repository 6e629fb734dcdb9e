"""The two instruments in the hall. Neither is quick, and neither minds waiting for the other."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

CLOCK_TAKES = 0.08
VANE_TAKES = 0.12

_WINDS = (
    "the north stair, with a smell of boot polish",
    "the east wing, and somebody is baking there",
    "the south terrace, warm, with wasps",
    "the west gallery, where a window has been left open",
)
_HOURS = (
    *("twelve", "one", "two", "three", "four", "five"),
    *("six", "seven", "eight", "nine", "ten", "eleven"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an instrument says, and how long it took over it (in seconds)."""

    instrument: str
    says: str
    took: float


async def hall_clock(now: datetime) -> Reading:
    """Read the clock, which only shows quarters and has to finish striking first."""
    await asyncio.sleep(CLOCK_TAKES)
    quarter = now.minute // 15
    words = ("{0} o’clock", "a quarter past {0}", "half past {0}", "a quarter to {1}")[quarter]
    this, following = _HOURS[now.hour % 12], _HOURS[(now.hour + 1) % 12]
    return Reading("The hall clock", words.format(this, following), CLOCK_TAKES)


async def weathercock(now: datetime) -> Reading:
    """Read the weathercock, which wants to be asked twice."""
    await asyncio.sleep(VANE_TAKES / 2)
    await asyncio.sleep(VANE_TAKES / 2)
    wind = _WINDS[(now.hour // 3 + now.day) % len(_WINDS)]
    return Reading("The weathercock", f"from {wind}", VANE_TAKES)
