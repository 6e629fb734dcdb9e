"""gzip for every response of 200 bytes and more, of whatever media type.

Behaviour: Django 5.2's ``django.middleware.gzip``. What differs: ``Accept-Encoding`` is read as
RFC 9110, 12.5.3, says, and no chunk of a stream waits for the next.
:class:`enfilade.middleware.compression.CompressionMiddleware` has more codings and leaves alone
what is compressed already.
"""

from enfilade.middleware.codings import gzip_writer
from enfilade.middleware.encoding import EncodingMiddleware

__all__ = ["GZipMiddleware"]


class GZipMiddleware(EncodingMiddleware):
    """Compresses what comes out for clients that accept gzip, where that makes it shorter.

    A strong ``ETag`` becomes a weak one. ``max_random_bytes`` is against the BREACH attack, which
    learns a secret of a page from how well it compresses together with what the attacker sends.
    """

    writers = {"gzip": gzip_writer}
