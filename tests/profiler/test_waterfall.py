"""Bars on a line of time, and what was said meanwhile."""

from hypothesis import given, settings

from enfilade.explain.nodes import Node
from enfilade.explain.source import Source
from enfilade.profiler.waterfall import Waterfall, draw, gather, repeated
from enfilade.trace import Entry, Event, Note
from kept_requests import QUERIES, TRACED, entries, make_entry


def places(fall: Waterfall) -> dict[str, tuple[float, float]]:
    return {bar.measured.node.label: (bar.mark.x, bar.mark.width) for bar in fall.bars}


def test_bars_are_where_their_times_are() -> None:
    entry = make_entry(events=(Event(0, "read"), Event(100, "handler", "Handler", until=600)),
                       queued=100, first_byte=600, duration=1000)  # fmt: skip
    assert places(draw(entry, {})) == {
        "waited for a thread": (0, 10),
        "Handler": (10, 50),
        "the answer leaves": (60, 40),
    }


@settings(max_examples=150, deadline=None)
@given(entries())
def test_no_bar_and_no_note_lies_beyond_the_line(entry: Entry) -> None:
    fall = draw(entry, {})
    assert fall.begin < fall.end
    for bar in fall.bars:
        for mark in (bar.mark, *bar.notes):
            assert 0 <= mark.x <= mark.x + mark.width <= 100.002
    assert sum(len(bar.notes) for bar in fall.bars) == len(entry.notes) * bool(fall.bars)
    assert 1 <= len(fall.ticks) <= 7
    assert all(0 <= x <= 100 for x, _ in fall.ticks)


def test_a_query_is_in_the_lane_of_what_made_it() -> None:
    fall = draw(make_entry(events=TRACED, notes=QUERIES), {})
    lanes = {bar.measured.node.label: [mark.kind for mark in bar.notes] for bar in fall.bars}
    assert lanes["teas"] == [*["sql"] * 15, "log"]
    assert not lanes["WSGIHandler"]


def test_the_slowest_is_the_innermost_on_the_longest_path() -> None:
    fall = draw(make_entry(events=TRACED), {})
    assert fall.bars[fall.slowest].measured.node.label == "teas"
    assert fall.share(fall.bars[fall.slowest]) == 57
    path = [bar.measured.node.label for bar in fall.bars if bar.measured.slowest]
    assert path == ["WSGIHandler", "teas"]


def test_what_is_known_of_a_node_is_told() -> None:
    view = Node(9, "view", "The view shop.teas", Source("shop.teas", "/shop.py", 66), 0, True)
    bars = draw(make_entry(events=TRACED), {view.key: view}).bars
    (source,) = [bar.measured.node.source for bar in bars if bar.measured.node.source]
    assert source.line == 66


def test_times_along_the_line_are_round() -> None:
    assert [ns for _, ns in draw(make_entry(duration=5_000_000), {}).ticks] == [
        0, 2_000_000, 4_000_000,
    ]  # fmt: skip


def test_queries_that_differ_in_values_are_alike_and_log_lines_are_not() -> None:
    notes = [
        Note(0, "sql", "db", "SELECT a FROM t WHERE b = 1 AND c = 'it''s'", 10),
        Note(20, "sql", "db", "SELECT a  FROM t\nWHERE b = 22 AND c = ''", 50),
        Note(60, "log", "shop", "INFO 1"),
        Note(70, "log", "shop", "INFO 2"),
        Note(80, "sql", "other", "SELECT a FROM t WHERE b = 1 AND c = 'x'", 90),
        Note(95, "sql", "db", "SELECT a FROM t2 WHERE b = 1", 99),
    ]
    gathered = [(said.note.at, said.times, said.took) for said in gather(notes)]
    assert gathered == [(0, 2, 40), (60, 1, 0), (70, 1, 0), (80, 1, 10), (95, 1, 4)]
    assert repeated(notes) == [(notes[0].text, 2, 40)]


def test_queries_between_which_others_were_made_are_counted_too() -> None:
    one, other = ((f"SELECT {each}", each) for each in "ab")
    notes = [
        Note(n * 10, "sql", "db", text, n * 10 + 5) for n, (text, _) in enumerate([one, other, one])
    ]
    assert repeated(notes) == [("SELECT a", 2, 10)]
    assert len(gather(notes)) == 3
