"""The bytes between the loop and an application; the test is both threads where it can be."""

import threading
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.exceptions import TransportLost
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy, Rule
from enfilade.protocol.receiver import RequestReceiver
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.feed import BODY_START, HIGH_WATER, Feed


def feed(length: int, start: bytes = b"", rate: int = 1024) -> Feed:
    receiver = RequestReceiver(Policy())
    receiver.feed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length)
    head = receiver.next_head()
    assert head is not None
    return Feed(receiver, head, BytesIO(start), len(start), rate)


@given(st.lists(st.binary(min_size=1, max_size=9)), st.binary(max_size=9))
def test_gives_what_was_spooled_and_then_what_came(blocks, start):
    rest = b"".join(blocks)
    subject = feed(len(rest) + 1)
    subject._start = BytesIO(start)
    for block in blocks:
        subject.take(block)
    subject.take(b"!")
    assert subject.complete
    assert b"".join(iter(subject.read, b"")) == start + rest + b"!"
    assert subject.read() == b""


def test_wants_no_more_beyond_the_high_water_until_it_is_read():
    subject, asked = feed(1 << 30), []
    subject.on_demand = lambda: asked.append(subject.wants_more)
    subject.take(b"x" * (HIGH_WATER - 1))
    assert subject.wants_more
    subject.take(b"x")
    assert not subject.wants_more
    assert len(subject.read()) == HIGH_WATER
    assert asked == [True]


def test_asks_when_there_is_nothing_to_read_and_has_a_deadline_only_then():
    subject, asked = feed(10), threading.Event()
    subject.on_demand = asked.set
    assert (subject.waiting, subject.deadline) == (False, NEVER)
    results: list[bytes] = []
    reader = threading.Thread(target=lambda: results.append(subject.read()))
    reader.start()
    assert asked.wait(5)
    assert subject.waiting
    assert 0 < subject.deadline < NEVER
    subject.take(b"hello")
    assert (subject.waiting, subject.deadline) == (False, NEVER)
    reader.join(5)
    assert results == [b"hello"]
    assert subject.served > 0


def test_no_rate_is_no_deadline():
    subject, asked = feed(10, rate=0), threading.Event()
    subject.on_demand = asked.set
    reader = threading.Thread(target=subject.read)
    reader.start()
    assert asked.wait(5)
    assert subject.deadline == NEVER
    subject.take(b"hello")
    reader.join(5)


def test_bytes_earn_time():
    deadlines = []
    for came in (b"", b"x" * 1000):
        subject, asked = feed(10_000, rate=100), threading.Event()
        subject.on_demand = asked.set
        if came:
            subject.take(came)
            subject.read()
        reader = threading.Thread(target=subject.read)
        reader.start()
        assert asked.wait(5)
        deadlines.append(subject.deadline - subject._asked)
        subject.take(b"x")
        reader.join(5)
    assert deadlines == [BODY_START, BODY_START + 10]


def test_an_error_comes_after_what_has_come_and_stays():
    subject = feed(10)
    subject.take(b"hello")
    subject.end_input()
    assert subject.broken
    assert not subject.wants_more
    assert subject.read() == b"hello"
    for _ in range(2):
        with pytest.raises(ProtocolError) as caught:
            subject.read()
        assert caught.value.rule is Rule.TRUNCATED_BODY


def test_the_first_error_counts():
    subject = feed(10)
    subject.fail(TransportLost("gone"))
    subject.end_input()
    with pytest.raises(TransportLost):
        subject.read()


@pytest.mark.parametrize("wake", [lambda it: it.close(), lambda it: it.fail(TransportLost("x"))])
def test_whoever_waits_is_woken(wake):
    subject, asked, errors = feed(10), threading.Event(), []

    def read() -> None:
        try:
            subject.read()
        except TransportLost as error:
            errors.append(error)

    subject.on_demand = asked.set
    reader = threading.Thread(target=read)
    reader.start()
    assert asked.wait(5)
    wake(subject)
    reader.join(5)
    assert len(errors) == 1


def test_counts_what_comes_after_the_close_and_keeps_none_of_it():
    subject = feed(20)
    subject.take(b"hello")
    subject.close()
    assert subject.unread == 0
    subject.take(b"hello")
    assert (subject.unread, subject.missing) == (5, 10)
    with pytest.raises(TransportLost):
        subject.read()


def test_what_follows_the_body_is_left_to_the_next_request():
    subject = feed(5)
    subject.take(b"helloGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert subject.complete
    assert subject._receiver.next_head().method == "GET"
