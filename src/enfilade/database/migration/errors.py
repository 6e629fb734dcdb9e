"""What can be wrong with the tables of a site, told by whoever is in the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from enfilade.exceptions import DeveloperError, ImproperlyConfigured

__all__ = ["MigrationError", "alembic", "told"]


class MigrationError(DeveloperError):
    """A migration does not exist, cannot be found out about, or failed."""


def alembic() -> Any:
    """The library; :exc:`~enfilade.exceptions.ImproperlyConfigured` where it is missing."""
    try:
        import alembic.command
        import alembic.config
        import alembic.migration
        import alembic.script
        import alembic.util
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured(
            f"Tables are made by Alembic, which is not installed: {error}",
            hint='pip install "enfilade[database]"',
        ) from error
    return alembic


@contextmanager
def told() -> Iterator[None]:
    """Make a :exc:`MigrationError` of what Alembic, Python and the database refuse."""
    import sqlalchemy.exc

    library = alembic()
    try:
        yield
    except (library.util.CommandError, library.script.revision.RevisionError) as error:
        raise MigrationError(f"{error}", hint=_hint(str(error))) from error
    except SyntaxError as error:
        raise MigrationError(
            f"A script is no Python: {error}", hint=f"It is {error.filename}."
        ) from error
    except sqlalchemy.exc.DBAPIError as error:
        raise MigrationError(
            f"A migration failed, and nothing was changed: {error.orig}",
            hint="If a table was made by hand, drop or rename it first.",
        ) from error


def _hint(text: str) -> str:
    if "up to date" in text:
        return "Run enfilade migrate first."
    return "See enfilade migrate --list; MIGRATIONS must name every package that has tables."
