"""What is known of feeds, of lists of feeds, and of the hubs that push."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from digest.model import FeedHealth, HubState
from digest.store.tables.columns import METADATA, UtcDateTime, one_of

feeds = Table(
    "feeds",
    METADATA,
    Column("url", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("health", one_of(FeedHealth), nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("error_streak", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("last_checked_at", UtcDateTime),
    Column("last_ok_at", UtcDateTime),
    Column("next_check_at", UtcDateTime),
    Column("latency_us", Integer),
    # 64 bits: a day has more microseconds than 32 hold.
    Column("interval_us", BigInteger),
    Column("gap_us", BigInteger),
    Column("ttl_us", BigInteger),
    Column("overdue_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("moved_since", UtcDateTime),
    Column("moved_to", Text, nullable=False, server_default=""),
    Column("asked_url", Text, nullable=False, server_default=""),
    Column("hub", Text, nullable=False, server_default=""),
    Column("topic", Text, nullable=False, server_default=""),
    Column("remark", Text, nullable=False, server_default=""),
)

# How much of a feed's archive is kept: one stretch of time without a gap.
feed_archives = Table(
    "feed_archives",
    METADATA,
    Column("url", ForeignKey("feeds.url"), primary_key=True),
    Column("complete_since", UtcDateTime),
    Column("complete_until", UtcDateTime),
    Column("page", Text, nullable=False),
)

# What remote lists hold, and (with a time of removal) held.
listed_feeds = Table(
    "listed_feeds",
    METADATA,
    Column("list_url", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)

hub_subscriptions = Table(
    "hub_subscriptions",
    METADATA,
    Column("feed_url", Text, primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("callback", Text, nullable=False),
    Column("token", String(64), nullable=False),
    Column("secret", Text, nullable=False),
    Column("state", one_of(HubState), nullable=False),
    Column("requested_at", UtcDateTime),
    Column("verified_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("next_action_at", UtcDateTime),
    Column("pushed_at", UtcDateTime),
    Column("missed_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    UniqueConstraint("token", name="hub_subscriptions_by_token"),
)

hub_pushes = Table(
    "hub_pushes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column(
        "feed_url", ForeignKey("hub_subscriptions.feed_url", ondelete="CASCADE"), nullable=False
    ),
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
)
