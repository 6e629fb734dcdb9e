"""What happened to a request, step by step.

With no subscriber nothing is recorded: the server asks :func:`begin` once a request, and a
handler takes its traced chain only for a request that brings a trace, or while somebody listens.
"""

from enfilade.trace.context import TraceParent, read_trace_parent
from enfilade.trace.current import CURRENT, carrying
from enfilade.trace.entry import REASONS, Entry, Stack, spell_out
from enfilade.trace.failure import note_failure
from enfilade.trace.notes import note_logs
from enfilade.trace.record import (
    ANSWERED,
    FAILURE,
    KEY,
    RAISED,
    REPLACED,
    Event,
    Note,
    Trace,
    begin,
    deliver,
    listening,
    recording,
    subscribe,
    subscribers,
)

__all__ = [
    "ANSWERED", "CURRENT", "FAILURE", "KEY", "RAISED", "REASONS", "REPLACED", "Entry", "Event",
    "Note", "Stack", "Trace", "TraceParent", "begin", "carrying", "deliver", "listening",
    "note_failure", "note_logs", "read_trace_parent", "recording", "spell_out", "subscribe",
    "subscribers",
]  # fmt: skip
