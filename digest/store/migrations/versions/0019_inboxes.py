"""How the bounce mailbox does that the service reads."""

import sqlalchemy as sa
from alembic import op

revision = "0019_inboxes"
down_revision = "0018_arms"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "inboxes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("read_at", _MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", _MOMENT),
        sa.Column("reason", sa.Text, nullable=False),
    )
