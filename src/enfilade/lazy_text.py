"""Texts that are worked out when somebody looks: in the language of the moment, for example."""

from typing import Any

__all__ = ["LazyString", "LazyText"]


class LazyText:
    """Marks what stands for a text that is worked out anew by each ``str()``."""


class LazyString(LazyText):
    """One that otherwise behaves as its text does; a subclass says which by ``__str__``."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(str(self), name)

    def __eq__(self, other: object) -> bool:
        return str(self) == (str(other) if isinstance(other, LazyString) else other)

    def __lt__(self, other: Any) -> bool:
        return str(self) < str(other)

    def __gt__(self, other: Any) -> bool:
        return str(self) > str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __add__(self, other: str) -> str:
        return str(self) + str(other)

    def __radd__(self, other: str) -> str:
        return str(other) + str(self)

    def __mod__(self, values: Any) -> str:
        text: str = str(self) % values
        return text

    def __contains__(self, part: str) -> bool:
        return part in str(self)

    def __getitem__(self, index: Any) -> str:
        return str(self)[index]

    def __len__(self) -> int:
        return len(str(self))

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)
