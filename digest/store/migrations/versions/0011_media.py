"""Pictures of issues, and what came of asking for them."""

import sqlalchemy as sa
from alembic import op

revision = "0011_media"
down_revision = "0010_choices"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "media",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "picture_visits",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("box_width", sa.Integer, primary_key=True),
        sa.Column("box_height", sa.Integer, primary_key=True),
        sa.Column("visited_at", _MOMENT, nullable=False),
        sa.Column("hash", sa.String(64), sa.ForeignKey("media.hash")),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_at", _MOMENT),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("last_modified", sa.Text, nullable=False),
    )
