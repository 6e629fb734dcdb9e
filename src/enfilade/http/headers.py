"""Header fields by name, whatever the case: those of a request and those of a response."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from enfilade.exceptions import BadHeaderError

__all__ = ["HttpHeaders", "ResponseHeaders", "check_text"]

_HTTP_PREFIX = "HTTP_"
# CGI's two fields without prefix (RFC 3875, 4.1).
_UNPREFIXED = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


class _CaseInsensitive(Mapping[str, str]):
    """What the two have in common: equality by lower-case name, and a plain ``repr``."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return {name.lower(): value for name, value in self.items()} == {
            name.lower(): value for name, value in other.items()
        }

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(dict(self.items()))


class HttpHeaders(_CaseInsensitive):
    """The request's header fields, a view of ``request.META``.

    Names may be spelled in any case, and with underscores for hyphens; iteration gives them
    in Title-Case.
    """

    HTTP_PREFIX = _HTTP_PREFIX
    UNPREFIXED_HEADERS = _UNPREFIXED

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        try:
            value: str = self._environ[self.to_wsgi_name(name)]
        except KeyError:
            raise KeyError(name) from None
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.to_wsgi_name(name) in self._environ

    def __iter__(self) -> Iterator[str]:
        return filter(None, map(self.parse_header_name, self._environ))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def copy(self) -> "HttpHeaders":
        """Itself: there is nothing to change in it."""
        return self

    @classmethod
    def parse_header_name(cls, header: str) -> str | None:
        """``"HTTP_USER_AGENT"`` -> ``"User-Agent"``; ``None`` for what is not a field."""
        if header.startswith(_HTTP_PREFIX):
            header = header[5:]
            if header in _UNPREFIXED:
                return None
        elif header not in _UNPREFIXED:
            return None
        return header.replace("_", "-").title()

    @classmethod
    def to_wsgi_name(cls, header: str) -> str:
        """``"User-Agent"`` -> ``"HTTP_USER_AGENT"``."""
        name = header.replace("-", "_").upper()
        return name if name in _UNPREFIXED else _HTTP_PREFIX + name

    @classmethod
    def to_asgi_name(cls, header: str) -> str:
        """``"User-Agent"`` -> ``"USER_AGENT"``."""
        return header.replace("-", "_").upper()

    @classmethod
    def to_wsgi_names(cls, headers: Mapping[str, Any]) -> dict[str, Any]:
        """*headers* under the names of ``environ``."""
        return {cls.to_wsgi_name(name): value for name, value in headers.items()}

    @classmethod
    def to_asgi_names(cls, headers: Mapping[str, Any]) -> dict[str, Any]:
        """*headers* under upper-case names with underscores."""
        return {cls.to_asgi_name(name): value for name, value in headers.items()}


def check_text(text: str) -> None:
    """Raise :exc:`~enfilade.exceptions.BadHeaderError` for what would end a line on the wire, or
    a string in a careless recipient (RFC 9110, 5.5)."""
    if "\r" in text or "\n" in text:
        raise BadHeaderError(f"Header values can't contain newlines (got {text!r})")
    if "\0" in text:
        raise BadHeaderError(f"Header values can't contain null characters (got {text!r})")


def _header_name(name: str | bytes) -> str:
    try:
        text = name.decode("ascii") if isinstance(name, bytes) else name.encode("ascii").decode()
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        error.reason += ", HTTP response headers must be in ascii format"
        raise
    check_text(text)
    return text


def _header_value(value: Any) -> str:
    """Latin-1 text without line breaks; anything else as an encoded word (RFC 2047)."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    check_text(text)
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return _encoded_word(text)
    return text


def _encoded_word(value: str) -> str:
    import sys
    from email.header import Header

    return Header(value, "utf-8", maxlinelen=sys.maxsize).encode()


_bare = object.__new__  # without the dict that __init__ makes


class ResponseHeaders(_CaseInsensitive):
    """The response's header fields, one value each (``Set-Cookie`` lives in ``cookies``).

    Names must be ASCII (:exc:`UnicodeError`), values become latin-1 text or an RFC 2047 encoded
    word. Line breaks and null characters raise :exc:`~enfilade.exceptions.BadHeaderError`.
    """

    # lower-case name -> (name as given, value): the pairs are what a gateway wants.
    __slots__ = ("_store",)

    def __init__(self, data: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        self._store: dict[str, tuple[str, str]] = {}
        if data:
            for name, value in data.items() if isinstance(data, Mapping) else _pairs(data):
                self[name] = value

    def __getitem__(self, name: str) -> str:
        return self._store[name.lower()][1]

    def __setitem__(self, name: str | bytes, value: Any) -> None:
        if not (type(name) is str and name.isascii() and name.isprintable()):
            name = _header_name(name)
        if not (type(value) is str and value.isascii() and value.isprintable()):
            value = _header_value(value)
        self._store[name.lower()] = (name, value)

    def set_content_length(self, length: int) -> None:
        """Set ``Content-Length`` unless it is there."""
        if "content-length" not in self._store:
            self._store["content-length"] = ("Content-Length", str(length))

    def get_content_type(self) -> str | None:
        """The value of ``Content-Type``, which every response asks for."""
        entry = self._store.get("content-type")
        return None if entry is None else entry[1]

    def __delitem__(self, name: str) -> None:
        """Remove the field if it is there."""
        self._store.pop(name.lower(), None)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._store

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._store.values())

    def __len__(self) -> int:
        return len(self._store)

    def items(self) -> Any:
        """``(name, value)`` pairs, names spelled as they were given."""
        return self._store.values()

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or *default*."""
        entry = self._store.get(name.lower())
        return default if entry is None else entry[1]

    def pop(self, name: str, default: Any = None) -> Any:
        """Remove the field and return its ``(name, value)``, or *default*."""
        return self._store.pop(name.lower(), default)

    def setdefault(self, name: str, value: Any) -> None:
        """Set the field unless it is there."""
        if name.lower() not in self._store:
            self[name] = value

    def setdefaults(self, others: "ResponseHeaders") -> None:
        """Set each field of *others* unless it is there; they have been checked before.

        They come to stand first, since uniting two dicts costs half of asking for each name.
        """
        self._store = others._store | self._store

    def copy(self) -> "ResponseHeaders":
        """A copy that can be changed on its own."""
        twin = _bare(ResponseHeaders)
        twin._store = self._store.copy()
        return twin


def _pairs(data: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for index, pair in enumerate(data):
        if len(pair) != 2:
            raise ValueError(
                f"dictionary update sequence element #{index} has length {len(pair)}; "
                "2 is required."
            )
        if not isinstance(pair[0], str):
            raise ValueError(f"Element key {pair[0]!r} invalid, only strings are allowed")
        yield pair
