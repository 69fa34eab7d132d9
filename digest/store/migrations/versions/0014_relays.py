"""How relays do, what was used of their rates, and why deliveries fail."""

import sqlalchemy as sa
from alembic import op

revision = "0014_relays"
down_revision = "0013_feedback"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Change the tables."""
    op.add_column("deliveries", sa.Column("cause", sa.String(16)))
    op.create_table(
        "relays",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("broken_since", _MOMENT),
        sa.Column("mended_at", _MOMENT),
    )
    op.create_table(
        "rate_uses",
        sa.Column("limit", sa.Text, primary_key=True),
        sa.Column("until", _MOMENT, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
