"""The request as views see it; how it came (WSGI, ASGI, by hand) is a subclass's business.

Nearly everything is worked out on first touch: a view that looks at the path pays for the path.
"""

import codecs
import datetime
from typing import Any

from enfilade.exceptions import BadRequest
from enfilade.http.address import RequestAddress
from enfilade.http.body import RequestBody
from enfilade.http.deferred import Deferred
from enfilade.http.headers import HttpHeaders
from enfilade.http.lazy import lazy
from enfilade.http.media_types import ContentNegotiation
from enfilade.http.parameters import parse_header_parameters
from enfilade.http.query import QueryDict
from enfilade.trace import Trace

__all__ = ["RAISE_ERROR", "HttpRequest"]

RAISE_ERROR: Any = object()
"""In place of a default: raise what is wrong instead of returning something."""


# Encodings of which half a surrogate pair may come out, text that no response can hold; and one
# made for host names, which from Python 3.13 on takes anything.
_NOT_OF_FORMS = frozenset({"punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})


class HttpRequest(RequestAddress, RequestBody, ContentNegotiation):
    """An HTTP request; this class itself is an empty one to be filled in by hand.

    ``method`` is upper-case, ``path`` decoded and with the mount point, ``path_info`` without;
    ``META`` has the names of PEP 3333's ``environ``.
    """

    method: str | None = None
    path = ""
    path_info = ""

    # What other steps of the walk add.
    resolver_match: Any = None
    urlconf: Any = None  # None stands for ROOT_URLCONF
    exception_reporter_class: Any = None  # None stands for the default
    # A view may set what its errors are told by: ``(request, exception, status)`` to a response.
    error_response: Any = None  # None stands for the pages
    id = Deferred(needs="enfilade.middleware.request_id.RequestIDMiddleware")
    session = Deferred(needs="enfilade.contrib.sessions.middleware.SessionMiddleware")
    user = Deferred(needs="enfilade.contrib.auth.middleware.AuthenticationMiddleware")
    auser = Deferred(needs="enfilade.contrib.auth.middleware.AuthenticationMiddleware")
    _messages = Deferred(needs="enfilade.contrib.messages.middleware.MessageMiddleware")
    trace: Trace | None = None
    csrf_processing_done = False
    _dont_enforce_csrf_checks = False  # set by enfilade.test

    def __repr__(self) -> str:
        if self.method is None or not self.path:
            return f"<{type(self).__name__}>"
        return f"<{type(self).__name__}: {self.method} {self.get_full_path()!r}>"

    @lazy
    def META(self) -> dict[str, Any]:  # type: ignore[override]
        """Header fields and the server's facts, under the names of ``environ``."""
        return {}

    @lazy
    def GET(self) -> QueryDict:
        """The parameters of the query string."""
        return QueryDict(mutable=True)

    @lazy
    def COOKIES(self) -> dict[str, str]:
        """The cookies sent, by name."""
        return {}

    def get_signed_cookie(
        self,
        key: str,
        default: Any = RAISE_ERROR,
        salt: str = "",
        max_age: float | datetime.timedelta | None = None,
    ) -> Any:
        """The value that :meth:`HttpResponse.set_signed_cookie` signed, with the same *salt*.

        Without a *default*, raises :exc:`KeyError` if there is no such cookie,
        :exc:`~enfilade.signing.BadSignature` if it is not genuine and
        :exc:`~enfilade.signing.SignatureExpired` if it is older than *max_age* seconds.
        """
        from enfilade.signing import BadSignature
        from enfilade.signing.cookies import unsign_cookie

        try:
            return unsign_cookie(key, self.COOKIES[key], salt, max_age)
        except (KeyError, BadSignature):
            if default is RAISE_ERROR:
                raise
            return default

    @lazy
    def headers(self) -> HttpHeaders:  # type: ignore[override]
        """The header fields, by name in any case."""
        return HttpHeaders(self.META)

    @lazy
    def _media_type(self) -> tuple[str, dict[str, str]]:
        try:
            return parse_header_parameters(self.META.get("CONTENT_TYPE", ""))
        except ValueError as error:
            raise BadRequest(f"Malformed Content-Type header: {error}") from error

    @lazy
    def content_type(self) -> str | None:  # type: ignore[override]
        """The media type of the body, lower-case, without parameters."""
        return None if self._made_by_hand else self._media_type[0]

    @lazy
    def content_params(self) -> dict[str, str] | None:
        """The parameters of ``Content-Type``."""
        return None if self._made_by_hand else self._media_type[1]

    @lazy
    def _encoding(self) -> str | None:  # type: ignore[override]
        if ";" not in self.META.get("CONTENT_TYPE", ""):
            return None
        charset = (self.content_params or {}).get("charset")
        if charset is None:
            return None
        try:
            # Some codecs are no text encodings ("hex"), some refuse to replace ("idna").
            b"\xff".decode(charset, "replace")
        except (LookupError, ValueError):
            return None
        return None if codecs.lookup(charset).name in _NOT_OF_FORMS else charset

    @property
    def encoding(self) -> str | None:
        """The encoding of GET and POST; ``None`` stands for ``DEFAULT_CHARSET``.

        By default that of ``Content-Type``. Setting it has both decoded again.
        """
        return self._encoding

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding = value
        self.__dict__.pop("GET", None)
        self.__dict__.pop("_post", None)
