"""Certificates for tests, made with the openssl program: an authority and what it issues."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from running import program

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


@dataclass(frozen=True)
class Issued:
    """A certificate and its private key, as files."""

    certificate: Path
    key: Path

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """The server's options that show it."""
        return {"certificate": (str(self.certificate),), "key": (str(self.key),)}


class Authority:
    """Signs certificates; its own is the file ``certificate``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate, self._key = folder / "ca.pem", folder / "ca.key"
        _openssl("req", "-x509", "-nodes", *KEY, "-subj", "/CN=An authority", "-days", "2",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign",  # Python 3.13 asks for it
                 "-keyout", self._key, "-out", self.certificate)  # fmt: skip

    def issue(
        self,
        file: str,
        *names: str,
        subject: str = "/O=A site/CN=somebody",
        days: int = 2,
        key: tuple[str, ...] = KEY,
    ) -> Issued:
        """A certificate for DNS *names* (or ``IP:…``), in files that are named for *file*; one
        that has expired where *days* is negative."""
        issued = Issued(self.folder / f"{file}.pem", self.folder / f"{file}.key")
        request, extensions = self.folder / "request", self.folder / "extensions"
        _openssl("req", "-new", "-utf8", "-nodes", *key, "-subj", subject,
                 "-keyout", issued.key, "-out", request)  # fmt: skip
        alternatives = ",".join(n if n.startswith("IP:") else f"DNS:{n}" for n in names)
        extensions.write_text(
            "authorityKeyIdentifier=keyid\n" + (f"subjectAltName={alternatives}\n" if names else "")
        )
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                 "-CAcreateserial", "-days", days, "-extfile", extensions,
                 "-out", issued.certificate)  # fmt: skip
        return issued


def _openssl(*arguments: object) -> None:
    argv = [program("openssl"), *map(str, arguments)]
    subprocess.run(argv, check=True, capture_output=True, timeout=30)
