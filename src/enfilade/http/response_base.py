"""What all responses have: status, header fields, cookies, and a way to be closed.

A response is made for every request, so making one does little: one dict of headers, one list.
Cookies come into being when they are touched.
"""

import datetime
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Unpack

from enfilade.conf import settings
from enfilade.dispatch import request_finished
from enfilade.http.cookies import (
    CookieAttributes,
    SimpleCookie,
    set_cookie,
    set_cookie_lines,
    set_lifetime,
)
from enfilade.http.headers import ResponseHeaders, check_text
from enfilade.reasons import REASONS
from enfilade.types import HeaderList

__all__ = ["HttpResponseBase"]

_CHARSET = re.compile(r";\s*charset=([^\s;]+)", re.IGNORECASE)
# Attributes that belong to one walk, some of them set by enfilade.test.
_OF_THE_REQUEST = frozenset(
    {"_handler_class", "client", "context", "json", "request", "resolver_match", "templates",
     "asgi_request", "wsgi_request", "exc_info"}
)  # fmt: skip
_STATUS_LINES = {code: f"{code} {phrase}" for code, phrase in REASONS.items()}


@lru_cache(maxsize=64)
def _typed(content_type: str) -> ResponseHeaders:
    return ResponseHeaders({"Content-Type": content_type})


@lru_cache(maxsize=64)
def _html(charset: str) -> ResponseHeaders:
    return _typed(f"text/html; charset={charset}")


@lru_cache(maxsize=64)
def _charset_of(content_type: str) -> str | None:
    found = _CHARSET.search(content_type)
    return found[1].replace('"', "") if found else None


def _checked_status(status: Any) -> int:
    try:
        code = int(status)
    except (ValueError, TypeError):
        raise TypeError("HTTP status code must be an integer.") from None
    if not 100 <= code <= 599:
        raise ValueError("HTTP status code must be an integer from 100 to 599.")
    return code


