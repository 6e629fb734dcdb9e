"""The receiver as its caller sees it; the rules are tested in tests/spec/test_rfc9112.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy, Rule
from enfilade.protocol.receiver import TRANSITIONS, Event, RequestReceiver, State

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"


@pytest.fixture
def receiver() -> RequestReceiver:
    return RequestReceiver(Policy())


def test_gives_a_head_once(receiver: RequestReceiver) -> None:
    receiver.feed(GET + GET)
    assert receiver.next_head() is not None
    assert receiver.next_head() is None
    assert receiver.body_complete
    receiver.next()
    assert receiver.next_head() is not None


def test_says_when_a_head_has_begun(receiver: RequestReceiver) -> None:
    assert not receiver.head_started
    receiver.feed(GET[:5])
    assert receiver.head_started
    receiver.feed(GET[5:])
    receiver.next_head()
    assert not receiver.head_started


def test_says_how_much_lies_undelivered(receiver: RequestReceiver) -> None:
    receiver.feed(POST + b"hel")
    receiver.next_head()
    assert receiver.buffered == 3
    assert receiver.read_body() == b"hel"
    assert receiver.buffered == 0


def test_gives_a_body_as_it_comes(receiver: RequestReceiver) -> None:
    receiver.feed(POST)
    receiver.next_head()
    assert receiver.read_body() == b""
    assert not receiver.body_complete
    receiver.feed(b"hello" + GET)
    assert receiver.read_body() == b"hello"
    assert receiver.body_complete
    assert receiver.read_body() == b""
    assert receiver.buffered == len(GET)


def test_gives_what_came_of_a_truncated_body_before_it_raises(receiver: RequestReceiver) -> None:
    receiver.feed(POST + b"hel")
    receiver.feed_eof()
    receiver.next_head()
    assert receiver.read_body() == b"hel"
    with pytest.raises(ProtocolError) as caught:
        receiver.read_body()
    assert caught.value.rule is Rule.TRUNCATED_BODY
    assert not receiver.body_complete


def test_an_error_is_final(receiver: RequestReceiver) -> None:
    receiver.feed(b"BAD\r\n\r\n")
    for ask in (receiver.next_head, receiver.next_head, receiver.read_body):
        with pytest.raises(ProtocolError) as caught:
            ask()
        assert caught.value.rule is Rule.REQUEST_LINE
    receiver.feed(GET)
    assert receiver.buffered == 0
    assert receiver.state is State.FAILED


def test_cannot_go_on_before_the_request_is_complete(receiver: RequestReceiver) -> None:
    receiver.feed(POST)
    receiver.next_head()
    with pytest.raises(RuntimeError, match="NEXT is impossible in LENGTH"):
        receiver.next()


def test_a_closed_receiver_stays_closed(receiver: RequestReceiver) -> None:
    receiver.feed_eof()
    assert receiver.next_head() is None
    assert receiver.closed
    assert receiver.next_head() is None


def test_every_state_can_be_reached_and_has_a_row() -> None:
    reached = {State.HEAD} | {state for row in TRANSITIONS.values() for state in row.values()}
    assert reached == set(State) == set(TRANSITIONS)
    assert {event for row in TRANSITIONS.values() for event in row} == set(Event)


@pytest.mark.slow
@given(st.lists(st.one_of(st.sampled_from([GET, POST, b"hello", b"\r\n"]), st.binary(max_size=3))))
def test_any_bytes_give_requests_or_a_protocol_error(pieces: list[bytes]) -> None:
    receiver = RequestReceiver(Policy())
    try:
        for piece in pieces:
            receiver.feed(piece)
            if receiver.next_head() or receiver.state is State.LENGTH:
                receiver.read_body()
            if receiver.body_complete:
                receiver.next()
    except ProtocolError:
        assert receiver.state is State.FAILED
