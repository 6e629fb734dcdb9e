"""The package as text: which names a module has, and where each of them is defined."""

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | Function | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Module:
    """A module by its dotted name, parsed when it is first asked."""

    name: str

    @cached_property
    def tree(self) -> ast.Module:
        base = SOURCE / self.name.replace(".", "/")
        file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        return ast.parse(file.read_text("utf-8"))

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        return definitions(self.tree.body)

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """The module and the name there of each name that is imported, for type checkers too."""
        return {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    @cached_property
    def public(self) -> list[str]:
        """``__all__``, or what is defined here under a public name."""
        stated = self.definitions.get("__all__")
        if stated is not None and stated.value is not None:
            return ast.literal_eval(stated.value)
        return [name for name in self.definitions if self._is_public(name)]

    def _is_public(self, name: str) -> bool:
        """Without ``__all__`` a value is public if its docstring says what it is."""
        node = self.definitions[name]
        told = isinstance(node, ast.ClassDef | Function) or text_after(self.tree.body, node)
        return not name.startswith("_") and bool(told)

    def find(self, name: str) -> "Thing | None":
        """What *name* is, wherever it is defined; ``None`` outside the package."""
        if name in self.definitions:
            return Thing(self, name)
        home, original = self.imports.get(name, ("", ""))
        return module(home).find(original) if home.startswith("enfilade") else None


@dataclass(frozen=True)
class Thing:
    """A class, function or value, in the module that defines it."""

    module: Module
    name: str

    @property
    def node(self) -> Definition:
        return self.module.definitions[self.name]

    @property
    def bases(self) -> "list[tuple[str, Thing | None]]":
        """Each base of a class as it is written, and what it is if it is of the package."""
        written = [ast.unparse(base).partition("[")[0] for base in self.node.bases]
        return [(name, self.module.find(name)) for name in written]


@cache
def module(name: str) -> Module:
    return Module(name)


def find(name: str) -> tuple[Thing, str] | None:
    """The thing of a dotted name, and its member or ""."""
    home, _, last = name.rpartition(".")
    try:
        thing = module(home).find(last)
    except FileNotFoundError:  # the name before the last is a class
        home, _, owner = home.rpartition(".")
        thing = module(home).find(owner) if home else None
        return (thing, last) if thing else None
    return (thing, "") if thing else None


def definitions(body: list[ast.stmt]) -> dict[str, Definition]:
    """What these statements define, by name; of overloads the last, which is the function."""
    found: dict[str, Definition] = {}
    for node in body:
        if isinstance(node, ast.ClassDef | Function) and not is_setter(node):
            found[node.name] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    return found


def is_setter(node: ast.ClassDef | Function) -> bool:
    return any(isinstance(mark, ast.Attribute) for mark in decorators(node, ("setter", "deleter")))


def decorators(node: ast.ClassDef | Function, names: tuple[str, ...]) -> list[ast.expr]:
    """The decorators of *node* whose last name is one of *names*."""
    return [mark for mark in node.decorator_list if ast.unparse(mark).rpartition(".")[2] in names]


def text_after(body: list[ast.stmt], node: Definition) -> str:
    """The text that stands below an assignment, its docstring."""
    following = body[body.index(node) + 1 :][:1]
    # As the first statement of a module it is found the way its own docstring would be.
    return ast.get_docstring(ast.Module(following, [])) or ""
