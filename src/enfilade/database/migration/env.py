"""Alembic executes this file for every command; see ``environment.py``."""

from alembic import context

from enfilade.database.migration.environment import run

run(context)
