"""Alembic's configuration for this process, and what its ``env.py`` does with it."""

import os
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enfilade.database.migration.errors import alembic
from enfilade.database.migration.packages import Package, packages
from enfilade.database.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

__all__ = ["VERSION_TABLE", "Errand", "make_config", "run"]

VERSION_TABLE = "enfilade_migration"
"""Not Alembic's own name, which a site may use for itself."""

HERE = Path(__file__).parent


@dataclass(slots=True)
class Errand:
    """What one command of Alembic is to do, on this connection.

    ``start`` are the revisions that the database has, if SQL is only printed. ``package`` is the
    one for which a script is written, ``owners`` are the packages of all tables. ``steps`` are
    what was done.
    """

    connection: "Connection"
    start: tuple[str, ...] = ()
    package: Package | None = None
    owners: Mapping[str, Package] = field(default_factory=dict)
    may_be_empty: bool = False
    steps: list[Any] = field(default_factory=list)

    def noted(self, *, step: Any, **_: Any) -> None:
        """Alembic has taken a step."""
        self.steps.append(step)

    def includes(self, item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        """Whether a table is this package's to change: one that it declares, or that none of
        MIGRATIONS does. What only the database knows is left alone: it may be anybody's."""
        if kind != "table":
            return True
        if self.package is None or (reflected and other is None):
            return False
        ours = str(name).startswith("enfilade_")
        return self.owners.get(str(name), self.package) == self.package and (
            ours is self.package.is_ours
        )

    def drops_empty(self, _context: Any, _revision: Any, scripts: list[Any]) -> None:
        """Have no script written that does nothing."""
        if scripts[0].upgrade_ops.is_empty() and not self.may_be_empty:
            scripts.clear()


def make_config(errand: Errand | None = None, output: StringIO | None = None) -> "Config":
    """Alembic's configuration, with the folders of all packages.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured`.
    """
    config: Config = alembic().config.Config(output_buffer=output)
    config.cmd_opts = Namespace(quiet=True)
    folders = [str(package.folder) for package in packages()]
    config.set_main_option("script_location", _escaped(str(HERE)))
    config.set_main_option("version_locations", _escaped(os.pathsep.join(folders)))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_path_separator", "os")  # its name until Alembic 1.16
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["errand"] = errand
    return config


def _escaped(value: str) -> str:
    return value.replace("%", "%%")


def run(context: Any) -> None:
    """What ``env.py`` does, with ``alembic.context``."""
    errand: Errand = context.config.attributes["errand"]
    context.configure(
        connection=errand.connection,
        starting_rev=errand.start,
        literal_binds=context.is_offline_mode(),
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        render_as_batch=True,  # SQLite has hardly any ALTER TABLE; elsewhere it is the plain one
        include_object=errand.includes,
        process_revision_directives=errand.drops_empty,
        on_version_apply=errand.noted,
    )
    with context.begin_transaction():
        context.run_migrations()
