"""What is remembered of feeds."""

revision = "0002_feeds"
down_revision = "0001_first"


def upgrade() -> None:
    """Change the tables."""
