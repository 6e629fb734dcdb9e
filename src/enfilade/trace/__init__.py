"""What happened to a request, step by step.

With no subscriber nothing is recorded and nothing is paid: the server asks :func:`begin` once
a request, and a handler builds a chain with or without marks when it is constructed.
"""

from enfilade.trace.record import (
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
    "Event", "Trace", "begin", "deliver", "listening", "recording", "subscribe", "subscribers",
]  # fmt: skip
