"""A new script for a package: the difference between its tables in Python and in the database."""

from pathlib import Path
from typing import TYPE_CHECKING

from enfilade.database.migration.alone import connected
from enfilade.database.migration.environment import Errand, make_config
from enfilade.database.migration.errors import alembic, told
from enfilade.database.migration.packages import Package, declared_tables, find_package

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["make_migration"]

LONGEST_LABEL = 27
"""Characters of a label in a revision's name, for which the database has 32."""


def make_migration(name: str, text: str, *, empty: bool = False) -> Path | None:
    """Write a script for the package *name*, and return its path; ``None`` if its tables are
    what the database has. *empty* asks for a script in any case, to be filled in by hand.

    A table is never dropped by a script that was not written so by hand. Raises
    :exc:`MigrationError` if the database lacks a migration,
    :exc:`~enfilade.exceptions.ImproperlyConfigured`,
    :exc:`~enfilade.exceptions.ServiceUnavailable`.
    """
    package = find_package(name)
    owners = declared_tables()
    package.folder.mkdir(exist_ok=True)
    with told(), connected() as connection:
        config = make_config(Errand(connection, package=package, owners=owners, may_be_empty=empty))
        number = _count(config, package) + 1
        script = alembic().command.revision(
            config,
            text,
            autogenerate=True,
            rev_id=f"{package.label[:LONGEST_LABEL]}_{number:04}",
            head=f"{package.label}@head" if number > 1 else "base",
            branch_label=None if number > 1 else package.label,
            version_path=str(package.folder),
        )
    return Path(script.path) if script else None


def _count(config: "Config", package: Package) -> int:
    directory = alembic().script.ScriptDirectory.from_config(config)
    scripts = directory.walk_revisions()
    return sum(package.label in script.branch_labels for script in scripts)
