"""When a request is whole, and by when more of it must be here; no clock runs."""

from typing import Any

import pytest

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.intake import BODY_START, STALL, Intake
from enfilade.server.options import Options

GET = b"GET /path HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
ACCEPTED = 1000.0


def intake(**options: Any) -> Intake:
    return Intake(Policy(), Options(**options), "127.0.0.1", ACCEPTED)


def test_a_request_is_given_when_it_is_whole():
    subject = intake()
    assert subject.take(GET[:-1], ACCEPTED) is None
    assert subject.started
    request = subject.take(GET[-1:], ACCEPTED)
    assert request.head.path == "/path"
    assert request.body.read() == b""
    assert not subject.started


def test_requests_that_came_together_are_given_one_at_a_time():
    subject = intake()
    assert subject.take(GET + GET, ACCEPTED).head.path == "/path"
    assert subject.unfinished
    assert subject.take(b"", ACCEPTED).head.path == "/path"
    assert not subject.unfinished
    assert subject.take(b"", ACCEPTED) is None


def test_the_first_head_has_its_time_from_accept_on():
    subject = intake(head_timeout=10)
    assert subject.deadline(ACCEPTED) == ACCEPTED + 10
    subject.take(GET[:5], ACCEPTED + 7)
    assert subject.deadline(ACCEPTED + 7) == ACCEPTED + 10


def test_a_later_head_has_its_time_from_its_first_byte_on():
    subject = intake(head_timeout=10)
    subject.take(GET, ACCEPTED)
    assert subject.deadline(ACCEPTED + 50) == NEVER
    subject.take(GET[:5], ACCEPTED + 60)
    subject.take(GET[5:9], ACCEPTED + 65)
    assert subject.deadline(ACCEPTED + 65) == ACCEPTED + 70


def test_a_body_has_its_time_by_how_much_has_come():
    subject = intake(body_rate=1000)
    subject.take(POST, ACCEPTED)
    assert subject.deadline(ACCEPTED) == ACCEPTED + BODY_START
    subject.take(b"x" * 3000, ACCEPTED + 1)
    assert subject.deadline(ACCEPTED + 1) == ACCEPTED + BODY_START + 3


def test_a_body_that_came_fast_may_not_stall_for_ever():
    subject = intake(body_rate=1)
    subject.take(POST + b"x" * 90_000, ACCEPTED)
    assert subject.deadline(ACCEPTED + 2) == ACCEPTED + 2 + STALL


def test_zero_means_no_deadline():
    subject = intake(head_timeout=0, body_rate=0)
    assert subject.deadline(ACCEPTED) == NEVER
    subject.take(POST, ACCEPTED)
    assert subject.deadline(ACCEPTED) == NEVER


@pytest.mark.parametrize("cut", [GET[:-1], POST, POST + b"x"])
def test_an_end_inside_a_request_is_an_error(cut):
    subject = intake()
    subject.take(cut, ACCEPTED)
    subject.end()
    with pytest.raises(ProtocolError):
        subject.take(b"", ACCEPTED)


def test_an_end_between_requests_is_none():
    subject = intake()
    subject.take(GET, ACCEPTED)
    subject.end()
    assert subject.take(b"", ACCEPTED) is None


# Bodies that are not waited for --------------------------------------------------------------

SMALL = {"buffer_body": 100, "spool_body": 1000}
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_a_body_that_is_known_to_be_large_is_given_with_its_head():
    subject = intake(**SMALL)
    request = subject.take(POST + b"hello", ACCEPTED)
    assert request.feed is subject.feed
    assert request.feed.read() == b"hello"
    assert request.feed.missing == 99_995
    assert subject.unfinished


def test_a_chunked_body_is_given_when_it_has_become_large():
    subject = intake(**SMALL)
    assert subject.take(CHUNKED + b"3e8\r\n" + b"x" * 1000, ACCEPTED) is None
    request = subject.take(b"\r\n1\r\ny", ACCEPTED)
    assert request.feed.read() == b"x" * 1000 + b"y"


@pytest.mark.parametrize(("spool", "size"), [(0, 100), (50, 100), (100, 100), (1000, 1000)])
def test_a_body_that_just_fits_is_waited_for(spool, size):
    head = POST.replace(b"100000", b"%d" % size)
    subject = intake(buffer_body=100, spool_body=spool)
    assert subject.take(head + b"x" * (size - 1), ACCEPTED) is None
    assert subject.take(b"x", ACCEPTED).feed is None
    larger = intake(buffer_body=100, spool_body=spool)
    assert larger.take(POST.replace(b"100000", b"%d" % (size + 1)), ACCEPTED).feed is not None


def test_after_the_last_byte_the_next_request_is_read():
    subject = intake(**SMALL)
    request = subject.take(POST, ACCEPTED)
    assert subject.keep(b"x" * 99_999)
    assert subject.feed is request.feed
    assert subject.keep(b"x" + GET)
    assert subject.feed is None
    assert request.feed.complete
    assert subject.take(b"", ACCEPTED + 1).head.path == "/path"
