"""Compression in the coding that the client likes best, for what compression makes smaller.

``COMPRESSION_ENCODINGS`` names the codings on offer. Enfilade's own; Django has gzip alone.
"""

from functools import lru_cache

from enfilade.conf import settings
from enfilade.exceptions import MiddlewareNotUsed
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.codings import writer_maker
from enfilade.middleware.encoding import EncodingMiddleware
from enfilade.middleware.mixin import GetResponse

__all__ = ["CompressionMiddleware", "is_compressed_already"]

_COMPRESSED = ("audio/", "font/woff", "image/", "video/")
_COMPRESSIBLE = frozenset(
    {"image/bmp", "image/svg+xml", "image/vnd.microsoft.icon", "image/x-icon", "image/x-ms-bmp"}
)
_ARCHIVES = frozenset(
    f"application/{name}"
    for name in (
        "gzip", "java-archive", "pdf", "vnd.rar", "x-7z-compressed", "x-brotli", "x-bzip",
        "x-bzip2", "x-compress", "x-gzip", "x-rar-compressed", "x-xz", "zip", "zstd",
    )
)  # fmt: skip
_OFFICE = ("application/vnd.oasis.opendocument.", "application/vnd.openxmlformats-")


class CompressionMiddleware(EncodingMiddleware):
    """Compresses what comes out, as :class:`~enfilade.middleware.gzip.GZipMiddleware` does, but:

    in any of ``COMPRESSION_ENCODINGS``; not what its media type says is compressed already; not
    under ``Cache-Control: no-transform``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.writers = {name: writer_maker(name) for name in settings.COMPRESSION_ENCODINGS}
        if not self.writers:
            raise MiddlewareNotUsed("COMPRESSION_ENCODINGS is empty.")

    def may_be_encoded(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Not if the site says that nobody shall (RFC 9111, 5.2.2.6)."""
        control = response.headers.get("Cache-Control")
        if control and "no-transform" in control.lower():
            return False
        return super().may_be_encoded(request, response)

    def is_worthwhile(self, response: HttpResponseBase) -> bool:
        """Not for what is short, or compressed by itself."""
        media_type = response.headers.get("Content-Type") or ""
        return super().is_worthwhile(response) and not is_compressed_already(media_type)


@lru_cache(maxsize=64)
def is_compressed_already(content_type: str) -> bool:
    """Whether content of this type would not become smaller: pictures, films, archives.

    >>> is_compressed_already("image/png"), is_compressed_already("image/svg+xml; charset=utf-8")
    (True, False)
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in _COMPRESSIBLE:
        return False
    return (
        media_type in _ARCHIVES
        or media_type.endswith("+zip")
        or media_type.startswith(_COMPRESSED + _OFFICE)
    )
