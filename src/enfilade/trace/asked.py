"""What a response tells those who have asked for a trace of its request, with the token."""

from enfilade.trace.record import Trace
from enfilade.trace.server_timing import server_timing

ASKED = "asked"
"""Why a request is traced that has brought the token."""


def fields_for(trace: Trace | None) -> list[tuple[str, str]]:
    """The fields that the response has for that: under which span the recorder keeps the request,
    and what has taken how long until now."""
    if trace is None or trace.why != ASKED:
        return []
    return [("Enfilade-Trace", trace.span), ("Server-Timing", server_timing(trace))]
