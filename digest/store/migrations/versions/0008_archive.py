"""How much of each feed's archive is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008_archive"
down_revision = "0007_editing"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "feed_archives",
        sa.Column("url", sa.Text, sa.ForeignKey("feeds.url"), primary_key=True),
        sa.Column("complete_since", _MOMENT),
        sa.Column("complete_until", _MOMENT),
        sa.Column("page", sa.Text, nullable=False),
    )
