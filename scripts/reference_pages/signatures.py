"""Signatures as they are written in the source, on one line or one parameter a line."""

import ast
from collections.abc import Iterator

from reference_pages.source import Function, Thing, decorators

WIDEST = 96


def of_function(node: Function, name: str, *, bound: bool = False) -> str:
    """*bound* leaves out the first parameter, which is ``self`` or ``cls``."""
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    parameters = list(_parameters(node.args, bound))
    returns = f" -> {_annotation(node.returns)}" if node.returns else ""
    return _laid_out(prefix + name, parameters, returns)


def of_class(thing: Thing, maker: Function | None) -> str:
    """*maker* is ``__init__`` or ``__new__``, if there is one."""
    if maker is None:
        return _laid_out(f"class {thing.name}", _fields(thing), "")
    return _laid_out(f"class {thing.name}", list(_parameters(maker.args, bound=True)), "")


def annotated(name: str, node: ast.expr | None, value: ast.expr | None = None) -> str:
    """``name: type = value``."""
    kind = f": {_annotation(node)}" if node else ""
    return f"{name}{kind}" + (f" = {ast.unparse(value)}" if value else "")


def _laid_out(before: str, parameters: list[str], after: str) -> str:
    line = f"{before}({', '.join(parameters)}){after}"
    if len(line) <= WIDEST:
        return line
    return "\n".join([f"{before}(", *(f"    {each}," for each in parameters), f"){after}"])


def _fields(thing: Thing) -> list[str]:
    """The parameters of a dataclass."""
    if not decorators(thing.node, ("dataclass",)) and "dataclass(" not in _marks(thing.node):
        return []
    return [
        annotated(entry.target.id, entry.annotation, entry.value)
        for entry in thing.node.body
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name)
    ]


def _marks(node: ast.ClassDef) -> str:
    return " ".join(map(ast.unparse, node.decorator_list))


def _parameters(args: ast.arguments, bound: bool) -> Iterator[str]:
    positional = [*args.posonlyargs, *args.args]
    defaults = [*[None] * (len(positional) - len(args.defaults)), *args.defaults]
    for index, (arg, default) in enumerate(zip(positional, defaults, strict=True)):
        if index or not bound:
            yield annotated(arg.arg, arg.annotation, default)
        if index + 1 == len(args.posonlyargs) and index + 1 > bound:
            yield "/"
    if args.vararg:
        yield "*" + annotated(args.vararg.arg, args.vararg.annotation)
    elif args.kwonlyargs:
        yield "*"
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield annotated(arg.arg, arg.annotation, default)
    if args.kwarg:
        yield "**" + annotated(args.kwarg.arg, args.kwarg.annotation)


def _annotation(node: ast.expr) -> str:
    """Without the quotes of a forward reference."""
    text = ast.unparse(node)
    return text if "Literal" in text else text.replace("'", "")
