"""The W3C trace context of a request (https://www.w3.org/TR/trace-context/), level 1.

``traceparent`` says to which trace, of several services perhaps, a request belongs. What is not
well formed is as if it were not there (section 3.2.2.5 of that document).
"""

import re
from dataclasses import dataclass
from os import urandom

_TRACE_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class TraceParent:
    """A span of a trace: the trace's id in 32 hexadecimal digits, the span's in 16. ``sampled``
    says that whoever sent it may have recorded it."""

    trace_id: str
    span_id: str
    sampled: bool = False

    def __str__(self) -> str:
        """As a ``traceparent`` of version 00."""
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}"


def read_trace_parent(text: str) -> TraceParent | None:
    """The ``traceparent`` that *text* is; ``None`` if it is none, or one of an invalid kind.

    Versions to come may add something after a dash (section 3.2.4).
    """
    found = _TRACE_PARENT.fullmatch(text.strip(" \t"))
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if version == "ff" or (version == "00" and more):
        return None
    if not int(trace_id, 16) or not int(span_id, 16):
        return None
    return TraceParent(trace_id, span_id, bool(int(flags, 16) & 1))


def new_ids() -> tuple[str, str]:
    """The ids of a new trace and of its first span; by chance neither is ever all zeros."""
    text = urandom(24).hex()
    return text[:32], text[32:]
