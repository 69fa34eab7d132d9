"""What editors waived of an issue's pre-flight, and what was found behind links."""

import sqlalchemy as sa
from alembic import op

revision = "0009_preflight"
down_revision = "0008_archive"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "waivers",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("excerpt", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_table(
        "link_checks",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("checked_at", _MOMENT, nullable=False),
        sa.Column("final_url", sa.Text, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("unresolved", sa.Boolean, nullable=False),
    )
