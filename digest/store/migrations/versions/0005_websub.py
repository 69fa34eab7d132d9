"""Subscriptions at WebSub hubs."""

revision = "0005_websub"
down_revision = "0004_lists"


def upgrade() -> None:
    """Change the tables."""
