"""The table of sessions; ``migrations/`` makes it."""

from sqlalchemy import Column, DateTime, String, Table, Text

from enfilade.contrib.sessions.backends.keyed import LONGEST_KEY
from enfilade.database.tables import metadata

__all__ = ["sessions"]

sessions = Table(
    "enfilade_session",
    metadata,
    Column("key", String(LONGEST_KEY), primary_key=True),
    Column("data", Text, nullable=False),
    Column("expires", DateTime(timezone=True), nullable=False, index=True),
)
"""``expires`` is always written in UTC, because SQLite keeps no time zone."""
