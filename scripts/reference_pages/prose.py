"""Docstrings as Markdown."""

import re
from collections.abc import Callable

Link = Callable[[str], str | None]
"""From a name as a docstring has it to the address of its entry, if there is one."""

_ROLE = re.compile(r":(\w+):`(~?)([^`]+)`")
_LITERAL = re.compile(r"``(.+?)``", re.DOTALL)
_DOCTEST = re.compile(r"^>>> (?:.+\n?)+", re.MULTILINE)
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def markdown(docstring: str, link: Link) -> str:
    """Roles become links, literals code, and doctests blocks; Markdown is left as it is."""
    fenced = _DOCTEST.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```\n", docstring)
    parts = _FENCE.split(fenced.strip())
    return "".join(part if part.startswith("```") else _inline(part, link) for part in parts)


def summary(docstring: str, link: Link) -> str:
    """The first paragraph, on one line."""
    return " ".join(markdown(docstring.partition("\n\n")[0], link).split())


def _inline(text: str, link: Link) -> str:
    text = _LITERAL.sub(lambda found: f"`{_one_line(found[1])}`", text)
    return _ROLE.sub(lambda found: _reference(*found.groups(), link), text)


def _reference(role: str, tilde: str, name: str, link: Link) -> str:
    shown = name.rpartition(".")[2] if tilde else name
    code = f"`{shown}()`" if role in ("func", "meth") else f"`{shown}`"
    address = link(name)
    return f"[{code}]({address})" if address else code


def _one_line(text: str) -> str:
    return " ".join(text.split())
