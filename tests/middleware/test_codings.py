"""What the writers write is read by the libraries of each coding, with padding and without."""

import gzip
import sys
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from enfilade.exceptions import ImproperlyConfigured
from enfilade.middleware.codings import gzip_writer, writer_maker


def unzstd(data):
    return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()


READERS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": unzstd}


class _Zstd:
    """Reads piece by piece, over the end of the frame that is to be skipped."""

    def __init__(self):
        self.one = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)

    def read(self, data):
        return self.one.decompress(data)


PIECEMEAL = {
    "gzip": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS).decompress,
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: _Zstd().read,
}


@pytest.mark.parametrize("coding", READERS)
@given(
    padding=st.integers(0, 600),
    pieces=st.lists(st.tuples(st.binary(max_size=200), st.booleans()), max_size=5),
)
def test_what_is_written_is_read(coding, padding, pieces):
    writer = writer_maker(coding)(padding)
    encoded = b""
    for piece, flush in pieces:
        encoded += writer.write(piece) + (writer.flush() if flush else b"")
    encoded += writer.finish()
    assert READERS[coding](encoded) == b"".join(piece for piece, _ in pieces)


@pytest.mark.parametrize("padding", [0, 42])
@pytest.mark.parametrize("coding", READERS)
def test_what_is_flushed_can_be_read_at_once(coding, padding):
    writer, read = writer_maker(coding)(padding), PIECEMEAL[coding]()
    for number in range(5):
        event = f"data: {number}\n\n".encode()
        assert read(writer.write(event) + writer.flush()) == event


@pytest.mark.parametrize("coding", READERS)
def test_padding_makes_a_page_that_much_longer(coding):
    def length(padding):
        writer = writer_maker(coding)(padding)
        return len(writer.write(b"words " * 100) + writer.finish())

    lengths = [length(padding) for padding in range(1, 100)]
    assert lengths == list(range(lengths[0], lengths[0] + 99))


def test_equal_pages_are_equal_without_padding():
    assert gzip_writer(0).finish() == gzip_writer(0).finish()
    assert gzip_writer(0).finish()[4:8] == b"\0\0\0\0"  # no time


def test_a_coding_that_there_is_none_of_is_refused():
    with pytest.raises(ImproperlyConfigured, match="deflate") as caught:
        writer_maker("deflate")
    assert "'br'" in caught.value.hint


@pytest.mark.parametrize(("coding", "library"), [("br", "brotli"), ("zstd", "zstandard")])
def test_a_library_that_is_missing_is_named_with_what_to_install(coding, library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, "compression", None)
    with pytest.raises(ImproperlyConfigured, match=library) as caught:
        writer_maker(coding)
    assert caught.value.hint == 'pip install "enfilade[compression]"'
