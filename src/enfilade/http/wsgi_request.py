"""The request made from PEP 3333's ``environ``.

Texts in ``environ`` are bytes in latin-1 disguise (PEP 3333, "Unicode Issues"); those that are
ASCII, nearly all of them, need no decoding.
"""

import re
from contextlib import suppress

from enfilade.conf import settings
from enfilade.http.cookies import parse_cookie_field
from enfilade.http.iri import decode_path
from enfilade.http.lazy import lazy
from enfilade.http.limited_stream import LimitedStream
from enfilade.http.query import QueryDict
from enfilade.http.request import HttpRequest
from enfilade.types import Environ

__all__ = ["WSGIRequest", "get_script_name"]

_SLASHES = re.compile("/+")


def _native(text: str) -> str:
    return text if text.isascii() else decode_path(text)


def get_script_name(environ: Environ) -> str:
    """The mount point as the client sees it, decoded; ``""`` at the root.

    ``FORCE_SCRIPT_NAME`` decides if it is set. Apache's mod_rewrite leaves the address before
    rewriting in ``SCRIPT_URL`` or ``REDIRECT_URL``, which is then what counts.
    """
    forced: str | None = settings.FORCE_SCRIPT_NAME
    if forced is not None:
        return forced
    requested = environ.get("SCRIPT_URL") or environ.get("REDIRECT_URL")
    if not requested:
        mounted = environ.get("SCRIPT_NAME")
        return _native(mounted) if mounted else ""
    # mod_wsgi squashes slashes in PATH_INFO, so the two fit together only after the same here.
    squashed = _SLASHES.sub("/", requested)
    return _native(squashed.removesuffix(environ.get("PATH_INFO", "")))


class WSGIRequest(HttpRequest):
    """A request that came through the WSGI door.

    ``META`` is ``environ`` itself, with ``PATH_INFO`` and ``SCRIPT_NAME`` decoded in place.
    """

    _made_by_hand = False

    def __init__(self, environ: Environ) -> None:
        script_name = get_script_name(environ)
        # The mount point without its slash is asked for: that is the root below it.
        path_info = environ.get("PATH_INFO") or "/"
        if not path_info.isascii():
            path_info = decode_path(path_info)
        environ["PATH_INFO"] = path_info
        environ["SCRIPT_NAME"] = script_name
        self.environ = self.META = environ
        self.path_info = path_info
        self.path = path_info
        if script_name or path_info[0] != "/":
            # Only one slash goes: "//x" is a path of its own (RFC 3986, 3.3).
            self.path = script_name.rstrip("/") + "/" + path_info.removeprefix("/")
        self.method = environ["REQUEST_METHOD"].upper()

    def _get_scheme(self) -> str:
        scheme: str = self.environ.get("wsgi.url_scheme", "http")
        return scheme

    @lazy
    def _stream(self) -> LimitedStream:
        environ = self.environ
        said = environ.get("CONTENT_LENGTH")
        limit: int | None = 0
        if said:
            with suppress(ValueError, TypeError):
                limit = int(said)
        elif environ.get("wsgi.input_terminated"):
            # Not in PEP 3333, but what servers say of a chunked body that ends by itself.
            limit = None
        return LimitedStream(environ["wsgi.input"], limit)

    @lazy
    def GET(self) -> QueryDict:
        """The parameters of the query string."""
        query: str = self.environ.get("QUERY_STRING", "")
        if query.isascii():
            return QueryDict(query, encoding=self._encoding)
        return QueryDict(query.encode("iso-8859-1"), encoding=self._encoding)

    @lazy
    def COOKIES(self) -> dict[str, str]:
        """The cookies sent, by name."""
        return parse_cookie_field(self.environ.get("HTTP_COOKIE", ""))