class HttpResponseBase:
    """Everything but the body.

    ``status`` is an integer from 100 to 599 (:exc:`TypeError`, :exc:`ValueError`), ``headers``
    a mapping that may hold ``Content-Type`` only where ``content_type`` is not given.
    """

    status_code = 200
    streaming = False
    closed = False
    # A file that the server may send by itself (PEP 3333, "Optional Platform-Specific File
    # Handling"), in blocks of so many bytes.
    file_to_stream: Any = None
    block_size = 4096
    # Whether the handler asks for_request() once the middleware is done.
    conditional = False

    _charset: str | None = None
    _reason_phrase: str | None = None
    _cookies: SimpleCookie | None = None
    # Set by the handler; the sender of request_finished.
    _handler_class: type | None = None
    _has_been_logged = False

    def __init__(
        self,
        content_type: str | None = None,
        status: int | None = None,
        reason: str | None = None,
        charset: str | None = None,
        headers: Any = None,
    ) -> None:
        self._resource_closers: list[Callable[[], object]] = []
        if charset is not None:
            self._charset = charset
        if content_type is None:
            fields = _html(settings.DEFAULT_CHARSET if charset is None else charset)
        elif type(content_type) is str:
            fields = _typed(content_type)
        else:
            fields = ResponseHeaders({"Content-Type": content_type})
        self.headers = fields.copy()
        if headers:
            self._take(headers, content_type)
        if status is not None:
            self.status_code = _checked_status(status)
        if reason is not None:
            self.reason_phrase = reason

    def _take(self, headers: Any, content_type: str | None) -> None:
        given = ResponseHeaders(headers)
        if content_type and "Content-Type" in given:
            raise ValueError(
                "'headers' must not contain 'Content-Type' when the 'content_type' parameter "
                "is provided."
            )
        given.setdefault("Content-Type", self.headers["Content-Type"])
        self.headers = given

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._description}>"

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in a cache needs: not the request, nor what the test client has added."""
        kept = {name: value for name, value in self.__dict__.items() if name not in _OF_THE_REQUEST}
        return {**kept, "_resource_closers": []}

    @property
    def _description(self) -> str:
        content_type = self.headers.get("Content-Type")
        suffix = "" if content_type is None else f', "{content_type}"'
        return f"status_code={self.status_code}{suffix}"

    @property
    def reason_phrase(self) -> str:
        """The text after the status code; by default that of RFC 9110.

        A line break in it raises :exc:`~enfilade.exceptions.BadHeaderError`.
        """
        if self._reason_phrase is not None:
            return self._reason_phrase
        return REASONS.get(self.status_code, "Unknown Status Code")

    @reason_phrase.setter
    def reason_phrase(self, value: str | None) -> None:
        if value is not None:
            check_text(value)
        self._reason_phrase = value

    @property
    def charset(self) -> str:
        """The body's encoding: as given, else as in ``Content-Type``, else the default."""
        return self._find_charset()

    @charset.setter
    def charset(self, value: str | None) -> None:
        self._charset = value

    def _find_charset(self) -> str:
        # Every text asks, and a call costs less than a property.
        if self._charset is not None:
            return self._charset
        content_type = self.headers.get_content_type()
        return (content_type and _charset_of(content_type)) or settings.DEFAULT_CHARSET

    # Header fields ---------------------------------------------------------------------------

    def __getitem__(self, header: str) -> str:
        return self.headers[header]

    def __setitem__(self, header: str, value: Any) -> None:
        self.headers[header] = value

    def __delitem__(self, header: str) -> None:
        del self.headers[header]

    def __contains__(self, header: object) -> bool:
        return header in self.headers

    def has_header(self, header: str) -> bool:
        """Whether the field is set, whatever its case."""
        return header in self.headers

    def items(self) -> Any:
        """``(name, value)`` pairs, cookies not among them."""
        return self.headers.items()

    def get(self, header: str, alternate: Any = None) -> Any:
        """The field's value, or *alternate*."""
        return self.headers.get(header, alternate)

    def setdefault(self, key: str, value: Any) -> None:
        """Set a field unless it is set."""
        self.headers.setdefault(key, value)

    def serialize_headers(self) -> bytes:
        """The fields as lines, cookies not among them."""
        return "\r\n".join(f"{name}: {value}" for name, value in self.items()).encode("latin-1")

    def wsgi_status(self) -> str:
        """Status code and reason, as PEP 3333's ``start_response`` takes them."""
        usual = _STATUS_LINES.get(self.status_code) if self._reason_phrase is None else None
        return usual or f"{self.status_code} {self.reason_phrase}"

    def wsgi_headers(self) -> HeaderList:
        """All fields, then the cookies, as PEP 3333's ``start_response`` takes them."""
        fields: HeaderList = [*self.headers.items()]
        if self._cookies:
            fields += set_cookie_lines(self._cookies.values())
        return fields

    def asgi_headers(self) -> list[tuple[bytes, bytes]]:
        """All fields, then the cookies, as ASGI's ``http.response.start`` takes them."""
        return [
            (name.lower().encode("ascii"), value.encode("latin-1"))
            for name, value in self.wsgi_headers()
        ]

    # Cookies ---------------------------------------------------------------------------------

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies to set, an ``http.cookies.SimpleCookie``."""
        if self._cookies is None:
            self._cookies = SimpleCookie()
        return self._cookies

    @cookies.setter
    def cookies(self, value: SimpleCookie) -> None:
        self._cookies = value

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: float | datetime.timedelta | None = None,
        expires: str | datetime.datetime | None = None,
        **attributes: Unpack[CookieAttributes],
    ) -> None:
        """Set a cookie (RFC 6265, 4.1).

        ``max_age`` is in seconds, a naive ``expires`` in UTC; :exc:`ValueError` if both are
        given. The attributes are ``path="/"``, ``domain``, ``secure``, ``httponly`` and
        ``samesite`` ("Lax", "Strict" or "None").
        """
        set_cookie(self.cookies, key, value, attributes)
        set_lifetime(self.cookies[key], max_age, expires)

    def set_signed_cookie(self, key: str, value: Any, salt: str = "", **kwargs: Any) -> None:
        """Set a cookie that :meth:`HttpRequest.get_signed_cookie` of the same *salt* verifies.

        Signed is not secret: the client can read it. The other arguments are those of
        :meth:`set_cookie`.
        """
        from enfilade.signing.cookies import sign_cookie

        self.set_cookie(key, sign_cookie(key, value, salt), **kwargs)

    def delete_cookie(
        self, key: str, path: str = "/", domain: str | None = None, samesite: str | None = None
    ) -> None:
        """Make the client forget a cookie; *path* and *domain* must be those it was set with."""
        # Browsers ignore such a cookie when it is not marked as secure.
        prefixed = key.lower().startswith(("__secure-", "__host-"))
        secure = prefixed or (samesite or "").lower() == "none"
        self.set_cookie(
            key,
            max_age=0,
            expires="Thu, 01 Jan 1970 00:00:00 GMT",
            path=path,
            domain=domain,
            secure=secure,
            samesite=samesite,
        )

    def for_request(self, request: Any) -> "HttpResponseBase":
        """What to send instead, by the conditions of *request*; itself where nothing is."""
        return self

    # The body, as far as it is common to all -------------------------------------------------

    def for_server(self) -> Iterable[bytes]:
        """What a WSGI server iterates over, and closes if that has to be."""
        return self  # type: ignore[return-value]  # a sync response iterates over bytes

    def make_bytes(self, value: Any) -> bytes:
        """*value* as bytes in the response's charset."""
        if isinstance(value, (bytes, memoryview)):
            return bytes(value)
        return str(value).encode(self.charset)

    def close(self) -> None:
        """Called by the server once the body has been sent (PEP 3333).

        Closes what was opened for the response, then sends ``request_finished``. One failing
        closer keeps none of the others from running.
        """
        for closer in self._resource_closers:
            try:  # contextlib.suppress would be made anew for every response
                closer()
            except Exception:  # noqa: S110
                pass
        self._resource_closers.clear()
        self.closed = True
        if request_finished.receivers:
            request_finished.send(sender=self._handler_class)

    def write(self, content: Any) -> None:
        """Add to the body; :exc:`OSError` where that is not possible."""
        raise OSError(f"This {type(self).__name__} instance is not writable")

    def writelines(self, lines: Iterable[Any]) -> None:
        """Add several pieces to the body; :exc:`OSError` where that is not possible."""
        raise OSError(f"This {type(self).__name__} instance is not writable")

    def flush(self) -> None:
        """Nothing: there is no buffer."""

    def tell(self) -> int:
        """The size of the body so far; :exc:`OSError` where that is not known."""
        raise OSError(f"This {type(self).__name__} instance cannot tell its position")

    def readable(self) -> bool:
        """Never."""
        return False

    def seekable(self) -> bool:
        """Never."""
        return False

    def writable(self) -> bool:
        """Whether :meth:`write` works."""
        return False
