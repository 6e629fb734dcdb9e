"""The W3C trace context of a request (https://www.w3.org/TR/trace-context/), level 1.

``traceparent`` says to which trace, of several services perhaps, a request belongs. What is not
well formed is as if it were not there (section 3.2.2.5 of that document). ``tracestate`` has what
those who trace want to know again further on, and is handed on as it came (section 3.3).
"""

import re
from dataclasses import dataclass
from os import urandom

_TRACE_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_KEY = r"[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}"
_VALUE = r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_MEMBER = re.compile(rf"({_KEY})={_VALUE}")

_MOST_MEMBERS = 32
_MOST_CHARACTERS = 512
_LONG_MEMBER = 128


@dataclass(frozen=True, slots=True)
class TraceParent:
    """A span of a trace: the trace's id in 32 hexadecimal digits, the span's in 16. ``sampled``
    says that whoever sent it may have recorded it; ``state`` is the ``tracestate`` beside it."""

    trace_id: str
    span_id: str
    sampled: bool = False
    state: str = ""

    def __str__(self) -> str:
        """As a ``traceparent`` of version 00."""
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}"


def read_trace_parent(text: str, state: str = "") -> TraceParent | None:
    """The ``traceparent`` that *text* is, with the ``tracestate`` that *state* is; ``None`` if it
    is none, or one of an invalid kind.

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
    return TraceParent(trace_id, span_id, bool(int(flags, 16) & 1), read_trace_state(state))


def read_trace_state(text: str) -> str:
    """The ``tracestate`` that *text* is, unchanged if it may be handed on so; "" if it is none.

    One of more than 512 characters loses whole members: first those of more than 128, then the
    last ones (section 3.3.1.5).
    """
    members = [member for each in text.split(",") if (member := each.strip(" \t"))]
    keys = [found[1] for member in members if (found := _MEMBER.fullmatch(member))]
    if len(keys) < len(members) or len(keys) > _MOST_MEMBERS or len(set(keys)) < len(keys):
        return ""
    if len(text) <= _MOST_CHARACTERS:
        return text
    while len(",".join(members)) > _MOST_CHARACTERS:
        long = (each for each in reversed(members) if len(each) > _LONG_MEMBER)
        members.remove(next(long, members[-1]))
    return ",".join(members)


def new_ids() -> tuple[str, str]:
    """The ids of a new trace and of its first span; by chance neither is ever all zeros."""
    text = urandom(24).hex()
    return text[:32], text[32:]
