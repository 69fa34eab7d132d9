"""What is remembered of feeds: their rhythm, unbroken failure, moves, hub, and remarks."""

import sqlalchemy as sa
from alembic import op

revision = "0002_feeds"
down_revision = "0001_first"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns; feeds that are known start with empty ones."""
    with op.batch_alter_table("feeds") as feeds:
        for name in ("interval_us", "gap_us", "ttl_us"):
            feeds.add_column(sa.Column(name, sa.BigInteger))
        for name in ("overdue_at", "failing_since", "moved_since"):
            feeds.add_column(sa.Column(name, _MOMENT))
        for name in ("moved_to", "asked_url", "hub", "topic", "remark"):
            feeds.add_column(sa.Column(name, sa.Text, nullable=False, server_default=""))
