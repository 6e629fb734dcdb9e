"""Which names are those of secrets."""

import re
from collections.abc import Container, Iterable

HIDDEN = "••••••••"
"""Stands for what is not shown, however long that is."""

# AUTH, but not an author.
_secret = re.compile(
    r"API|AUTH(?!OR(?!I))|TOKEN|KEY|SECRET|PASS|PWD|SIGNATURE|CREDENTIAL|BEARER|JWT|CSRF_COOKIE"
    r"|HTTP_COOKIE|^(?:SET-)?COOKIE$|SESSION_?ID|SESSID|^SID$|^ENFILADE-TRACE$"
    r"|^HTTP_ENFILADE_TRACE$",
    re.IGNORECASE,
).search

_declared: set[str] = set()


def declare(names: Iterable[str]) -> None:
    """Let *names* be those of secrets in this process from now on, whatever their case, and
    whether their words are parted by ``-`` or by ``_``."""
    _declared.update(map(_plain, names))


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").removeprefix("http_")


def is_secret(name: object, also: Container[str] = ()) -> bool:
    """Whether a value of this name has to be hidden; ``also`` are names that are secret for once.

    Names of any other type than ``str`` and ``bytes`` are not.
    """
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    if not isinstance(name, str):
        return False
    return _secret(name) is not None or name in also or _plain(name) in _declared


_FAILURES = ("Error", "Exception", "Warning", "Failed")


def is_secret_word(word: str, also: Container[str] = ()) -> bool:
    """Whether a value has to be hidden that comes after *word* in some text; what comes after the
    name of a failure (``KeyError: 'page'``) has not."""
    return is_secret(word, also) and not word.endswith(_FAILURES)
