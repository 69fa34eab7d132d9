"""Feeds from remote lists."""

revision = "0004_lists"
down_revision = "0003_entries"


def upgrade() -> None:
    """Change the tables."""
