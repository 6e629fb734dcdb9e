"""The certificates that are shown now: chosen by the name that a client asks for (SNI, RFC 6066,
3), and read again when their files change.

Handshakes begin with :attr:`Certificates.context`, which never changes and so may be handed to
anybody; its callback then puts the right one in its place. Workers inherit it, with its keys for
session tickets, so that a session can be resumed with another worker.
"""

import logging
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from enfilade.exceptions import DeveloperError
from enfilade.server.options import Options
from enfilade.server.tls.terms import CertificateError, Pair, Terms, build_context, read_terms
from enfilade.server.tls.x509 import Certificate, read_certificate

logger = logging.getLogger("enfilade.server")

GLANCE = 5.0
"""Seconds between two looks at the files, which are only taken when a client comes."""

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """The contexts by the names of their certificates, made of files with these ``stamps``; the
    ``first`` is for a client that asks for none of the names."""

    first: ssl.SSLContext
    by_name: dict[str, ssl.SSLContext]
    stamps: dict[str, Stamp | None]

    def choose(self, name: str | None) -> ssl.SSLContext:
        """The context for *name*: a certificate of its own goes before a wildcard."""
        name = (name or "").lower().rstrip(".")
        exact = self.by_name.get(name)
        if exact is None:
            _, _, parent = name.partition(".")
            exact = self.by_name.get(f"*.{parent}", self.first)
        return exact


class Certificates:
    """What *terms* name, loaded; raises :exc:`CertificateError` if it cannot be.

    ``context`` is for :meth:`ssl.SSLContext.wrap_bio` and the like.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._wardrobe = dress(terms)
        self._looked = monotonic()
        self.context = build_context(terms.pairs[0], terms)
        self.context.sni_callback = self._choose

    def refresh(self) -> None:
        """Read the files again if they have changed; those that cannot be used change nothing,
        which is logged once."""
        self._looked = monotonic()
        stamps = _stamps(self._terms)
        if stamps == self._wardrobe.stamps:
            return
        try:
            self._wardrobe = dress(self._terms)
        except DeveloperError as error:
            logger.error("the old certificates are kept: %s", error)
            old = self._wardrobe
            self._wardrobe = Wardrobe(old.first, old.by_name, stamps)
        else:
            logger.info("the certificates have been read again")

    def _choose(
        self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext
    ) -> None:
        if monotonic() - self._looked >= GLANCE:
            self.refresh()
        connection.context = self._wardrobe.choose(name)


def load_certificates(options: Options) -> Certificates | None:
    """Those that *options* name, if any; raises :exc:`CertificateError`."""
    terms = read_terms(options)
    return Certificates(terms) if terms.pairs else None


def dress(terms: Terms) -> Wardrobe:
    """Read the files of *terms*; raises :exc:`CertificateError`."""
    stamps = _stamps(terms)
    contexts = [build_context(pair, terms) for pair in terms.pairs]
    by_name: dict[str, ssl.SSLContext] = {}
    for pair, context in zip(terms.pairs, contexts, strict=True):
        for name in _inspect(pair).names:
            by_name.setdefault(name, context)
    return Wardrobe(contexts[0], by_name, stamps)


def _inspect(pair: Pair) -> Certificate:
    try:
        certificate = read_certificate(Path(pair.certificate).read_text("latin-1"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CertificateError(f"Cannot read {pair.certificate}: {reason}.") from error
    now = datetime.now(UTC)
    if certificate.not_after < now:
        logger.warning("%s expired on %s", pair.certificate, certificate.not_after.date())
    elif certificate.not_before > now:
        logger.warning("%s is not valid until %s", pair.certificate, certificate.not_before)
    return certificate


def _stamps(terms: Terms) -> dict[str, Stamp | None]:
    return {path: _stamp(path) for path in terms.files}


def _stamp(path: str) -> Stamp | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
