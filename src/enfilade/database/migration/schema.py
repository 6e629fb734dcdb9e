"""What has become of the tables, and what is to become of them."""

from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from enfilade.database.migration.alone import alone, connected
from enfilade.database.migration.environment import VERSION_TABLE, Errand, make_config
from enfilade.database.migration.errors import MigrationError, alembic, told
from enfilade.database.migration.packages import packages

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

__all__ = ["Revision", "Step", "migrate", "pending_sql", "revisions"]


@dataclass(frozen=True, slots=True)
class Revision:
    """One script: ``label`` is its package's, ``text`` what it says of itself."""

    label: str
    name: str
    text: str
    applied: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One script that was run, forward or back."""

    name: str
    text: str
    forward: bool


def revisions() -> list[Revision]:
    """All scripts, package by package and oldest first.

    Raises :exc:`MigrationError`, :exc:`~enfilade.exceptions.ImproperlyConfigured`,
    :exc:`~enfilade.exceptions.ServiceUnavailable`; so do the others.
    """
    with told(), connected() as connection:
        directory = _directory()
        applied = _applied(directory, _heads(connection))
        return [
            Revision(package.label, script.revision, script.doc, script.revision in applied)
            for package in packages()
            for script in reversed(list(directory.walk_revisions()))
            if package.label in script.branch_labels
        ]


def migrate(target: str = "heads") -> list[Step]:
    """Run what leads to *target*, all of it or nothing; other migrations wait meanwhile.

    *target* is "heads" for everything, "LABEL@REVISION" with "base" and "head" for the ends of
    a branch, a revision, or a label. Where it is behind, the scripts are run back.
    """
    library = alembic()
    with told(), alone() as connection:
        errand = Errand(connection)
        target = _full(target)
        back = _is_behind(target, connection)
        command = library.command.downgrade if back else library.command.upgrade
        command(make_config(errand), target)
    return [_step(info) for info in errand.steps]


def pending_sql() -> str:
    """What :func:`migrate` would run now, as SQL."""
    output = StringIO()
    with told(), connected() as connection:
        errand = Errand(connection, start=_heads(connection))
        if not all(revision.applied for revision in revisions()):
            alembic().command.upgrade(make_config(errand, output), "heads", sql=True)
    return output.getvalue()


def _directory() -> "ScriptDirectory":
    directory: ScriptDirectory = alembic().script.ScriptDirectory.from_config(make_config())
    return directory


def _heads(connection: "Connection") -> tuple[str, ...]:
    """The newest revision of each branch that the database has."""
    context = alembic().migration.MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE}
    )
    heads: tuple[str, ...] = context.get_current_heads()
    return heads


def _applied(directory: "ScriptDirectory", heads: tuple[str, ...]) -> set[str]:
    return {script.revision for script in directory.iterate_revisions(heads, "base")}


def _full(target: str) -> str:
    labels = [package.label for package in packages()]
    label, at, _ = target.partition("@")
    if at and label not in labels:
        raise MigrationError(
            f"There is no branch {label!r}.", hint=f"There are: {', '.join(labels)}."
        )
    return f"{target}@head" if target in labels else target


def _is_behind(target: str, connection: "Connection") -> bool:
    revision = target.rpartition("@")[2]
    return revision == "base" or revision in _applied(_directory(), _heads(connection))


def _step(info: Any) -> Step:
    script = info.up_revision
    return Step(script.revision, script.doc, info.is_upgrade)
