"""Packets of the uwsgi protocol, whole, cut at every octet and broken."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy
from enfilade.protocol.uwsgi import UwsgiReceiver, parse_variables


def block(*texts: bytes) -> bytes:
    return b"".join(struct.pack("<H", len(text)) + text for text in texts)


def packet(variables: dict[str, str], modifier: int = 0) -> bytes:
    texts = [text.encode("latin-1") for pair in variables.items() for text in pair]
    data = block(*texts)
    return struct.pack("<BHB", modifier, len(data), 0) + data


POST = {
    "REQUEST_METHOD": "POST",
    "REQUEST_URI": "/a%20b?c=d",
    "PATH_INFO": "/a b",
    "QUERY_STRING": "c=d",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "CONTENT_LENGTH": "5",
    "CONTENT_TYPE": "text/plain",
    "HTTP_HOST": "example.org",
    "HTTP_X_ROOM": "3",
}


def receive(*pieces: bytes) -> tuple[object, bytes]:
    """The head and the body of the request in *pieces*, which arrive one after the other."""
    receiver = UwsgiReceiver(Policy())
    head, body = None, b""
    for piece in pieces:
        receiver.feed(piece)
        head = receiver.next_head() or head
        body += receiver.read_body()
    assert receiver.body_complete
    return head, body


def test_reads_a_request_and_its_body():
    head, body = receive(packet(POST) + b"hello")
    assert (head.method, head.target, head.query) == ("POST", "/a%20b?c=d", "c=d")
    assert head.fields["host"] == head.host == "example.org"
    assert head.fields["x-room"] == "3"
    assert head.fields["content-type"] == "text/plain"
    assert body == b"hello"


def test_reads_the_same_wherever_it_is_cut():
    data = packet(POST) + b"hello"
    for cut in range(1, len(data)):
        assert receive(data[:cut], data[cut:]) == receive(data)


def test_a_request_without_a_length_has_no_body():
    assert receive(packet({"REQUEST_METHOD": "GET", "CONTENT_LENGTH": ""}))[1] == b""


@pytest.mark.parametrize(
    "data",
    [
        packet(POST, modifier=5),
        b"GET / HTTP/1.1\r\n\r\n",
        packet({}),
        packet({"REQUEST_METHOD": "G T"}),
        packet({**POST, "CONTENT_LENGTH": "-5"}),
        packet({**POST, "CONTENT_LENGTH": "5x"}),
        struct.pack("<BHB", 0, 3, 0) + b"\x09\x00a",
        struct.pack("<BHB", 0, 1, 0) + b"\x09",
        struct.pack("<BHB", 0, 3, 0) + block(b"a"),
    ],
)
def test_refuses_what_cannot_be_a_request(data):
    with pytest.raises(ProtocolError):
        receive(data)


def test_a_packet_that_is_cut_off_is_refused():
    receiver = UwsgiReceiver(Policy())
    receiver.feed(packet(POST)[:-1])
    assert receiver.next_head() is None
    receiver.feed_eof()
    with pytest.raises(ProtocolError):
        receiver.next_head()


def test_a_body_beyond_the_limit_is_refused():
    receiver = UwsgiReceiver(Policy(body=4))
    receiver.feed(packet(POST))
    with pytest.raises(ProtocolError) as refusal:
        receiver.next_head()
    assert refusal.value.status == 413


@given(st.dictionaries(st.text("AB_é", max_size=5), st.text("xyü\r\n", max_size=300), max_size=9))
def test_variables_come_back_as_they_were_sent(variables):
    assert parse_variables(packet(variables)[4:]) == variables


@given(st.binary(max_size=80))
def test_any_octets_are_variables_or_refused(data):
    try:
        parse_variables(data)
    except ProtocolError:
        pass
