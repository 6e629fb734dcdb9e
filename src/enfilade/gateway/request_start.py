"""``X-Request-Start``, in which a proxy says when it got a request: the time that the request has
waited before it came here.

The field has no standard. nginx writes ``t=${msec}``, seconds with a fraction; Apache's ``%t`` is
``t=`` and microseconds; other routers write milliseconds. The unit shows in the size.
"""

import re

LONGEST = 3600.0
"""Seconds; a request does not wait longer. What says so has a clock that is wrong."""

_NUMBER = re.compile(r"(?:t=)?([0-9]{1,20}(?:\.[0-9]{1,9})?)")
_UNITS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3), (0.0, 1.0))


def waited_before(value: str, now: float) -> float:
    """Seconds from the time in *value* to *now*, in seconds since the epoch; 0 for a value that
    cannot be.

    >>> waited_before("t=1770000000.250", 1770000000.5)
    0.25
    """
    match = _NUMBER.fullmatch(value.strip())
    if match is None:
        return 0.0
    number = float(match[1])
    began = next(number * scale for least, scale in _UNITS if number >= least)
    waited = now - began
    return waited if 0.0 < waited <= LONGEST else 0.0
