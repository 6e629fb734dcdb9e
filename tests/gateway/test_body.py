"""wsgi.input, fed piece by piece."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.exceptions import TransportLost, UnreadablePostError
from enfilade.gateway.body import RequestBody
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Rule

pieces = st.lists(st.binary(min_size=1).map(lambda data: data.replace(b"a", b"\n")))
sizes = st.one_of(st.just(()), st.tuples(st.integers(-1, 20)))
# The hint of readlines() is approximate, and Python's own files differ in it.
calls = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["read", "readline"]), sizes),
        st.just(("readlines", ())),
    )
)


def pieces_then_nothing(pieces: list[bytes]) -> RequestBody:
    waiting = iter([*pieces, b""])
    return RequestBody(lambda: next(waiting))


@given(pieces, calls)
def test_reads_like_a_file_however_the_body_arrives(pieces: list[bytes], calls: list) -> None:
    body, oracle = pieces_then_nothing(pieces), io.BytesIO(b"".join(pieces))
    for name, arguments in calls:
        assert getattr(body, name)(*arguments) == getattr(oracle, name)(*arguments)
    assert list(body) == list(oracle)


def test_asks_for_no_more_than_it_needs() -> None:
    asked: list[int] = []

    def read_more() -> bytes:
        asked.append(1)
        return b"0123456789"

    body = RequestBody(read_more)
    assert asked == []
    assert body.read(5) == b"01234"
    assert len(asked) == 1
    assert body.read(5) == b"56789"
    assert len(asked) == 1


def test_does_not_ask_again_after_the_end() -> None:
    body = pieces_then_nothing([b"hello"])
    assert body.read() == b"hello"
    assert body.read() == b""
    assert body.readline() == b""


def test_takes_pieces_larger_than_its_buffer() -> None:
    body = pieces_then_nothing([b"a" * 1_000_000, b"b"])
    assert body.read(999_999) == b"a" * 999_999
    assert body.read() == b"ab"


@pytest.mark.parametrize("cause", [ProtocolError(Rule.CHUNK_SIZE), TransportLost("gone")])
def test_raises_an_oserror_with_its_cause(cause: Exception) -> None:
    def read_more() -> bytes:
        raise cause

    with pytest.raises(UnreadablePostError) as caught:
        RequestBody(read_more).read()
    assert isinstance(caught.value, OSError)
    assert caught.value.__cause__ is cause
