"""What a page about an error must not show: passwords, keys, tokens, cookies.

A name decides: whatever is called like a secret is replaced, at any depth, and so is the value
after such a name inside the text of an object. ``also`` are names that the site has declared
secret for this one report.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import islice
from reprlib import Repr
from typing import Any

from enfilade.conf import settings
from enfilade.conf.settings import DEFAULTS
from enfilade.secrecy import HIDDEN, hide_text, is_secret

DEPTH = 6
"""How deep a value is looked into."""

WIDEST = 60
"""How many items of a collection are shown."""

LONGEST = 4096
"""How many characters of a value are shown."""

MOST = 3000
"""How many items are looked at in one value; more of them than can be shown."""


def cleanse(name: object, value: Any, also: Container[str] = ()) -> Any:
    """*value* with everything hidden that is called like a secret.

    Mappings become dicts; ``(name, value)`` pairs as in ASGI's headers count as names too.
    """
    return _Cleanser(also).cleanse(name, value, DEPTH)


class _Cleanser:
    """Goes through one value. Values may hold each other, so its steps are counted."""

    def __init__(self, also: Container[str]) -> None:
        self.also = also
        self.left = MOST

    def cleanse(self, name: object, value: Any, depth: int) -> Any:
        if is_secret(name, self.also):
            return HIDDEN
        if depth == 0:
            return value
        if isinstance(value, Mapping):
            items = self._first(value.items())
            return {key: self.cleanse(key, each, depth - 1) for key, each in items}
        if type(value) is tuple and len(value) == 2 and isinstance(value[0], (str, bytes)):
            return value[0], self.cleanse(value[0], value[1], depth - 1)
        if type(value) in (list, tuple):
            return type(value)(self.cleanse("", each, depth - 1) for each in self._first(value))
        return value

    def _first(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in islice(items, WIDEST + 1):
            if self.left == 0:
                return
            self.left -= 1
            yield item


class _Short(Repr):
    """Representations of bounded size, whatever they are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = DEPTH
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = WIDEST
        self.maxstring = self.maxother = LONGEST


_short = _Short()


def shown(name: object, value: Any, also: Container[str] = ()) -> str:
    """The text to show for a value; never raises, never longer than a few kilobytes."""
    try:
        cleansed = cleanse(name, value, also)
        text = HIDDEN if cleansed is HIDDEN else _short.repr(cleansed)
    except Exception as exc:
        return f"<{type(value).__name__}: its repr() raised {type(exc).__name__}>"
    text = text[: 2 * LONGEST]
    text = hide_text(text, also)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def shown_items(
    items: Iterable[tuple[object, Any]], also: Container[str] = ()
) -> list[tuple[str, str]]:
    """``(name, text)`` of every value, for a table."""
    return [(str(name), shown(name, value, also)) for name, value in items]


def safe_settings() -> list[tuple[str, str]]:
    """Every setting by name, secrets hidden."""
    values = {**DEFAULTS, **settings.explicit()}
    return [(name, shown(name, values[name])) for name in sorted(values)]
