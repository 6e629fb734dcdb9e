"""What a page about an error must not show: passwords, keys, tokens, cookies.

A name decides: whatever is called like a secret is replaced, at any depth, and so is the value
after such a name inside the text of an object. ``also`` are names that the site has declared
secret for this one report.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import islice
from reprlib import Repr
from typing import Any, NamedTuple

from enfilade.conf import settings
from enfilade.conf.settings import DEFAULTS

HIDDEN = "••••••••"
DEPTH = 6
"""How deep a value is looked into."""

WIDEST = 60
"""How many items of a collection are shown."""

LONGEST = 4096
"""How many characters of a value are shown."""

MOST = 3000
"""How many items are looked at in one value; more of them than can be shown."""

# AUTH, but not an author.
_secret = re.compile(
    r"API|AUTH(?!OR(?!I))|TOKEN|KEY|SECRET|PASS|PWD|SIGNATURE|CREDENTIAL|BEARER|JWT|CSRF_COOKIE"
    r"|HTTP_COOKIE|^COOKIE$|SESSION_?ID|SESSID|^SID$",
    re.IGNORECASE,
).search


class _Form(NamedTuple):
    """One way of writing a name (group 1) and its value. The value is looked for only behind a
    secret's name, since in that of any other name there may be names again."""

    name: re.Pattern[str]
    value: re.Pattern[str]

    def hide(self, text: str, also: Container[str]) -> str:
        """*text* without the values that stand behind the names of secrets."""
        pieces: list[str] = []
        kept = 0
        for found in self.name.finditer(text):
            if found.start() < kept or not is_secret(found[1], also):
                continue
            if value := self.value.match(text, found.end()):
                pieces += text[kept : found.end()], HIDDEN
                kept = value.end()
        return "".join([*pieces, text[kept:]])


# All quantifiers are possessive or bounded, so that a long text costs no more than its length.
_QUOTED = r"""b?(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")"""
_WORD = r"""(?!(?:True|False|None)\b)[^\s,;&(){}\[\]<>'"\\]++"""

# As in a repr (name='…', 'name': 7), in JSON inside of a text (\"name\": \"…\"), in what a
# database driver calls a DSN (name=…).
_assignment = _Form(
    re.compile(r"""(?<![\w-])([\w-]++)(?:\\*+['"]\s*+[=:]|\s*+=|\s*+:(?=\s*+b?['"]))(?!=)\s*+"""),
    re.compile(rf"""{_QUOTED}|\\++['"][^\\]*+|{_WORD}|[(\[][^()\[\]]*+[)\]]"""),
)
# As in a set, a deque or a list of lists: ('name', '…').
_pair = _Form(
    re.compile(r"""(?<=[(\[])b?['"]([\w-]++)['"],\s"""), re.compile(rf"{_QUOTED}(?=[)\]])")
)
# As in the repr of a body that was sent as multipart/form-data.
_part = _Form(
    re.compile(r"""(?<=name=")([\w-]++)"(?:(?!\\r\\n\\r\\n).){0,300}+\\r\\n\\r\\n"""),
    re.compile(r"(?:(?!\\r\\n--).)*+"),
)
# As in a query or a form.
_field = _Form(re.compile(r"""(?:^|(?<=[?&;#'"]))([\w-]++)="""), re.compile(r"""[^&;#\s'"]++"""))

# The password of an address such as that of a database (RFC 3986, 3.2.1).
_password = re.compile(r"""(?<=://)([^\s/?#@:'"]*+:)[^\s/?#@'"]++(?=@)""")

# What follows the scheme in an Authorization field (RFC 7617, RFC 6750).
_credentials = re.compile(r"\b(Basic|Bearer)(\s++)[\w.~+/-]{16,}+=*+", re.IGNORECASE)


def is_secret(name: object, also: Container[str] = ()) -> bool:
    """Whether a value of this name has to be hidden."""
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    return isinstance(name, str) and (_secret(name) is not None or name in also)


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


def cleanse_text(text: str, also: Container[str] = ()) -> str:
    """*text* without the passwords and the secrets in the queries of the addresses in it, and
    without the credentials of ``Authorization`` fields."""
    text = _password.sub(rf"\1{HIDDEN}", _credentials.sub(rf"\1\2{HIDDEN}", text))
    return _field.hide(text, also)


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
    for form in (_part, _pair, _assignment):
        text = form.hide(text, also)
    text = cleanse_text(text, also)
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
