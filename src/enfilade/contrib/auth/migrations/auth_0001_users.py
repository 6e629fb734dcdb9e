"""Users, groups and permissions"""

import sqlalchemy as sa
from alembic import op

revision = "auth_0001"
down_revision = None
branch_labels = ("auth",)
depends_on = None


def upgrade() -> None:
    """Make the five tables."""
    _make_users()
    op.create_table(
        "enfilade_group",
        sa.Column("name", sa.String(150), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_enfilade_group")),
    )
    _make_link("enfilade_user_group", _user, _group)
    _make_link("enfilade_user_permission", _user, _code)
    _make_link("enfilade_group_permission", _group, _code)


def downgrade() -> None:
    """Drop them, with all users."""
    for name in ("group_permission", "user_permission", "user_group", "group", "user"):
        op.drop_table(f"enfilade_{name}")


def _make_users() -> None:
    op.create_table(
        "enfilade_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(150), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("first_name", sa.String(150), nullable=False),
        sa.Column("last_name", sa.String(150), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), nullable=False),
        sa.Column("last_login", sa.DateTime(timezone=True)),
        sa.Column("date_joined", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enfilade_user")),
        sa.UniqueConstraint("username", name=op.f("uq_enfilade_user_username")),
        sqlite_autoincrement=True,
    )


# The columns of the tables that link a user or a group to names -----------------------------


def _user() -> sa.Column[int]:
    return sa.Column("user_id", sa.Integer(), sa.ForeignKey("enfilade_user.id", ondelete="CASCADE"))


def _group() -> sa.Column[str]:
    key = sa.ForeignKey("enfilade_group.name", ondelete="CASCADE", onupdate="CASCADE")
    return sa.Column("group_name", sa.String(150), key)


def _code() -> sa.Column[str]:
    return sa.Column("code", sa.String(255))


def _make_link(name: str, *columns: object) -> None:
    made = [make() for make in columns]  # type: ignore[operator]
    names = [column.name for column in made]
    op.create_table(name, *made, sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{name}")))
    for column in names:
        if column != "user_id":
            op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
