"""Long lists, cut into pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from enfilade.http import Http404

T = TypeVar("T")
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: its *items*, its *number* from 1, and the whole list's *total*."""

    items: list[T]
    number: int
    total: int
    size: int

    @property
    def last(self) -> int:
        """The number of the last page; an empty list has one, empty, page."""
        return max(1, -(-self.total // self.size))

    @property
    def next(self) -> int | None:
        """The following page's number, or None."""
        return self.number + 1 if self.number < self.last else None

    @property
    def previous(self) -> int | None:
        """The preceding page's number, or None."""
        return self.number - 1 if self.number > 1 else None


def page_number(query: Mapping[str, Any]) -> int:
    """The page that ``?page=`` asks for, 1 by default; :exc:`Http404` if it is no number."""
    asked = query.get("page", "1")
    if asked.isascii() and asked.isdecimal() and len(asked) <= _DIGITS and int(asked) > 0:
        return int(asked)
    raise Http404(f"{asked!r} is no page number.")
