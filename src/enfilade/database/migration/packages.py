"""The packages of ``MIGRATIONS``: where their scripts are, and what their branches are called."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured

__all__ = ["Package", "declared_tables", "find_package", "packages"]


@dataclass(frozen=True, slots=True)
class Package:
    """A package with tables; ``label`` is the last part of its name, and its branch's."""

    name: str
    label: str
    folder: Path

    @property
    def is_ours(self) -> bool:
        """Whether it is one of Enfilade's own."""
        return self.name.startswith("enfilade.")


def packages() -> Sequence[Package]:
    """Those of ``MIGRATIONS``, in its order.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for one that does not exist, and for
    two whose labels are the same.
    """
    found: dict[str, Package] = {}
    for name in settings.MIGRATIONS:
        package = Package(name, name.rpartition(".")[2], _folder(name))
        other = found.setdefault(package.label, package)
        if other is not package:
            raise ImproperlyConfigured(
                f"MIGRATIONS has {other.name} and {name}, whose branches would share the name "
                f"{package.label!r}."
            )
    return list(found.values())


def find_package(name: str) -> Package:
    """The package of this name, or of this label."""
    known = packages()
    for package in known:
        if name in (package.name, package.label):
            return package
    raise ImproperlyConfigured(
        f"MIGRATIONS has no package {name!r}; it has {', '.join(each.name for each in known)}.",
        hint=f"Add it to the settings: MIGRATIONS = [{', '.join(_quoted(known))}, {name!r}]",
    )


def declared_tables() -> dict[str, Package]:
    """Every table that a package declares, in itself or in its module ``tables``, by name. They
    are imported for that; a table that several import belongs to the first of MIGRATIONS."""
    from sqlalchemy import Table

    found: dict[str, Package] = {}
    for package in packages():
        for module in _modules(package):
            values = (getattr(value, "__table__", value) for value in vars(module).values())
            for table in values:
                if isinstance(table, Table):
                    found.setdefault(table.name, package)
    return found


def _modules(package: Package) -> list[ModuleType]:
    module = import_module(package.name)
    if hasattr(module, "__path__") and find_spec(f"{package.name}.tables"):
        return [module, import_module(f"{package.name}.tables")]
    return [module]


def _folder(name: str) -> Path:
    """``migrations/`` in a package, or beside a module."""
    try:
        spec = find_spec(name)
    except (ModuleNotFoundError, ValueError) as error:
        raise _missing(name) from error
    if spec is None:
        raise _missing(name)
    inside = list(spec.submodule_search_locations or ())
    return (Path(inside[0]) if inside else Path(spec.origin or "").parent) / "migrations"


def _missing(name: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"MIGRATIONS names {name!r}, and there is no such package.",
        hint="An entry is a dotted path that could be imported.",
    )


def _quoted(known: Sequence[Package]) -> list[str]:
    return [repr(package.name) for package in known]
