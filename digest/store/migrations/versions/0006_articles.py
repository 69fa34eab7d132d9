"""Visits to articles, and the rules of the sites that hold them."""

import sqlalchemy as sa
from alembic import op

revision = "0006_articles"
down_revision = "0005_websub"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "article_visits",
        sa.Column("feed_url", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=False),
    )
