"""Parts of a file, read in blocks of any size."""

import io
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.http.partial import one_part, several_parts
from enfilade.http.ranges import ByteRange

CONTENT = bytes(range(256))


def read(content, size):
    return b"".join(iter(lambda: content.read(size), b""))


@given(st.integers(0, 255), st.integers(0, 255), st.integers(1, 300))
def test_a_part_is_read_in_blocks_of_any_size(one, other, size):
    wanted = ByteRange(min(one, other), max(one, other))
    fields, content = one_part(io.BytesIO(CONTENT), 0, wanted, 256)
    assert fields == {"Content-Range": f"bytes {wanted.first}-{wanted.last}/256"}
    assert read(content, size) == CONTENT[wanted.first : wanted.last + 1]
    assert content.length == wanted.length


def test_a_representation_may_begin_within_the_file():
    _, content = one_part(io.BytesIO(CONTENT), 100, ByteRange(1, 2), 156)
    assert content.read() == bytes([101, 102])


@given(st.integers(1, 400))
def test_several_parts_are_a_multipart_message(size):
    ranges = [ByteRange(200, 201), ByteRange(0, 9)]
    fields, content = several_parts(io.BytesIO(CONTENT), 0, ranges, 256, "text/x")
    body = read(content, size)
    assert len(body) == content.length
    head = f"Content-Type: {fields['Content-Type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + body, policy=policy.HTTP).get_payload()
    assert [part["Content-Range"] for part in parts] == ["bytes 200-201/256", "bytes 0-9/256"]
    assert {part["Content-Type"] for part in parts} == {"text/x"}
    boundary = fields["Content-Type"].partition("boundary=")[2].encode()
    pieces = body.split(b"--" + boundary)
    assert [piece.partition(b"\r\n\r\n")[2] for piece in pieces[1:-1]] == [
        CONTENT[200:202] + b"\r\n",
        CONTENT[:10] + b"\r\n",
    ]
    assert pieces[-1] == b"--\r\n"


def test_without_a_size_all_that_is_left_is_read():
    ranges = [ByteRange(200, 201), ByteRange(0, 9)]
    _, content = several_parts(io.BytesIO(CONTENT), 0, ranges, 256, "text/x")
    begun = content.read(1)
    rest = content.read()
    assert len(begun + rest) == content.length
    assert (content.read(), content.read(5)) == (b"", b"")


def test_a_file_that_has_shrunk_ends_early():
    _, content = one_part(io.BytesIO(b"abc"), 0, ByteRange(1, 9), 10)
    assert read(content, 4) == b"bc"


@pytest.mark.parametrize("size", [-1, 1000])
def test_a_part_never_gives_more_than_itself(size):
    _, content = one_part(io.BytesIO(CONTENT), 0, ByteRange(5, 6), 256)
    assert content.read(size) == bytes([5, 6])
    assert content.read(size) == b""
