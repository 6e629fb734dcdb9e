import re
from time import perf_counter_ns
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from enfilade.trace import Event, Note, Trace
from enfilade.trace.record import IN_TASK
from enfilade.trace.server_timing import server_timing

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
QUOTED = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*"'
METRIC = re.compile(rf"({TOKEN});dur=(\d+\.\d+)(?:;desc=({QUOTED}))?")
MILLISECOND = 1_000_000


def metrics(field: str) -> dict[str, tuple[float, str]]:
    """The field as the grammar of its standard reads it; fails for what that does not allow."""
    found, at = {}, 0
    while at < len(field):
        match = METRIC.match(field, at)
        assert match, field[at:]
        text = re.sub(r"\\(.)", r"\1", (match[3] or '""')[1:-1])
        found[match[1]] = float(match[2]), text
        at = match.end()
        assert at == len(field) or field.startswith(", ", at)
        at += 2
    return found


def traced(*events: Event) -> Trace:
    trace = Trace()
    trace.events.extend(events)
    return trace


def test_a_request_without_events_has_a_total() -> None:
    assert list(metrics(server_timing(Trace()))) == ["total"]


def test_it_tells_what_each_part_took_by_itself() -> None:
    now = perf_counter_ns() - 100 * MILLISECOND

    def at(milliseconds: int) -> int:
        return now + milliseconds * MILLISECOND

    trace = traced(
        Event(at(-50), "accept"),
        Event(at(0), "read"),
        Event(at(5), "gateway"),
        Event(at(6), "handler", "WSGIHandler"),
        Event(at(7), "middleware.in", "site.Clock.process_request", until=at(8)),
        Event(at(8), "middleware.in", "site.Guard.process_request", until=at(10)),
        Event(at(10), "resolve", "/rooms/7/", "3 of 9 routes tried, rooms/<int:n>/ wins", at(11)),
        Event(at(11), "hop", "to thread", until=at(42)),
        Event(at(12), "view", "The view rooms.views.room", until=at(40)),
        Event(at(42), "middleware.out", "site.Clock.process_response", until=at(44)),
    )
    trace.notes.append(Note(at(13), "sql", "default", "SELECT 1", at(20)))
    trace.notes.append(Note(at(20), "sql", "default", "SELECT 2", at(23)))
    trace.notes.append(Note(at(21), "log", "site", "hello"))
    told = metrics(server_timing(trace))
    total = told.pop("total")
    assert total[0] >= 100
    assert told == {
        "queue": (5, "until a thread had it"),
        "in": (3, "middleware, inward"),
        "resolve": (1, "3 of 9 routes tried, rooms/<int:n>/ wins"),
        "hops": (3, "between event loop and threads"),
        "view": (28, "The view rooms.views.room"),
        "out": (2, "middleware, outward"),
        "sql": (10, "2 queries"),
    }


def test_where_no_thread_is_waited_for_there_is_no_queue() -> None:
    moments = Event(1, "read", "GET", "/"), Event(2, "gateway", detail=IN_TASK)
    assert list(metrics(server_timing(traced(*moments)))) == ["total"]


def test_nothing_of_the_request_itself_is_told() -> None:
    trace = traced(
        Event(1, "read", "GET", "/secret?token=secret"),
        Event(2, "request", "GET /secret", until=3),
        Event(3, "resolve", "/secret", "1 of 1 routes tried, <str:word> wins", until=4),
        Event(4, "view", "The view site.page", until=5),
    )
    trace.notes.append(Note(4, "sql", "default", "SELECT 'secret'", 5))
    assert "secret" not in server_timing(trace)


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_route_and_name_make_a_field_of_moderate_length(route: str, name: str) -> None:
    trace = traced(Event(1, "resolve", "/", route, 2), Event(2, "view", name, until=3))
    field = server_timing(trace)
    assert field.isascii()
    assert len(field) < 1100
    metrics(field)


def test_other_scripts_and_quotes_can_be_read_again() -> None:
    trace = traced(Event(1, "resolve", "/", 'straße/"<\\w+>"', 2))
    assert unquote(metrics(server_timing(trace))["resolve"][1]) == 'straße/"<\\w+>"'
