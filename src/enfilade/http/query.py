"""Query strings and forms: ``application/x-www-form-urlencoded`` (WHATWG URL, 5.1) as a dict.

:class:`QueryDict` is a dict of several values under one name, immutable unless asked otherwise.
The interface is Django's.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any, Self
from urllib.parse import quote, quote_plus, unquote

from enfilade.conf import settings
from enfilade.exceptions import TooManyFieldsSent
from enfilade.http.multi_value import MultiValueDict, MultiValueDictKeyError

__all__ = ["MultiValueDict", "MultiValueDictKeyError", "QueryDict", "parse_query"]


def _decode_component(text: str, encoding: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, encoding, "replace") if "%" in text else text


def parse_query(
    text: str, encoding: str = "utf-8", max_fields: int | None = None
) -> Iterator[tuple[str, str]]:
    """The ``(name, value)`` pairs of ``a=1&b=2`` in order; a name without ``=`` has ``""``.

    Raises :exc:`~enfilade.exceptions.TooManyFieldsSent` before the first pair when there may
    be more than *max_fields*.
    """
    if max_fields is not None and text and text.count("&") >= max_fields:
        raise TooManyFieldsSent(
            "The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS."
        )
    plain = "%" not in text and "+" not in text
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            if not plain:
                name, value = _decode_component(name, encoding), _decode_component(value, encoding)
            yield name, value


def _decode_query(query_string: bytes, encoding: str) -> str:
    try:
        return query_string.decode(encoding)
    except UnicodeDecodeError:
        # Some clients send raw bytes of another encoding; in this one all bytes are characters.
        return query_string.decode("iso-8859-1")


class QueryDict(MultiValueDict):
    """The parameters of a query string or a form.

    ``query_string`` is text or bytes; ``encoding`` is that of the percent-encoded bytes, by
    default ``DEFAULT_CHARSET``. Changing an immutable one raises :exc:`AttributeError`.
    """

    # Also what an instance has while it is being unpickled.
    _mutable = True
    _encoding: str | None = None

    def __init__(
        self,
        query_string: str | bytes | None = None,
        mutable: bool = False,
        encoding: str | None = None,
    ) -> None:
        self._encoding = encoding or settings.DEFAULT_CHARSET
        self._mutable = mutable
        if query_string:
            self._fill(query_string)

    def _fill(self, query_string: str | bytes) -> None:
        encoding = self.encoding
        if isinstance(query_string, bytes):
            query_string = _decode_query(query_string, encoding)
        values_of = dict.setdefault
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        for name, value in parse_query(query_string, encoding, limit):
            values_of(self, name, []).append(value)

    @classmethod
    def fromkeys(  # type: ignore[override]
        cls,
        iterable: Iterable[str],
        value: str = "",
        mutable: bool = False,
        encoding: str | None = None,
    ) -> Self:
        """*value* under each name, once more for every time the name is repeated."""
        result = cls("", mutable=True, encoding=encoding)
        for key in iterable:
            result.appendlist(key, value)
        result._mutable = mutable
        return result

    @property
    def encoding(self) -> str:
        """The encoding of bytes that come in and of :meth:`urlencode`."""
        if self._encoding is None:
            self._encoding = settings.DEFAULT_CHARSET
        return self._encoding

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding = value

    def _assert_mutable(self) -> None:
        if not self._mutable:
            raise AttributeError("This QueryDict instance is immutable")

    def _text(self, value: Any) -> Any:
        return str(value, self.encoding, "replace") if isinstance(value, bytes) else value

    def __setitem__(self, key: str, value: Any) -> None:
        self._assert_mutable()
        super().__setitem__(self._text(key), self._text(value))

    def __delitem__(self, key: str) -> None:
        self._assert_mutable()
        super().__delitem__(key)

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]
        self._assert_mutable()
        self.update(other)
        return self

    def setlist(self, key: str, list_: Iterable[Any]) -> None:
        self._assert_mutable()
        super().setlist(self._text(key), [self._text(value) for value in list_])

    def setlistdefault(self, key: str, default_list: Any = None) -> list[Any]:
        self._assert_mutable()
        return super().setlistdefault(self._text(key), default_list)

    def appendlist(self, key: str, value: Any) -> None:
        super().appendlist(key, self._text(value))

    def setdefault(self, key: str, default: Any = None) -> Any:
        self._assert_mutable()
        return super().setdefault(self._text(key), default)

    def pop(self, key: str, *args: Any) -> Any:
        self._assert_mutable()
        return super().pop(key, *args)

    def popitem(self) -> tuple[str, Any]:
        self._assert_mutable()
        return super().popitem()

    def clear(self) -> None:
        self._assert_mutable()
        super().clear()

    def copy(self) -> Self:
        """A mutable deep copy."""
        return copy.deepcopy(self)

    def __copy__(self) -> Self:
        result = type(self)("", mutable=True, encoding=self.encoding)
        for key, values in self.lists():
            result.setlist(key, values)
        return result

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        result = type(self)("", mutable=True, encoding=self.encoding)
        memo[id(self)] = result
        for key, values in self.lists():
            result.setlist(copy.deepcopy(key, memo), copy.deepcopy(values, memo))
        return result

    def urlencode(self, safe: str | None = None) -> str:
        """The parameters as a query string.

        Spaces become ``+``; with *safe*, a string of characters to leave alone, ``%20``.
        """
        encoding = self.encoding

        def encode(value: Any) -> str:
            # What the encoding does not have is written as in HTML (WHATWG URL, 1.3).
            data = str(value).encode(encoding, "xmlcharrefreplace")
            return quote(data, safe) if safe else quote_plus(data)

        return "&".join(
            f"{encode(key)}={encode(value)}" for key, values in self.lists() for value in values
        )
