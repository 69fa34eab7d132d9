"""What readers chose: topics and volume, and what was frozen of it for each delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0010_choices"
down_revision = "0009_preflight"


def upgrade() -> None:
    """Add the columns; whoever is there already wants everything."""
    for table in ("subscriptions", "deliveries"):
        op.add_column(table, sa.Column("topics", sa.Text, nullable=False, server_default="[]"))
        op.add_column(
            table, sa.Column("volume", sa.String(16), nullable=False, server_default="full")
        )
