"""Checks of compression."""

from collections.abc import Iterator
from functools import partial

from enfilade.conf import settings
from enfilade.explain.checks.finding import Finding, told
from enfilade.explain.checks.used import is_used
from enfilade.middleware.codings import writer_maker

COMPRESSION = "enfilade.middleware.compression.CompressionMiddleware"


def check_codings() -> Iterator[Finding]:
    """compression.E001: COMPRESSION_ENCODINGS names a coding that cannot be made here."""
    if not is_used(COMPRESSION):
        return
    hint = "Name 'zstd', 'br' or 'gzip'; the first two need enfilade[compression]."
    for coding in settings.COMPRESSION_ENCODINGS:
        ask = partial(writer_maker, coding)
        yield from told("compression.E001", "COMPRESSION_ENCODINGS", ask, hint)
