"""A page for browsers in each rendering; older ones have none."""

import sqlalchemy as sa
from alembic import op

revision = "0012_web"
down_revision = "0011_media"


def upgrade() -> None:
    """Change the table."""
    op.add_column("renderings", sa.Column("web", sa.Text, nullable=False, server_default=""))
