"""From "GET /path" to a request object, made the way the WSGI handler makes one (step 5)."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from string import punctuation
from urllib.parse import quote, unquote_to_bytes, urlsplit

from enfilade.conf import settings
from enfilade.exceptions import DeveloperError
from enfilade.http.wsgi_request import WSGIRequest
from enfilade.secrecy import hide_text, is_secret
from enfilade.types import Environ

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a method may look like (RFC 9110, sections 5.6.2 and 9.1)."""

_UNPREFIXED = frozenset(("CONTENT_TYPE", "CONTENT_LENGTH"))

_PORTS = {"http": "80", "https": "443"}


class RequestLineError(DeveloperError):
    """The method or the target cannot be those of a request."""


Fields = Sequence[tuple[str, str]]

_IN_PATHS = "/%:@!$&'()*+,;=-._~"
"""What stands in a path as it is (RFC 3986, 3.3), and what is encoded already."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A request as somebody has thought of it; for ``target`` see :func:`build_environ`."""

    method: str
    target: str
    fields: Fields = ()
    body: bytes = b""

    def environ(self) -> Environ:
        """The ``environ`` of it, with a body to be read; raises :exc:`RequestLineError`."""
        return build_environ(self.method, self.target, self.fields, self.body)

    def sent_target(self) -> str:
        """Path and query as a client sends them."""
        _, _, path, query = _split(self.target)
        return quote(path, _IN_PATHS) + (f"?{query}" if query else "")

    def head(self) -> bytes:
        """What a client would send before the body (RFC 9112, 2.1)."""
        host, target = _split(self.target)[1], self.sent_target()
        fields = [*self.fields]
        named = {name.lower() for name, _ in fields}
        if "host" not in named:
            fields.insert(0, ("Host", host))
        if self.body and "content-length" not in named:
            fields.append(("Content-Length", str(len(self.body))))
        lines = [f"{self.method.upper()} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields]
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("iso-8859-1")


def parse_field(text: str) -> tuple[str, str]:
    """Name and value of ``Name: value``, as an ``environ`` has them (PEP 3333): each byte one
    character.

    Raises :exc:`RequestLineError`.
    """
    name, colon, value = text.partition(":")
    if not colon or not _TOKEN.fullmatch(name):
        begin = (text.split() or [""])[0]  # and no more of what may be followed by a secret
        shown = hide_text(name) if colon and name and not is_secret(begin) else begin
        raise RequestLineError(
            f"{shown!r} is not a header field.", hint="Write it as 'Accept-Language: de'."
        )
    return name, value.strip().encode().decode("iso-8859-1")


def check_method(method: str, command: str = "enfilade explain") -> None:
    """Raise :exc:`RequestLineError`, with how it is written behind *command*, for what cannot be a
    method (RFC 9110, 9.1)."""
    if not _TOKEN.fullmatch(method):
        hint = f"Write it first: {command} GET /path/"
        raise RequestLineError(f"{method!r} is not a method.", hint=hint)


def build_environ(method: str, target: str, fields: Fields = (), body: bytes = b"") -> Environ:
    """An ``environ`` for *target*, a path or a whole address, both with or without a query.

    Without an address the host is the first of ``ALLOWED_HOSTS``, and the scheme the one that
    ``SECURE_SSL_REDIRECT`` asks for; a ``Host`` among *fields* is stronger. Raises
    :exc:`RequestLineError`.
    """
    check_method(method)
    scheme, host, path, query = _split(target)
    environ = {
        "REQUEST_METHOD": method.upper(),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("iso-8859-1"),
        "QUERY_STRING": query,
        "HTTP_HOST": host,
        "SERVER_NAME": host,
        "SERVER_PORT": _PORTS[scheme],
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": True,
    }
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ | _field_entries(fields)


def build_request(method: str, target: str, fields: Fields = (), body: bytes = b"") -> WSGIRequest:
    """The request of that ``environ``."""
    return WSGIRequest(build_environ(method, target, fields, body))


def _field_entries(fields: Fields) -> dict[str, str]:
    """The entries of *fields*; equal names are joined, cookies as RFC 6265 has them."""
    entries: dict[str, str] = {}
    for name, value in fields:
        key = name.upper().replace("-", "_")
        if key not in _UNPREFIXED:
            key = f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ", "
        entries[key] = f"{entries[key]}{joint}{value}" if key in entries else value
    return entries


def _split(target: str) -> tuple[str, str, str, str]:
    """Scheme, host, path and query, of which the last is encoded as a browser would."""
    if target.startswith("/"):  # "//x" is a path here, not a host
        path, _, query = target.partition("#")[0].partition("?")
        return _assumed_scheme(), _assumed_host(), path, quote(query, punctuation)
    parts = urlsplit(target)
    if parts.scheme not in _PORTS or not parts.netloc:
        raise RequestLineError(
            f"{target!r} is neither a path nor an address.", hint=_advice(target, parts.scheme)
        )
    return parts.scheme, parts.netloc, parts.path or "/", quote(parts.query, punctuation)


def _advice(target: str, scheme: str) -> str:
    """What to write in the place of *target*."""
    if target == "*":
        return "It is the server as a whole (RFC 9110, 9.3.7) and reaches no route: write a path."
    if scheme in _PORTS:
        return f"An address has a host: {scheme}://example.org/"
    if "://" in target:
        return "An address begins with http:// or https://, a path with /."
    return f"Write /{target} or https://example.org/{target}"


def _assumed_scheme() -> str:
    return "https" if settings.SECURE_SSL_REDIRECT else "http"


def _assumed_host() -> str:
    named = next(iter(settings.ALLOWED_HOSTS), "localhost")
    return "localhost" if named == "*" else str(named).removeprefix(".")
