"""What happened to a request, step by step.

With no subscriber nothing is recorded: the server asks :func:`begin` once a request, and a
handler takes its traced chain only for a request that brings a trace, or while somebody listens.
"""

from enfilade.trace.record import (
    ANSWERED,
    KEY,
    RAISED,
    REPLACED,
    Event,
    Trace,
    begin,
    deliver,
    listening,
    recording,
    subscribe,
    subscribers,
)

__all__ = [
    "ANSWERED", "KEY", "RAISED", "REPLACED", "Event", "Trace", "begin", "deliver", "listening",
    "recording", "subscribe", "subscribers",
]  # fmt: skip
