"""What was made in this process as an entry, as if a server had kept it: for what exports those."""

from time import perf_counter_ns, time

from enfilade.explain.entrance import PEER
from enfilade.explain.line import Draft
from enfilade.explain.rehearsal import Performance
from enfilade.server.access import AccessRecord
from enfilade.server.recorder.entries import make_entry
from enfilade.trace import Entry


def entry_of(draft: Draft, performance: Performance) -> Entry:
    """*performance* of *draft*, without secrets."""
    trace, environ = performance.trace, draft.environ()
    events = trace.events
    now = perf_counter_ns()
    began = events[0].at if events else now
    ended = max((event.until for event in events), default=now)
    query = environ["QUERY_STRING"]
    record = AccessRecord(
        time=time() - (now - began) / 1e9,
        peer=PEER,
        method=environ["REQUEST_METHOD"],
        target=environ["PATH_INFO"] + (f"?{query}" if query else ""),
        version=environ["SERVER_PROTOCOL"],
        status=performance.status or 500,
        bytes_sent=performance.size,
        duration=(ended - began) / 1e9,
        trace=trace,
        error=performance.failure,
    )
    return make_entry(record, ("analyzed",))
