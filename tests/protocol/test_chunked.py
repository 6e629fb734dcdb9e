"""The chunked decoder; what it refuses is tested in tests/spec/test_rfc9112.py."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from enfilade.protocol.chosen import ChunkedDecoder
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy
from enfilade.protocol.response import ResponseWriter

POLICY = Policy()


def decode(pieces: list[bytes]) -> tuple[bytes, bool, bytes]:
    decoder = ChunkedDecoder(POLICY)
    buffer = bytearray()
    data = b""
    for piece in pieces:
        buffer += piece
        data += decoder.decode(buffer)
    return data, decoder.complete, bytes(buffer)


@given(chunks=st.lists(st.binary(min_size=1)), cuts=st.lists(st.integers(0, 500)), rest=st.binary())
def test_what_the_writer_encodes_comes_back_however_it_is_cut(
    chunks: list[bytes], cuts: list[int], rest: bytes
) -> None:
    writer = ResponseWriter(None, date=lambda: b"")
    writer.start("200 OK", [], None)
    wire = b"".join(map(writer.data, chunks)) + writer.end() + rest
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    pieces = [wire[start:end] for start, end in pairwise(edges)]
    assert decode(pieces) == (b"".join(chunks), True, rest)


@given(st.lists(st.one_of(st.binary(max_size=4), st.sampled_from([b"\r\n", b"5", b"0", b";a"]))))
def test_any_bytes_are_decoded_or_refused(pieces: list[bytes]) -> None:
    try:
        data, complete, rest = decode(pieces)
    except ProtocolError as error:
        assert error.status in (400, 413, 431)
    else:
        assert decode([b"".join(pieces)]) == (data, complete, rest)


def test_leaves_the_next_request_alone() -> None:
    assert decode([b"0\r\n\r\nGET / HTTP/1.1\r\n"]) == (b"", True, b"GET / HTTP/1.1\r\n")


def test_gives_data_before_its_chunk_is_whole() -> None:
    assert decode([b"ffff\r\nhel", b"lo"]) == (b"hello", False, b"")
