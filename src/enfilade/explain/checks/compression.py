"""Checks of compression."""

from collections.abc import Iterator

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.middleware import is_used
from enfilade.middleware.codings import writer_maker

COMPRESSION = "enfilade.middleware.compression.CompressionMiddleware"


def check_codings() -> Iterator[Finding]:
    """compression.E001: COMPRESSION_ENCODINGS names a coding that cannot be made here."""
    if not is_used(COMPRESSION):
        return
    for coding in settings.COMPRESSION_ENCODINGS:
        try:
            writer_maker(coding)
        except ImproperlyConfigured as error:
            advice = "Name 'zstd', 'br' or 'gzip'; the first two need enfilade[compression]."
            yield Finding(
                "compression.E001", str(error), error.hint or advice, "COMPRESSION_ENCODINGS"
            )
