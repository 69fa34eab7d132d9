"""Subscriptions at WebSub hubs, and what they pushed."""

import sqlalchemy as sa
from alembic import op

revision = "0005_websub"
down_revision = "0004_lists"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "hub_subscriptions",
        sa.Column("feed_url", sa.Text, primary_key=True),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("callback", sa.Text, nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("requested_at", _MOMENT),
        sa.Column("verified_at", _MOMENT),
        sa.Column("lease_until", _MOMENT),
        sa.Column("next_action_at", _MOMENT),
        sa.Column("pushed_at", _MOMENT),
        sa.Column("missed_at", _MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.UniqueConstraint("token", name="hub_subscriptions_by_token"),
    )
    op.create_table(
        "hub_pushes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "feed_url",
            sa.Text,
            sa.ForeignKey("hub_subscriptions.feed_url", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
    )
