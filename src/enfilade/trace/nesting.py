"""Which event lies within which: the tree that whoever shows or exports a trace needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from enfilade.lifecycle import STEPS, Half
from enfilade.trace.record import Event

_OF_SERVER = frozenset(step.event for step in STEPS if step.half is Half.SERVER)


@dataclass(slots=True)
class Span:
    """An event that lasts until ``end``, and the innermost one around it, if there is one.

    ``own`` are the nanoseconds that are not those of events within it. ``moment`` is whether it
    never had a length.
    """

    event: Event
    end: int
    around: "Span | None"
    own: int
    moment: bool

    @property
    def total(self) -> int:
        """How long it lasts, in nanoseconds."""
        return self.end - self.event.at

    @property
    def depth(self) -> int:
        """How many others lie around it."""
        return self.around.depth + 1 if self.around else 0


def nest(events: Iterable[Event], now: int) -> list[Span]:
    """The *events* in their order, each with what lies around it; what is not over ends *now*.

    An event that outlasts another one in which it began does not lie within that.
    """
    spans: list[Span] = []
    lasting: list[Span] = []
    for event in events:
        lasting = [each for each in lasting if each.end > event.at]
        span = _span(event, now)
        span.around = next((each for each in reversed(lasting) if each.end >= span.end), None)
        if span.around is not None:
            span.around.own -= span.total
        spans.append(span)
        if not span.moment:
            lasting.append(span)
    return spans


def _span(event: Event, now: int) -> Span:
    moment = not event.until and event.event in _OF_SERVER
    end = event.at if moment else max(event.until or now, event.at)
    return Span(event, end, None, end - event.at, moment)
