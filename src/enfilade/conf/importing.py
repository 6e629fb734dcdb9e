"""What a setting names by its dotted path."""

import pkgutil
from importlib import import_module
from typing import Any

from enfilade.exceptions import ImproperlyConfigured


def import_string(dotted_path: str) -> Any:
    """The class or function at ``"package.module.name"``.

    Raises :exc:`ImportError` for a module that is not there or cannot be imported,
    :exc:`AttributeError` for a name that the module lacks, and :exc:`ValueError` for no path.
    """
    try:
        return pkgutil.resolve_name(dotted_path)
    except AttributeError:
        # It also says this of a module whose own imports fail, and keeps to itself which.
        import_module(dotted_path.rpartition(".")[0])
        raise


def import_named(dotted_path: str, place: str, hint: str | None = None) -> Any:
    """The same for a path that stands in the setting *place*.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured`, with *hint*, if it leads nowhere.
    """
    try:
        return import_string(dotted_path)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"{place} names {dotted_path!r}, which cannot be imported: {error}", hint=hint
        ) from error
