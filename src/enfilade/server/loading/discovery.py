"""Find the application of a folder by reading its files, without importing any of them.

The supervisor runs no code of the application, so it looks for names that a module binds at its
top level. Places are tried in the order of :data:`TIERS`; the first that has a candidate must
have only one.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from enfilade.exceptions import DeveloperError

NAMES = ("application", "app")
FACTORIES = ("create_app", "make_app", "create_application")

TIERS: Sequence[tuple[str, ...]] = (
    ("wsgi.py",),
    ("asgi.py",),
    ("app.py", "main.py", "site.py"),
    ("*/wsgi.py",),
    ("*/asgi.py",),
    ("*/app.py", "*/main.py"),
)
"""File patterns, the most telling first. A project's ``wsgi.py`` and ``asgi.py`` are two doors
to one application; ``wsgi.py`` goes first unless ASGI was asked for."""


class DiscoveryError(DeveloperError):
    """No application was named and none, or more than one, is to be seen."""


def find_application(
    directory: Path,
    interface: str = "auto",
    *,
    command: str = "enfilade run",
    unfinished: bool = False,
) -> str:
    """The import string of the one application that *directory* shows.

    :mod:`enfilade.server.loading.application` says what an import string is. *command* is what
    the hints tell to write. A file that is not Python, not yet, counts as one with an application
    if *unfinished* ones are welcome.

    Raises :exc:`DiscoveryError`, which lists what was seen.
    """
    tiers = sorted(TIERS, key=_asgi_first) if interface == "asgi" else TIERS
    for tier in tiers:
        found = list(_candidates(directory, tier, unfinished))
        if len(found) == 1:
            return found[0]
        if found:
            raise DiscoveryError(
                f"There is more than one application in {directory.resolve()}: {', '.join(found)}.",
                hint=f"Name the one you mean: {command} {found[0]}",
            )
    raise DiscoveryError(
        f"There is no application in {directory.resolve()}: none of wsgi.py, asgi.py, app.py, "
        f"main.py, site.py or */wsgi.py binds {' or '.join(NAMES)}.",
        hint=f"Name it: {command} MODULE:NAME; or start a site: enfilade new NAME",
    )


def _asgi_first(tier: tuple[str, ...]) -> int:
    # sorted() is stable: only the asgi.py rows move.
    return 0 if tier[0].endswith("asgi.py") else 1


def _candidates(directory: Path, patterns: tuple[str, ...], unfinished: bool) -> Iterator[str]:
    for pattern in patterns:
        for path in sorted(directory.glob(pattern)):
            relative = path.relative_to(directory)
            if _importable(directory, relative):
                module = _module(directory, relative)
                try:
                    name = _pick(_bound_names(path))
                except DiscoveryError:
                    if not unfinished:
                        raise
                    yield module  # whoever loads it looks for the usual names
                else:
                    if name:
                        yield f"{module}:{name}"


def _importable(directory: Path, relative: Path) -> bool:
    if not all(part.isidentifier() for part in relative.with_suffix("").parts):
        return False
    # examples/app.py is not what one means by "the application"; package/app.py may be.
    telling = len(relative.parts) == 1 or relative.name in ("wsgi.py", "asgi.py")
    return telling or (directory / relative.parent / "__init__.py").is_file()


def _module(directory: Path, relative: Path) -> str:
    dotted = ".".join(relative.with_suffix("").parts)
    # "import site" would find the standard library's; such a file is named by its path.
    return str(directory / relative) if dotted in sys.stdlib_module_names else dotted


def _pick(names: set[str]) -> str | None:
    for name in NAMES:
        if name in names:
            return name
    return next((f"{name}()" for name in FACTORIES if name in names), None)


def _bound_names(path: Path) -> set[str]:
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (OSError, SyntaxError, ValueError) as error:
        raise DiscoveryError(f"Cannot look for an application in {path}: {error}.") from error
    return set(_names(tree.body))


def _names(body: Sequence[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                yield from _names(inner)
                yield from _names(other)
            case ast.With(body=inner):
                yield from _names(inner)
