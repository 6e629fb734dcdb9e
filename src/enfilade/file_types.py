"""The media type of a file, by its name alone: the same on every machine, and the same whether the
server or the framework sends it."""

import mimetypes
import posixpath

__all__ = ["media_type"]

_TYPES = mimetypes.MimeTypes()  # Python's table, without the files of the machine
# What that lacks in some version, or has by an older name.
_OURS = {
    ".avif": "image/avif",
    ".gz": "application/gzip",
    ".br": "application/x-brotli",
    ".zst": "application/zstd",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".svgz": "image/svg+xml",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


def media_type(name: str) -> str:
    """The value of ``Content-Type``; texts are said to be UTF-8."""
    extension = posixpath.splitext(name)[1].lower()
    guessed = _OURS.get(extension) or _TYPES.guess_type(f"x{extension}")[0]
    found = guessed or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found
