"""The test messages that were sent of an issue."""

import sqlalchemy as sa
from alembic import op

revision = "0016_trials"
down_revision = "0015_timing"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "trials",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
