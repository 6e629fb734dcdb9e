"""What a page about an error must not show: passwords, keys, tokens, cookies.

A name decides: whatever is called like a secret is replaced, at any depth, and so is the value
after such a name inside the text of an object. ``also`` are names that the site has declared
secret for this one report.
"""

import re
from collections.abc import Container, Iterable, Mapping
from itertools import islice
from reprlib import Repr
from typing import Any

from enfilade.conf import settings
from enfilade.conf.settings import DEFAULTS

HIDDEN = "••••••••"
DEPTH = 6
"""How deep a value is looked into."""

WIDEST = 60
"""How many items of a collection are shown."""

LONGEST = 4096
"""How many characters of a value are shown."""

_secret = re.compile(
    r"API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE|^COOKIE$|SESSION_?ID|SESSID",
    re.IGNORECASE,
).search

# A name and its value as they stand in a repr (name='…', 'name': "…") and in a query. The
# quantifiers are possessive, so that a long text costs no more than its length.
_assignment = re.compile(
    r"""(?<![\w-])([\w-]++)(['"]?\s*+[=:]\s*+)b?(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")"""
)
_query_field = re.compile(r"""(?:^|(?<=[?&;'"]))([\w-]++)(=)[^&;#\s'"]++""")

# The password of an address such as that of a database (RFC 3986, 3.2.1).
_password = re.compile(r"""(?<=://)([^\s/?#@:'"]*+:)[^\s/?#@'"]++(?=@)""")


def is_secret(name: object, also: Container[str] = ()) -> bool:
    """Whether a value of this name has to be hidden."""
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    return isinstance(name, str) and (_secret(name) is not None or name in also)


def cleanse(name: object, value: Any, also: Container[str] = (), depth: int = DEPTH) -> Any:
    """*value* with everything hidden that is called like a secret.

    Mappings become dicts; ``(name, value)`` pairs as in ASGI's headers count as names too.
    """
    if is_secret(name, also):
        return HIDDEN
    if depth == 0:
        return value
    if isinstance(value, Mapping):
        items = islice(value.items(), WIDEST + 1)
        return {key: cleanse(key, each, also, depth - 1) for key, each in items}
    if type(value) is tuple and len(value) == 2 and isinstance(value[0], (str, bytes)):
        return value[0], cleanse(value[0], value[1], also, depth - 1)
    if type(value) in (list, tuple):
        return type(value)(cleanse("", each, also, depth - 1) for each in islice(value, WIDEST + 1))
    return value


def cleanse_url(text: str, also: Container[str] = ()) -> str:
    """*text* without the passwords, and the secrets in the queries, of the addresses in it."""
    return _hide_values(_query_field, _password.sub(rf"\1{HIDDEN}", text), also)


def _hide_values(pattern: re.Pattern[str], text: str, also: Container[str]) -> str:
    def hidden(found: re.Match[str]) -> str:
        return found[1] + found[2] + HIDDEN if is_secret(found[1], also) else found[0]

    return pattern.sub(hidden, text)


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
    text = cleanse_url(_hide_values(_assignment, text[: 2 * LONGEST], also), also)
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
