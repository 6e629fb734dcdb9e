"""Dicts with several values under one name: forms, query strings, uploaded files."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Self

__all__ = ["MultiValueDict", "MultiValueDictKeyError"]

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
