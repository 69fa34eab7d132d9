"""Readers' time zones, and when each delivery may go at the earliest."""

import sqlalchemy as sa
from alembic import op

revision = "0013_timing"
down_revision = "0012_web"


def upgrade() -> None:
    """Add the columns; no zone is known yet, and what is frozen goes when its issue does."""
    op.add_column("subscribers", sa.Column("time_zone", sa.Text, nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("due_at", sa.DateTime(timezone=True)))
