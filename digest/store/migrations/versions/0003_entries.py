"""Identity, history and marks of entries."""

revision = "0003_entries"
down_revision = "0002_feeds"


def upgrade() -> None:
    """Change the tables."""
