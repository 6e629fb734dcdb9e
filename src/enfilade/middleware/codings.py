"""The content codings that a body can be sent in, each as a :class:`Writer`.

Each can begin with bytes that mean nothing, of a length that is drawn anew for every response, so
that the length of a compressed page tells less of what is in it (the BREACH attack): gzip has
room for them in the name of a file (RFC 1952, 2.3), br in blocks of metadata (RFC 7932, 9.2),
zstd in a frame to be skipped (RFC 8878, 3.1.2).
"""

import struct
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

from enfilade.http.content_codings import load_coding

__all__ = ["MakeWriter", "Writer", "gzip_writer", "writer_maker"]

GZIP_LEVEL = 6
BROTLI_QUALITY = 4
"""About as fast as gzip, and smaller."""

ZSTD_LEVEL = 3
"""Its window is 2 MiB; clients need not have more than 8 (RFC 9659)."""


class Writer:
    """One body on its way: :meth:`write` what there is of it, :meth:`finish` once.

    What they return may be empty; after :meth:`flush` the client can read all that was written.
    """

    def __init__(
        self,
        head: bytes,
        compress: Callable[[bytes], bytes],
        flush: Callable[[], bytes],
        finish: Callable[[], bytes],
    ) -> None:
        self._head = head
        self._compress = compress
        self._flush = flush
        self._finish = finish

    def write(self, data: bytes) -> bytes:
        """Compress *data*."""
        return self._after_head(self._compress(data))

    def flush(self) -> bytes:
        """What the compressor has kept back."""
        return self._after_head(self._flush())

    def finish(self) -> bytes:
        """The same, and the end."""
        return self._after_head(self._finish())

    def _after_head(self, data: bytes) -> bytes:
        head, self._head = self._head, b""
        return head + data if head else data


MakeWriter = Callable[[int], Writer]
"""Takes the number of bytes that mean nothing."""


def gzip_writer(padding: int) -> Writer:
    """gzip (RFC 1952); without a time, so that equal pages differ in nothing but the padding."""
    body = _GzipBody()
    named, name = (8, b"a" * padding + b"\0") if padding else (0, b"")
    head = struct.pack("<BBBBLBB", 0x1F, 0x8B, 8, named, 0, 0, 255) + name
    return Writer(head, body.compress, partial(body.deflate.flush, zlib.Z_SYNC_FLUSH), body.finish)


class _GzipBody:
    def __init__(self) -> None:
        self.deflate = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self.checksum = self.length = 0

    def compress(self, data: bytes) -> bytes:
        self.checksum = zlib.crc32(data, self.checksum)
        self.length += len(data)
        return self.deflate.compress(data)

    def finish(self) -> bytes:
        trailer = struct.pack("<LL", self.checksum, self.length & 0xFFFFFFFF)
        return self.deflate.flush() + trailer


def _brotli_maker() -> MakeWriter:
    import brotli

    def brotli_writer(padding: int) -> Writer:
        compressor = brotli.Compressor(quality=BROTLI_QUALITY)
        # A flush ends at a whole byte, where a block can be put in.
        head = compressor.flush() + _metadata(padding) if padding else b""
        return Writer(head, compressor.process, compressor.flush, compressor.finish)

    return brotli_writer


def _metadata(length: int) -> bytes:
    """Blocks that a decoder skips; each has 256 bytes at most, so that one byte tells how many.

    From the lowest bit: it is not the last block (0), it has no content (11), reserved (0), the
    length takes one byte (01), the length less one (RFC 7932, 9.2).
    """
    sizes = (min(length - start, 256) for start in range(0, length, 256))
    return b"".join(struct.pack("<H", 0b010110 | size - 1 << 6) + b"a" * size for size in sizes)


def _zstd_maker() -> MakeWriter:
    start, flush_block = _zstd_library()

    def zstd_writer(padding: int) -> Writer:
        compressor = start()
        head = struct.pack("<LL", 0x184D2A50, padding) + b"a" * padding if padding else b""
        flush = partial(compressor.flush, flush_block)
        return Writer(head, compressor.compress, flush, compressor.flush)

    return zstd_writer


def _zstd_library() -> tuple[Callable[[], Any], Any]:
    """What makes a compressor, and how it is told to end a block: of Python 3.14, or else of
    zstandard."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        import zstandard

        def start() -> Any:
            return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()

        return start, zstandard.COMPRESSOBJ_FLUSH_BLOCK
    return partial(zstd.ZstdCompressor, level=ZSTD_LEVEL), zstd.ZstdCompressor.FLUSH_BLOCK


_MAKERS: dict[str, Callable[[], MakeWriter]] = {
    "gzip": lambda: gzip_writer,
    "br": _brotli_maker,
    "zstd": _zstd_maker,
}


def writer_maker(coding: str) -> MakeWriter:
    """What makes writers of *coding*: ``"gzip"``, ``"br"`` or ``"zstd"``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for another one, and for one whose
    library is not installed.
    """
    return load_coding(coding, _MAKERS, "COMPRESSION_ENCODINGS")
