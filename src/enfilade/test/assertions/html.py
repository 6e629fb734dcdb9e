"""HTML as a tree in which only what matters is left, so that two spellings can be compared.

White space is collapsed, and none is left around elements; attributes have no order, nor have
the names in ``class``; ``checked`` is ``checked="checked"``. Comments and the doctype are
nothing. The arguments must be well-formed as far as closing tags go.
"""

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from typing import TypeAlias

Node: TypeAlias = "Element | str"

_SPACE = re.compile(r"[\t\n\f\r ]+")
"""ASCII white space (https://infra.spec.whatwg.org/#ascii-whitespace)."""

_VOID = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr",
    }
)  # fmt: skip
"""Elements that have no end (https://html.spec.whatwg.org/#void-elements)."""

_BOOLEAN = frozenset(
    {
        "allowfullscreen", "async", "autofocus", "autoplay", "checked", "controls", "default",
        "defer", "disabled", "formnovalidate", "hidden", "inert", "ismap", "itemscope", "loop",
        "multiple", "muted", "nomodule", "novalidate", "open", "playsinline", "readonly",
        "required", "reversed", "selected",
    }
)  # fmt: skip
"""Attributes that are there or not (https://html.spec.whatwg.org/#attributes-3)."""


class Element:
    """An element; the document itself is one without a name."""

    def __init__(self, name: str, attributes: tuple[tuple[str, str | None], ...] = ()) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        return (self.name, self.attributes, self.children) == (
            other.name,
            other.attributes,
            other.children,
        )

    __hash__ = None  # type: ignore[assignment]  # it changes while it is being read

    def count(self, needle: "Element") -> int:
        """How often the content of the document *needle* stands in here: elements and texts as
        a whole and side by side, a text alone only where it is all that an element has."""
        wanted = needle.children
        if self.children == wanted:
            return 1
        inside = (child for child in self.children if isinstance(child, Element))
        found = sum(child.count(needle) for child in inside if [child] != wanted)
        alone = len(wanted) == 1 and isinstance(wanted[0], str)
        return found if alone or not wanted else found + _runs(self.children, wanted)

    def lines(self, indent: str = "") -> Iterator[str]:
        """The element in a normal form, a line for each tag and text."""
        inner = indent
        if self.name:
            inner += "  "
            attributes = "".join(
                f" {name}" if value is None else f' {name}="{escape(value)}"'
                for name, value in self.attributes
            )
            yield f"{indent}<{self.name}{attributes}>"
        for child in self.children:
            if isinstance(child, str):
                yield inner + escape(child, quote=False)
            else:
                yield from child.lines(inner)
        if self.name and self.name not in _VOID:
            yield f"{indent}</{self.name}>"


def _runs(children: list[Node], wanted: list[Node]) -> int:
    found = position = 0
    while position + len(wanted) <= len(children):
        if children[position : position + len(wanted)] == wanted:
            found += 1
            position += len(wanted)
        else:
            position += 1
    return found


class _Reader(HTMLParser):
    def __init__(self, subject: str) -> None:
        super().__init__()
        self.subject = subject
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pairs = ((name, _value(name, value)) for name, value in attrs)
        element = Element(tag, tuple(sorted(pairs, key=lambda pair: pair[0])))
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if all(element.name != tag for element in self._open):
            line, column = self.getpos()
            raise AssertionError(
                f"{self.subject} is not valid HTML: unexpected end tag </{tag}> in line {line}, "
                f"column {column}."
            )
        while self._open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            data = children.pop() + data  # type: ignore[operator]
        children.append(data)


def _value(name: str, value: str | None) -> str | None:
    if name in _BOOLEAN and (not value or value == name):
        return None
    if name == "class" and value:
        return " ".join(sorted(_SPACE.split(value.strip())))
    return value or ""


def parse_html(text: str, subject: str) -> Element:
    """The document of *text*. Raises :exc:`AssertionError`, naming *subject*, for an end tag
    without a beginning."""
    reader = _Reader(subject)
    reader.feed(text)
    reader.close()
    _tidy(reader.root)
    return reader.root


def _tidy(element: Element) -> None:
    children: list[Node] = []
    for child in element.children:
        if isinstance(child, str):
            if text := _SPACE.sub(" ", child).strip(" "):
                children.append(text)
        else:
            _tidy(child)
            children.append(child)
    element.children = children
