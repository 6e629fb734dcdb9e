from enfilade.trace import Event
from enfilade.trace.nesting import nest


def test_each_event_knows_what_lies_around_it_and_its_own_time() -> None:
    handler, view, hop, out = nest(
        [
            Event(10, "handler", until=100),
            Event(20, "view", until=60),
            Event(30, "hop", until=35),
            Event(60, "middleware.out", until=80),
        ],
        now=500,
    )
    assert [span.around for span in (handler, view, hop, out)] == [None, handler, view, handler]
    assert [span.total for span in (handler, view, hop, out)] == [90, 40, 5, 20]
    assert [span.own for span in (handler, view, hop, out)] == [30, 35, 5, 20]


def test_what_is_not_over_ends_now() -> None:
    handler, view = nest([Event(10, "handler"), Event(20, "view")], now=50)
    assert (handler.end, view.end) == (50, 50)
    assert view.around is handler


def test_the_marks_of_a_server_are_moments_with_nothing_within_them() -> None:
    read, handler = nest([Event(10, "read"), Event(10, "handler", until=20)], now=50)
    assert read.moment
    assert not handler.moment
    assert handler.around is None
    assert nest([Event(10, "write", "body", until=20)], now=50)[0].total == 10


def test_what_outlasts_the_piece_in_which_it_began_lies_only_in_what_is_around_both() -> None:
    handler, view, stray = nest(
        [
            Event(0, "handler", until=100),
            Event(10, "view", until=50),
            Event(40, "hop", until=60),
        ],
        now=100,
    )
    assert stray.around is handler
    assert view.own == 40
