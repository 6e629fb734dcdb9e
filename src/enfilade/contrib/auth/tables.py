"""The tables of users, groups and permissions; ``migrations/`` makes them.

A permission is a text, "gazette.edit_article": the part of the site, a dot, and what may be done.
A group is known by its name. So whatever belongs to a user or a group is a table of two columns,
the owner first, the name second; ``linked_names.py`` works with all three.
"""

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String, Table

from enfilade.database.tables import metadata

__all__ = ["group_permissions", "groups", "user_groups", "user_permissions", "users"]

users = Table(
    "enfilade_user",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("username", String(150), nullable=False, unique=True),
    Column("password", String(255), nullable=False),
    Column("email", String(254), nullable=False),
    Column("first_name", String(150), nullable=False),
    Column("last_name", String(150), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("is_superuser", Boolean, nullable=False),
    Column("last_login", DateTime(timezone=True)),
    Column("date_joined", DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)
"""``password`` is a hash, ``username`` in Unicode's form NFKC; the times are in UTC. A number is
never given again, lest a forgotten session of one who was deleted becomes somebody else's."""

groups = Table("enfilade_group", metadata, Column("name", String(150), primary_key=True))


def _user() -> Column[int]:
    return Column("user_id", Integer, ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True)


def _group() -> Column[str]:
    return Column(
        "group_name",
        String(150),
        ForeignKey(groups.c.name, ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
        index=True,
    )


def _code() -> Column[str]:
    return Column("code", String(255), primary_key=True, index=True)


user_groups = Table("enfilade_user_group", metadata, _user(), _group())
user_permissions = Table("enfilade_user_permission", metadata, _user(), _code())
group_permissions = Table("enfilade_group_permission", metadata, _group(), _code())
