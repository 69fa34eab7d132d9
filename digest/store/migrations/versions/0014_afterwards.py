"""What the last look at an approved issue found."""

import sqlalchemy as sa
from alembic import op

revision = "0014_afterwards"
down_revision = "0012_web"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "last_looks",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("approved_at", _MOMENT, nullable=False),
        sa.Column("looked_at", _MOMENT, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
