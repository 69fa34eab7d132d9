"""People, what they subscribed to, and who is never written to."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from digest.model import Consent, SuppressionReason, Volume
from digest.store.tables.columns import METADATA, UtcDateTime, one_of

# Ids are never given twice, or an erased person's links would work for somebody else.
subscribers = Table(
    "subscribers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("time_zone", Text, nullable=False, server_default=""),
    UniqueConstraint("address_key", name="subscribers_by_address"),
    sqlite_autoincrement=True,
)

subscriptions = Table(
    "subscriptions",
    METADATA,
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("newsletter", Text, primary_key=True),
    Column("consent", one_of(Consent), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("topics", Text, nullable=False, server_default="[]"),
    Column("volume", one_of(Volume), nullable=False, server_default="full"),
    sqlite_with_rowid=False,
)

suppressions = Table(
    "suppressions",
    METADATA,
    Column("address_key", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("reason", one_of(SuppressionReason), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
