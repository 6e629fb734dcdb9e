"""Questions about a regular expression that only its syntax tree can answer.

* May what it matches contain a slash, or depend on what stands around it? (:func:`in_segment`)
* Which text does every match begin with? (:func:`leading_text`)
* Which texts, with holes for its groups, would it match? (:func:`reversals`)

The tree is the one that :mod:`re` itself parses (``re._parser``): private, yet the same since
Python 3.11, and a second parser of regular expressions would be wrong sooner. This module is
the only one that knows it.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product, takewhile
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Possibility = tuple[str, tuple[str, ...]]
"""A ``%``-template such as ``"items/%(id)s/"`` and the names in it, in order."""

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_LOOSE = re.IGNORECASE | re.MULTILINE
_NOTHING: list[Possibility] = [("", ())]
_CATEGORY_MEMBERS = {
    "CATEGORY_DIGIT": "0",
    "CATEGORY_NOT_DIGIT": "x",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "x",
    "CATEGORY_WORD": "x",
    "CATEGORY_NOT_WORD": "!",
}


@cache
def in_segment(regex: str) -> bool:
    """Whether *regex* always stays within one path segment and looks at nothing else.

    Then matching it against the text between two slashes says the same as matching it in the
    middle of a route. ``False`` when in doubt.
    """
    tree = _parser.parse(regex)
    return not tree.state.groupdict and all(map(_node_in_segment, tree))


def _node_in_segment(node: tuple[Any, Any]) -> bool:
    kind, argument = str(node[0]), node[1]
    if kind in ("LITERAL", "NOT_LITERAL", "IN"):
        return not _accepts(kind, argument, "/")
    if kind in _REPEATS:
        return all(map(_node_in_segment, argument[2]))
    if kind == "SUBPATTERN":
        return all(map(_node_in_segment, argument[3]))
    if kind == "BRANCH":
        return all(_node_in_segment(inner) for branch in argument[1] for inner in branch)
    # Dots, anchors, look-around, back-references.
    return False


def _accepts(kind: str, argument: Any, character: str) -> bool:
    code = ord(character)
    if kind == "LITERAL":
        return bool(code == argument)
    if kind == "NOT_LITERAL":
        return bool(code != argument)
    if kind == "RANGE":
        return bool(argument[0] <= code <= argument[1])
    if kind == "CATEGORY":
        # A slash is neither a digit, a space nor a word character.
        return "_NOT_" in str(argument)
    negated = str(argument[0][0]) == "NEGATE"
    members = argument[1:] if negated else argument
    return negated is not any(_accepts(str(op), value, character) for op, value in members)


def leading_text(pattern: re.Pattern[str]) -> tuple[str, bool]:
    """The text that every match of *pattern* begins with, and whether it is all of the match."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    if len(tree) == 0:
        return "", True
    anchored = str(tree[0][1]) == "AT_BEGINNING" and not pattern.flags & _LOOSE
    if not anchored:
        return "", False
    rest = tree[1:]
    text = "".join(chr(code) for _, code in takewhile(lambda node: str(node[0]) == "LITERAL", rest))
    return text, len(text) == len(rest)


def reversals(pattern: re.Pattern[str], label: str) -> list[Possibility]:
    """The texts that *pattern* may match, with a hole for each outermost group.

    Unnamed groups are called ``label`` and their number. What is optional occurs once without
    it and, if it holds a group, once with it; of a character class any member stands for all.
    These are guesses: the caller checks the filled text against the pattern.
    """
    tree = _parser.parse(pattern.pattern, pattern.flags)
    names = {number: name for name, number in tree.state.groupdict.items()}
    return _Reverser(names, label).sequence(tree)


class _Reverser:
    def __init__(self, names: dict[int, str], label: str) -> None:
        self.names = names
        self.label = label

    def sequence(self, nodes: Iterable[tuple[Any, Any]]) -> list[Possibility]:
        return join([self.node(str(kind), argument) for kind, argument in nodes])

    def node(self, kind: str, argument: Any) -> list[Possibility]:
        if kind == "SUBPATTERN":
            return self._subpattern(*argument)
        if kind in _REPEATS:
            return self._repeat(*argument)
        if kind == "BRANCH":
            return [option for branch in argument[1] for option in self.sequence(branch)]
        if kind == "ATOMIC_GROUP":
            return self.sequence(argument)
        if kind == "GROUPREF":
            return [(self._hole(argument), ())]
        return [(literal(_representative(kind, argument)), ())]

    def _subpattern(self, group: int | None, _on: int, _off: int, inner: Any) -> list[Possibility]:
        if group is None:
            return self.sequence(inner)
        return [(self._hole(group), (self._name(group),))]

    def _repeat(self, least: int, _most: int, inner: Any) -> list[Possibility]:
        options = self.sequence(inner)
        if least:
            return [(text * least, names * least) for text, names in options]
        return _NOTHING + [option for option in options if option[1]]

    def _name(self, group: int) -> str:
        return self.names.get(group, f"{self.label}{group}")

    def _hole(self, group: int) -> str:
        return f"%({self._name(group)})s"


def literal(text: str) -> str:
    """*text* as it must stand in a ``%``-template."""
    return text.replace("%", "%%")


def join(parts: Sequence[Sequence[Possibility]]) -> list[Possibility]:
    """Every way to choose one possibility of each part, put together."""
    return [
        ("".join(text for text, _ in choice), tuple(n for _, names in choice for n in names))
        for choice in product(*parts)
    ]


def _representative(kind: str, argument: Any) -> str:
    """One character (or none) that the node matches."""
    if kind == "LITERAL":
        return chr(argument)
    if kind == "ANY":
        return "."
    if kind == "RANGE":
        return chr(argument[0])
    if kind == "CATEGORY":
        return _CATEGORY_MEMBERS[str(argument)]
    if kind == "IN" and str(argument[0][0]) != "NEGATE":
        return _representative(str(argument[0][0]), argument[0][1])
    if kind in ("IN", "NOT_LITERAL"):
        return next((c for c in "x0-!" if _accepts(kind, argument, c)), "")
    # Anchors and look-around take no room.
    return ""
