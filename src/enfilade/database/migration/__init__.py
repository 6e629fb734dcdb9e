"""Tables made, and changed later, by the scripts of ``MIGRATIONS``; Alembic does the work.

Each package keeps its scripts in a folder ``migrations/`` and is a branch of its own, so that
packages come, go and change independently of each other. ``enfilade migrate`` and ``enfilade
makemigration`` call what is here.
"""

from enfilade.database.migration.errors import MigrationError
from enfilade.database.migration.schema import Revision, Step, migrate, pending_sql, revisions
from enfilade.database.migration.writing import make_migration

__all__ = [
    "MigrationError",
    "Revision",
    "Step",
    "make_migration",
    "migrate",
    "pending_sql",
    "revisions",
]
