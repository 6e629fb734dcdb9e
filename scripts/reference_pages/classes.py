"""The public members of a class, those of its private bases with it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reference_pages.source import Definition, Function, Thing, decorators, definitions, text_after

PROPERTIES = ("property", "cached_property", "lazy")
LONGEST_VALUE = 50


@dataclass(frozen=True)
class Member:
    """``owner`` is the class whose source has it."""

    name: str
    owner: Thing
    node: Definition | ast.Assign

    @property
    def is_method(self) -> bool:
        return isinstance(self.node, Function) and not decorators(self.node, PROPERTIES)

    @property
    def docstring(self) -> str:
        if isinstance(self.node, Function):
            return ast.get_docstring(self.node) or ""
        body = self.owner.node.body
        return text_after(body, self.node) if self.node in body else ""


def members(thing: Thing, has_entry: Callable[[Thing], bool]) -> dict[str, Member]:
    """By name, the nearest first; bases that have an entry of their own are left to it."""
    found: dict[str, Member] = {}
    for owner in lineage(thing, has_entry):
        own = definitions(owner.node.body)
        for name, node in {**_of_instance(own.get("__init__")), **own}.items():
            found.setdefault(name, Member(name, owner, node))
    return found


def lineage(thing: Thing, has_entry: Callable[[Thing], bool]) -> Iterator[Thing]:
    yield thing
    for _, base in thing.bases:
        if base and isinstance(base.node, ast.ClassDef) and not has_entry(base):
            yield from lineage(base, has_entry)


def maker(thing: Thing) -> Member | None:
    """``__init__`` or ``__new__``, from whichever base has it."""
    every = members(thing, lambda _: False)
    return every.get("__init__") or every.get("__new__")


def is_public(member: Member) -> bool:
    """A method with two underscores is worth telling of where it is told of."""
    special = member.name.startswith("__") and member.name not in ("__init__", "__new__")
    return not member.name.startswith("_") or (special and bool(member.docstring))


def shown_value(node: ast.expr | None) -> ast.expr | None:
    """A value that is short enough for a list, and says something."""
    if node is None or len(ast.unparse(node)) > LONGEST_VALUE:
        return None
    public = isinstance(node, ast.Name) and not node.id.startswith("_")
    return node if public or _is_plain(node) else None


def _is_plain(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _of_instance(maker: Definition | None) -> dict[str, Definition]:
    """What ``__init__`` sets on ``self``."""
    if not isinstance(maker, Function):
        return {}
    types = {arg.arg: arg.annotation for arg in (*maker.args.args, *maker.args.kwonlyargs)}
    found: dict[str, Definition] = {}
    for node in maker.body:
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                found[target.attr] = _declared(target.attr, node, types)
    return found


def _declared(name: str, node: ast.stmt, types: dict[str, ast.expr | None]) -> Definition:
    """The assignment as a declaration: the type is its own, or that of the parameter it takes."""
    annotation = getattr(node, "annotation", None)
    if annotation is None and isinstance(node.value, ast.Name):
        annotation = types.get(node.value.id)
    if annotation is None:
        return ast.Assign([ast.Name(name)], ast.Attribute(ast.Name("self"), name))
    return ast.AnnAssign(ast.Name(name), annotation, None, 1)
