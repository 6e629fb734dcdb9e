"""The entry of one name: signature, docstring, and the members of a class."""

import ast
import re
from collections.abc import Callable, Iterator

from reference_pages.classes import Member, is_public, maker, members, shown_value
from reference_pages.prose import markdown, summary
from reference_pages.signatures import annotated, of_class, of_function
from reference_pages.source import Function, Thing, find, text_after

Address = Callable[[Thing, str], str | None]
"""From a thing, and a member of it or "", to where it is told of."""


class Entry:
    """Writes the entry of *thing*; links go where *address* says."""

    def __init__(self, thing: Thing, address: Address) -> None:
        self.thing = thing
        self.address = address
        self.docstring = docstring_of(thing)

    def text(self) -> str:
        return "\n".join(block.rstrip() + "\n" for block in self._blocks() if block)

    def link(self, name: str) -> str | None:
        """A name in a docstring: of this class, of the module, or with its module."""
        home, _, last = name.rpartition(".")
        if home.startswith("enfilade"):
            return self.address(*found) if (found := find(name)) else None
        if not home and last in self._members():
            return self.address(self.thing, last)
        thing = self.thing.module.find(home or last)
        return self.address(thing, last if home else "") if thing else None

    def _blocks(self) -> Iterator[str]:
        node = self.thing.node
        yield f"### `{self.thing.name}`"
        if isinstance(node, Function):
            yield fenced(of_function(node, node.name))
            yield markdown(self.docstring, self.link)
        elif isinstance(node, ast.ClassDef):
            yield from self._class()
        else:
            yield fenced(ast.unparse(node))
            yield markdown(self.docstring, self.link)

    def _class(self) -> Iterator[str]:
        found = self._members()
        made_by = maker(self.thing)
        yield fenced(of_class(self.thing, made_by.node if made_by else None))
        if bases := [text for base in self.thing.bases if (text := self._base(*base))]:
            yield f"Made from {', '.join(bases)}."
        yield markdown(self.docstring, self.link)
        if made_by and made_by.owner == self.thing:
            yield markdown(made_by.docstring, self.link)
        public = [member for member in found.values() if self._is_worth_telling(member)]
        yield "\n".join(self._attribute(each) for each in public if not each.is_method)
        for member in public:
            if member.is_method:
                yield from self._method(member)

    def _members(self) -> dict[str, Member]:
        if not isinstance(self.thing.node, ast.ClassDef):
            return {}
        return members(self.thing, lambda base: self.address(base, "") is not None)

    def _is_worth_telling(self, member: Member) -> bool:
        """Not what a base with an entry of its own tells already."""
        inherited = member.is_method and not member.docstring
        return is_public(member) and not (inherited and self._is_told_elsewhere(member))

    def _is_told_elsewhere(self, member: Member) -> bool:
        bases = [base for _, base in self.thing.bases if base]
        return any(member.name in members(base, lambda _: False) for base in bases)

    def _base(self, name: str, base: Thing | None) -> str:
        """Empty for a base of the package that is no public name: its members are listed here."""
        address = base and self.address(base, "")
        if address:
            return f"[`{name}`]({address})"
        return "" if base else f"`{name}`"

    def _attribute(self, member: Member) -> str:
        node = member.node
        if isinstance(node, Function):
            shown = annotated(member.name, node.returns)
        elif isinstance(node, ast.AnnAssign):
            shown = annotated(member.name, node.annotation, shown_value(node.value))
        else:
            shown = annotated(member.name, None, shown_value(node.value))
        text = summary(member.docstring, self.link)
        return f"- `{shown}`" + (f": {text}" if text else "")

    def _method(self, member: Member) -> Iterator[str]:
        name = f"{self.thing.name}.{member.name}"
        static = any(ast.unparse(mark) == "staticmethod" for mark in member.node.decorator_list)
        yield f"#### `{name}()`"
        yield fenced(of_function(member.node, member.name, bound=not static))
        yield markdown(member.docstring, self.link)


def docstring_of(thing: Thing) -> str:
    node = thing.node
    if isinstance(node, ast.ClassDef | Function):
        return ast.get_docstring(node) or ""
    return text_after(thing.module.tree.body, node)


def fenced(code: str) -> str:
    return f"```py\n{code}\n```"


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")
