"""Feeds from remote lists."""

import sqlalchemy as sa
from alembic import op

revision = "0004_lists"
down_revision = "0003_entries"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of what each list holds, and held."""
    op.create_table(
        "listed_feeds",
        sa.Column("list_url", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("removed_at", _MOMENT),
    )
