"""What came back of issues, and the issues that were paused for it."""

import sqlalchemy as sa
from alembic import op

revision = "0013_feedback"
down_revision = "0012_web"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feedback",
        sa.Column("mail", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id")),
        sa.Column("subscriber_id", sa.Integer),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("proven", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reply_code", sa.Integer),
        sa.Column("diagnostic", sa.Text, nullable=False),
        sa.Column("feedback_type", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("feedback_by_issue", "feedback", ["issue_id", "verdict"])
    op.create_index("feedback_by_subscriber", "feedback", ["subscriber_id", "at"])
    op.create_table(
        "guard_trips",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
