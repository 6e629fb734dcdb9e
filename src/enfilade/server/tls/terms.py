"""On what terms TLS is spoken: versions, ciphers, and whether clients show certificates.

The choice is Mozilla's "intermediate" without the DHE suites: every browser since 2014, forward
secrecy always, no CBC. Sources: RFC 9325 (recommendations), RFC 7301 (ALPN).
"""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from enfilade.exceptions import DeveloperError
from enfilade.server.options import Options

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; those of 1.3 are all good, and OpenSSL has its own list of them."""

_VERIFY = {
    "off": ssl.CERT_NONE,
    "optional": ssl.CERT_OPTIONAL,
    "required": ssl.CERT_REQUIRED,
}


class CertificateError(DeveloperError):
    """TLS cannot be spoken with these files."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Where a certificate with its chain is, and its private key, perhaps in the same file."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator has said about TLS; without ``pairs`` there is none."""

    pairs: tuple[Pair, ...]
    client_ca: str
    client_certificates: str

    @property
    def files(self) -> frozenset[str]:
        """Every file that is read."""
        paths = {path for pair in self.pairs for path in (pair.certificate, pair.key)}
        return frozenset(paths | {self.client_ca} - {""})


def read_terms(options: Options) -> Terms:
    """What *options* say about TLS; raises :exc:`CertificateError` for what does not fit."""
    certificates, keys = options.certificate, options.key or options.certificate
    if len(certificates) != len(keys):
        raise CertificateError(
            f"There are {len(certificates)} certificates and {len(keys)} keys.",
            hint="Give --certificate and --key once for each pair, in the same order; or no"
            " --key at all where each key is in its certificate's file.",
        )
    if options.client_ca and not certificates:
        raise CertificateError(
            "--client-ca is of no use without TLS.", hint="Give --certificate and --key, too."
        )
    if (options.client_certificates == "off") != (not options.client_ca):
        raise CertificateError(
            "--client-ca and --client-certificates need each other.",
            hint="Whose certificates are good is in --client-ca PATH; --client-certificates"
            " optional or required asks for them.",
        )
    pairs = tuple(Pair(*paths) for paths in zip(certificates, keys, strict=True))
    return Terms(pairs, options.client_ca, options.client_certificates)


def check_files(terms: Terms) -> None:
    """Raise :exc:`CertificateError` if a file of *terms* is not there, be it readable or not."""
    for path in sorted(terms.files):
        try:
            Path(path).stat()
        except FileNotFoundError as error:
            raise _unreadable(path, error) from error
        except OSError:
            continue


def build_context(pair: Pair, terms: Terms) -> ssl.SSLContext:
    """A context that shows the certificate of *pair*; raises :exc:`CertificateError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    _load_pair(context, pair)
    if terms.client_ca:
        _load_authorities(context, terms.client_ca)
    context.verify_mode = _VERIFY[terms.client_certificates]
    return context


def _load_pair(context: ssl.SSLContext, pair: Pair) -> None:
    try:
        context.load_cert_chain(pair.certificate, pair.key, password=lambda: _refuse_password(pair))
    except ssl.SSLError as error:
        if pair.key == pair.certificate and not _has_key(pair.key):
            raise CertificateError(
                f"{pair.certificate} has no private key.",
                hint="Give the file that has it with --key PATH.",
            ) from error
        raise CertificateError(
            f"{pair.certificate} and {pair.key} are no certificate and key: {_reason(error)}.",
            hint="Both are PEM files; the certificate's own chain follows it in its file.\n"
            "To see whether they belong together, compare what these print:\n"
            f"  openssl x509 -noout -pubkey -in {pair.certificate}\n"
            f"  openssl pkey -pubout -in {pair.key}",
        ) from error
    except OSError as error:
        raise _unreadable(_first_unreadable(pair), error) from error


def _has_key(path: str) -> bool:
    return b"PRIVATE KEY-----" in Path(path).read_bytes()


def _first_unreadable(pair: Pair) -> str:
    """Which of the two OpenSSL has failed at, of which it says nothing."""
    return pair.key if os.access(pair.certificate, os.R_OK) else pair.certificate


def _refuse_password(pair: Pair) -> NoReturn:
    raise CertificateError(
        f"The private key in {pair.key} needs a password, and nobody is there to type it.",
        hint="Keep a key without one that only root can read:\n"
        f"  openssl pkey -in {pair.key} -out new.key && chmod 600 new.key",
    )


def _load_authorities(context: ssl.SSLContext, path: str) -> None:
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise CertificateError(f"{path} has no authorities: {_reason(error)}.") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(what: str, error: OSError) -> CertificateError:
    return CertificateError(
        f"Cannot read {what}: {error.strerror}.",
        hint="Look at the paths, and at who may read them.",
    )


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()
