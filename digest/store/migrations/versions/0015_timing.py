"""Readers' time zones, when each delivery may go at the earliest, and what each reader got."""

import sqlalchemy as sa
from alembic import op

revision = "0015_timing"
down_revision = "0014_relays"


def upgrade() -> None:
    """Add the columns; no zone is known yet, and what is frozen goes when its issue does."""
    op.add_column("subscribers", sa.Column("time_zone", sa.Text, nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("due_at", sa.DateTime(timezone=True)))
    sent = sa.text("state = 'sent'")
    op.create_index(
        "deliveries_sent",
        "deliveries",
        ["subscriber_id", "updated_at"],
        sqlite_where=sent,
        postgresql_where=sent,
    )
