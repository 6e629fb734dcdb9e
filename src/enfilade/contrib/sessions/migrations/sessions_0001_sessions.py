"""Sessions"""

import sqlalchemy as sa
from alembic import op

revision = "sessions_0001"
down_revision = None
branch_labels = ("sessions",)
depends_on = None


def upgrade() -> None:
    """Make the table ``enfilade_session``."""
    op.create_table(
        "enfilade_session",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_enfilade_session")),
    )
    op.create_index(op.f("ix_enfilade_session_expires"), "enfilade_session", ["expires"])


def downgrade() -> None:
    """Drop it, with all sessions."""
    op.drop_table("enfilade_session")
