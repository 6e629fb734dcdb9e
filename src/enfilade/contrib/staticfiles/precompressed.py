"""Static files compressed once, when they are collected, as well as it can be done.

A variant stands beside its file: ``site.css.br``. It has to be smaller to be there.
"""

import gzip
import posixpath
from collections.abc import Callable, Iterable

from enfilade.http.content_codings import load_coding

__all__ = ["EXTENSIONS", "installed", "is_compressible", "load_compressors"]

EXTENSIONS = {"zstd": ".zst", "br": ".br", "gzip": ".gz"}
"""Of each content coding that is served."""

# Compressed already; trying again would take time and gain nothing.
_COMPRESSED = frozenset(
    {
        *(".7z", ".bz2", ".gz", ".rar", ".svgz", ".tbz", ".tgz", ".txz", ".xz", ".zip", ".zst"),
        *(".avif", ".br", ".gif", ".jpeg", ".jpg", ".jxl", ".png", ".webp", ".woff", ".woff2"),
        *(".aac", ".flac", ".m4a", ".m4v", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".ogg"),
        *(".opus", ".webm"),
    }
)

Compress = Callable[[bytes], bytes]
"""Takes the whole of a file; gives the same for the same."""


def is_compressible(name: str) -> bool:
    """Whether a file of that name is worth a try."""
    return posixpath.splitext(name)[1].lower() not in _COMPRESSED


def load_compressors(codings: Iterable[str]) -> dict[str, Compress]:
    """What compresses, by content coding.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for a coding that is not known, and
    for one whose library is not installed.
    """
    return {coding: load_coding(coding, _LOADERS, "STATICFILES_CODINGS") for coding in codings}


def installed() -> tuple[str, ...]:
    """All codings whose libraries are there."""
    found = []
    for coding, load in _LOADERS.items():
        try:
            load()
        except ImportError:
            continue
        found.append(coding)
    return tuple(found)


def _load_zstd() -> Compress:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        import zstandard

        # A window of 8 MiB at most: clients need not have more (RFC 9659).
        parameters = zstandard.ZstdCompressionParameters.from_level(19, window_log=23)
        return lambda data: zstandard.ZstdCompressor(compression_params=parameters).compress(data)
    options = {
        zstd.CompressionParameter.compression_level: 19,
        zstd.CompressionParameter.window_log: 23,
    }
    return lambda data: bytes(zstd.compress(data, options=options))


def _load_br() -> Compress:
    import brotli

    return lambda data: bytes(brotli.compress(data, quality=11))


def _load_gzip() -> Compress:
    return lambda data: gzip.compress(data, 9, mtime=0)


_LOADERS: dict[str, Callable[[], Compress]] = {
    "zstd": _load_zstd,
    "br": _load_br,
    "gzip": _load_gzip,
}
