"""Who may see the profiler in production: whoever has the token, from wherever.

A browser shows it once, in the address that it was given, and gets a cookie for it; a program
sends it with each request (RFC 6750, 2.1). Guesses are compared in a time that tells nothing, and
are few.
"""

import logging
from collections.abc import Container, Iterable
from hashlib import sha256
from hmac import compare_digest
from html import escape
from math import ceil
from urllib.parse import parse_qsl, quote, urlencode

from enfilade.profiler.doors.attempts import Attempts
from enfilade.profiler.doors.hosts import is_known
from enfilade.profiler.doors.pages import give, refuse_host
from enfilade.profiler.doors.session import Sessions, cookie
from enfilade.profiler.page import Fields, Page, lead_to, make_page
from enfilade.reserved import RESERVED, is_reserved
from enfilade.types import Environ, StartResponse, WSGIApplication

logger = logging.getLogger("enfilade.server")

PARAMETER = "token"

HOW = (
    "Open the address that the server printed when it started, or add ?token=… to this one, with"
    " what ENFILADE_TRACE_TOKEN or trace_token in enfilade.toml say. A program sends it as"
    " Authorization: Bearer …"
)

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>{text}</p>
<p><a href="{root}">Try again</a></p>
</body>
</html>
"""


class Gate:
    """*pages*, for who has *token*; *hosts* are as for :class:`~.pages.Pages`."""

    def __init__(
        self,
        pages: WSGIApplication,
        token: str,
        hosts: Container[str] | None = (),
        attempts: Attempts | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        self._pages = pages
        self._token = _digest(token)
        self._hosts = hosts
        self._attempts = attempts or Attempts()
        self._sessions = sessions or Sessions(token)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        page = self._meet(environ)
        if page is None:
            return self._pages(environ, start_response)
        return give(page, environ, start_response)

    def _meet(self, environ: Environ) -> Page | None:
        """What to answer in place of the page that is asked for; ``None`` lets the request in."""
        host = environ.get("HTTP_HOST", "")
        if not is_known(host, self._hosts):
            return refuse_host(host)
        shown = _shown_in_address(environ)
        if shown is None:
            if self._sessions.accepts(environ.get("HTTP_COOKIE", "")):
                return None if is_reserved(environ["PATH_INFO"]) else lead_to(RESERVED)
            shown = _shown_in_field(environ)
            return _ask() if shown is None else self._try(shown, environ["REMOTE_ADDR"])
        return self._try(shown, environ["REMOTE_ADDR"]) or self._let_in(environ)

    def _try(self, shown: str, peer: str) -> Page | None:
        """What to answer to who shows this for the token; ``None`` if it is the token."""
        wait = self._attempts.wait(peer)
        if wait:
            return _too_many(wait)
        if compare_digest(_digest(shown), self._token):
            return None
        if self._attempts.fail(peer):
            logger.warning("%s does not know the profiler's token", peer or "who uses its socket")
        return _notice(403, "This is not the token of the profiler", HOW)

    def _let_in(self, environ: Environ) -> Page:
        """Give a cookie, and lead to the same address without the token."""
        secure = environ["wsgi.url_scheme"] == "https"
        given = cookie(self._sessions.begin(), RESERVED, secure=secure)
        return lead_to(_address_without_token(environ), (("Set-Cookie", given),))


def _digest(text: str) -> bytes:
    """What can be compared in the same time, however long *text* is."""
    return sha256(text.encode("utf-8", "surrogateescape")).digest()


def _shown_in_address(environ: Environ) -> str | None:
    query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    return next((value for name, value in query if name == PARAMETER), None)


def _shown_in_field(environ: Environ) -> str | None:
    scheme, _, credentials = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else None


def _address_without_token(environ: Environ) -> str:
    path = environ["PATH_INFO"]
    if not path.startswith(RESERVED):  # which an address of somebody else's could look like
        return RESERVED
    query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    rest = urlencode([pair for pair in query if pair[0] != PARAMETER])
    return quote(path.encode("latin-1")) + (f"?{rest}" if rest else "")


def _ask() -> Page:
    challenge = ("WWW-Authenticate", 'Bearer realm="Enfilade profiler"')
    return _notice(401, "The profiler wants to see its token", HOW, (challenge,))


def _too_many(wait: float) -> Page:
    seconds = ceil(wait)
    text = f"Tokens are looked at again in {seconds} seconds."
    return _notice(429, "Too many wrong tokens", text, (("Retry-After", str(seconds)),))


def _notice(status: int, title: str, text: str, more: Fields = ()) -> Page:
    return make_page(_PAGE.format(title=title, text=escape(text), root=RESERVED), status, more)
