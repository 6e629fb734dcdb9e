"""Query strings and forms: several values under one name, in the order they were sent.

:class:`MultiValueDict` is a dict whose values are lists and whose look-ups give the last one;
:class:`QueryDict` is one made from ``application/x-www-form-urlencoded`` text (WHATWG URL, 5.1)
and immutable unless asked otherwise. The interface is Django's.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self
from urllib.parse import quote, quote_plus, unquote

from enfilade.conf import settings
from enfilade.exceptions import TooManyFieldsSent

__all__ = ["MultiValueDict", "MultiValueDictKeyError", "QueryDict", "parse_query"]

_missing = object()

# MultiValueDict has a method of that name.
_Dict = dict


class MultiValueDictKeyError(KeyError):
    """No value of this name was sent."""


class MultiValueDict(dict[str, Any]):
    """A dict of lists that answers with the last value of each.

    >>> sizes = MultiValueDict({"size": ["s", "m"]})
    >>> sizes["size"], sizes.getlist("size"), sizes.getlist("colour")
    ('m', ['s', 'm'], [])
    """

    def __init__(self, key_to_list_mapping: Any = ()) -> None:
        super().__init__(key_to_list_mapping)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {super().__repr__()}>"

    def __getitem__(self, key: str) -> Any:
        """The last value, ``[]`` where the list is empty; :exc:`MultiValueDictKeyError`."""
        values = dict.get(self, key, _missing)
        if values is _missing:
            raise MultiValueDictKeyError(key)
        return values[-1] if values else []

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, [value])

    def get(self, key: str, default: Any = None) -> Any:
        """The last value, or *default* where there is none."""
        values = dict.get(self, key)
        return values[-1] if values else default

    def getlist(self, key: str, default: Any = None) -> Any:
        """A new list of the values, or *default* (an empty list) where the name is absent."""
        values = dict.get(self, key, _missing)
        if values is _missing:
            return [] if default is None else default
        return None if values is None else list(values)

    def setlist(self, key: str, list_: Any) -> None:
        """Replace all values of *key*."""
        dict.__setitem__(self, key, list_)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The last value, after setting *default* as the only one if *key* is absent."""
        if key not in self:
            self[key] = default
        return self[key]

    def setlistdefault(self, key: str, default_list: Any = None) -> list[Any]:
        """The list itself, after setting *default_list* if *key* is absent."""
        if key not in self:
            self.setlist(key, [] if default_list is None else default_list)
        values: list[Any] = dict.__getitem__(self, key)
        return values

    def appendlist(self, key: str, value: Any) -> None:
        """Add one more value of *key*."""
        self.setlistdefault(key).append(value)

    def items(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        """``(name, last value)`` pairs."""
        return ((key, self[key]) for key in self)

    def values(self) -> Iterator[Any]:  # type: ignore[override]
        """The last value of each name."""
        return (self[key] for key in self)

    def lists(self) -> Iterator[tuple[str, list[Any]]]:
        """``(name, all values)`` pairs."""
        return iter(super().items())

    def dict(self) -> _Dict[str, Any]:
        """A plain dict of the last values."""
        return {key: self[key] for key in self}

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add to the lists that are there instead of replacing them."""
        if len(args) > 1:
            raise TypeError(f"update expected at most 1 argument, got {len(args)}")
        for source in (*args, kwargs):
            if isinstance(source, MultiValueDict):
                for key, values in source.lists():
                    self.setlistdefault(key).extend(values)
            else:
                pairs = source.items() if isinstance(source, Mapping) else source
                for key, value in pairs:
                    self.setlistdefault(key).append(value)

    def copy(self) -> Self:
        """A copy whose lists are its own."""
        return copy.copy(self)

    def __copy__(self) -> Self:
        return type(self)([(key, values[:]) for key, values in self.lists()])

    def __deepcopy__(self, memo: _Dict[int, Any]) -> Self:
        result = type(self)()
        memo[id(self)] = result
        for key, values in self.lists():
            dict.__setitem__(result, copy.deepcopy(key, memo), copy.deepcopy(values, memo))
        return result

    def __getstate__(self) -> _Dict[str, Any]:
        return {**self.__dict__, "_data": dict(self.lists())}

    def __setstate__(self, state: _Dict[str, Any]) -> None:
        for key, values in state.pop("_data", {}).items():
            dict.__setitem__(self, key, values)
        self.__dict__.update(state)


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
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            yield _decode_component(name, encoding), _decode_component(value, encoding)


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

    def __deepcopy__(self, memo: _Dict[int, Any]) -> Self:
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
            data = str(value).encode(encoding)
            return quote(data, safe) if safe else quote_plus(data)

        return "&".join(
            f"{encode(key)}={encode(value)}" for key, values in self.lists() for value in values
        )
