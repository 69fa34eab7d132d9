"""The tables. Datetimes are kept in UTC, identities by the keys of :mod:`digest.model`.

A change here needs a migration; a test compares the two.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.engine import Dialect

from digest.model import (
    BounceVerdict,
    Cause,
    Consent,
    DeliveryState,
    EntryState,
    FeedHealth,
    HubState,
    IssueKind,
    IssueState,
    SuppressionReason,
    Volume,
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC out; SQLite itself forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Shift to UTC. A naive datetime is a mistake of the caller."""
        del dialect
        if value is None or value.tzinfo is UTC:
            return value
        if value.tzinfo is None:
            message = f"{value!r} has no time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say again that it is UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(members: type[StrEnum]) -> Sequence[str]:
    return [member.value for member in members]


def _one_of(members: type[StrEnum]) -> Enum:
    # Text without a CHECK: a new member must not need a rebuilt table.
    return Enum(members, native_enum=False, length=16, values_callable=_values)


METADATA = MetaData()

instance = Table(
    "instance",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

feeds = Table(
    "feeds",
    METADATA,
    Column("url", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("health", _one_of(FeedHealth), nullable=False),
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

entries = Table(
    "entries",
    METADATA,
    Column("feed_url", ForeignKey("feeds.url"), primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("dated_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("published_at", UtcDateTime),
    Column("backlog", Boolean, nullable=False, server_default=false()),
    Column("url_key", Text, nullable=False, server_default=""),
    Column("title_key", String(17), nullable=False, server_default=""),
    Column("content_key", String(17), nullable=False, server_default=""),
    Column("page_key", String(17), nullable=False, server_default=""),
    Column("text_key", String(17), nullable=False, server_default=""),
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("edited_at", UtcDateTime),
    Column("mark_state", _one_of(EntryState)),
    Column("mark_why", Text, nullable=False, server_default=""),
    Index("entries_by_date", "feed_url", "dated_at"),
    Index("entries_by_page", "feed_url", "page_key"),
    Index("entries_by_text", "feed_url", "text_key"),
)
# Partial, so that it costs nothing for the many that nobody marked.
Index(
    "entries_marked",
    entries.c.feed_url,
    entries.c.mark_state,
    sqlite_where=entries.c.mark_state.is_not(None),
    postgresql_where=entries.c.mark_state.is_not(None),
)

# Other ids that an entry came with. An id that is some entry's own is never an alias of another.
entry_aliases = Table(
    "entry_aliases",
    METADATA,
    Column("feed_url", Text, primary_key=True),
    Column("alias", Text, primary_key=True),
    Column("entry_id", Text, nullable=False),
    ForeignKeyConstraint(
        ["feed_url", "entry_id"],
        ["entries.feed_url", "entries.entry_id"],
        name="entry_aliases_of_entries",
        ondelete="CASCADE",
    ),
    Index("entry_aliases_by_entry", "feed_url", "entry_id"),
)

# What an entry was before its feed changed it.
entry_history = Table(
    "entry_history",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("feed_url", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(
        ["feed_url", "entry_id"],
        ["entries.feed_url", "entries.entry_id"],
        name="entry_history_of_entries",
        ondelete="CASCADE",
    ),
    Index("entry_history_by_entry", "feed_url", "entry_id", "id"),
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
    Column("state", _one_of(HubState), nullable=False),
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

# No foreign key: an entry may go on under another id, and what is orphaned is harmless.
article_visits = Table(
    "article_visits",
    METADATA,
    Column("feed_url", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("visited_at", UtcDateTime, nullable=False),
    Column("remark", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", UtcDateTime),
)

robots = Table(
    "robots",
    METADATA,
    Column("origin", Text, primary_key=True),
    Column("rules", Text, nullable=False),
    Column("fresh_until", UtcDateTime, nullable=False),
)

# The files that are handed out, by the SHA-256 of their bytes. A mail names them for ever.
media = Table(
    "media",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

picture_visits = Table(
    "picture_visits",
    METADATA,
    Column("url", Text, primary_key=True),
    Column("box_width", Integer, primary_key=True),
    Column("box_height", Integer, primary_key=True),
    Column("visited_at", UtcDateTime, nullable=False),
    Column("hash", ForeignKey("media.hash")),
    Column("remark", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", UtcDateTime),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
)

issues = Table(
    "issues",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("period_start", UtcDateTime, nullable=False),
    Column("period_end", UtcDateTime, nullable=False),
    Column("kind", _one_of(IssueKind), nullable=False),
    Column("slug", Text, nullable=False),
    Column("state", _one_of(IssueState), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("approved_at", UtcDateTime),
    Column("approved_by", Text, nullable=False),
    Column("approved_digest", Text, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("edits", Text, nullable=False, server_default=""),
    UniqueConstraint(
        "newsletter", "period_start", "period_end", "kind", name="issues_one_a_period"
    ),
    UniqueConstraint("slug", name="issues_by_slug"),
)

# No foreign key to entries: an editor may tell a story that no feed brought.
issue_entries = Table(
    "issue_entries",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("feed_url", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Index("issue_entries_by_entry", "feed_url", "entry_id"),
)

# What became of each entry, in one compressed document: it is read as a whole.
issue_choices = Table(
    "issue_choices",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

# No foreign key: what an editor taught the program outlives the entry.
corrections = Table(
    "corrections",
    METADATA,
    Column("newsletter", Text, primary_key=True),
    Column("feed_url", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
)

# An editor's word on a warning of one issue.
waivers = Table(
    "waivers",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("excerpt", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

trials = Table(
    "trials",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# What the last look at an approved issue found.
last_looks = Table(
    "last_looks",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("approved_at", UtcDateTime, nullable=False),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("document", Text, nullable=False),
)

# What was put right in an issue after it went out, and the issue that says so.
amendments = Table(
    "amendments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("feed_url", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("correction", Text, nullable=False),
    UniqueConstraint("correction", name="amendments_by_correction"),
    Index("amendments_by_issue", "issue_id"),
)

# The last run of an issue in test mode.
rehearsals = Table(
    "rehearsals",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("approved_at", UtcDateTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("stopped", Text, nullable=False),
)

link_checks = Table(
    "link_checks",
    METADATA,
    Column("url", Text, primary_key=True),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("failure", Text, nullable=False),
    Column("status", Integer),
    Column("unresolved", Boolean, nullable=False),
)

# No foreign keys to people, as in the ledger: what came back stays on record.
feedback = Table(
    "feedback",
    METADATA,
    Column("mail", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issues.id")),
    Column("subscriber_id", Integer),
    Column("address", Text, nullable=False),
    Column("verdict", _one_of(BounceVerdict), nullable=False),
    Column("proven", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("reply_code", Integer),
    Column("diagnostic", Text, nullable=False),
    Column("feedback_type", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("feedback_by_issue", "issue_id", "verdict"),
    Index("feedback_by_subscriber", "subscriber_id", "at"),
)

# Issues that were paused for what came back: once each, or no person could resume them.
guard_trips = Table(
    "guard_trips",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

renderings = Table(
    "renderings",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("web", Text, nullable=False, server_default=""),
)

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
    Column("consent", _one_of(Consent), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("topics", Text, nullable=False, server_default="[]"),
    Column("volume", _one_of(Volume), nullable=False, server_default="full"),
    sqlite_with_rowid=False,
)

suppressions = Table(
    "suppressions",
    METADATA,
    Column("address_key", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("reason", _one_of(SuppressionReason), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

# No foreign key to subscribers: what was sent stays on record when a person is erased.
deliveries = Table(
    "deliveries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("subscriber_id", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", _one_of(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_attempt_at", UtcDateTime),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", UtcDateTime),
    Column("handing_over", Boolean, nullable=False),
    Column("times_uncertain", Integer, nullable=False),
    Column("reply_code", Integer),
    Column("cause", _one_of(Cause)),
    Column("note", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("topics", Text, nullable=False, server_default="[]"),
    Column("volume", _one_of(Volume), nullable=False, server_default="full"),
    Column("due_at", UtcDateTime),
    UniqueConstraint("issue_id", "subscriber_id", name="deliveries_one_a_person"),
)

# Relays that broke at some time, by name; the configuration knows what they are.
relays = Table(
    "relays",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("broken_since", UtcDateTime),
    Column("mended_at", UtcDateTime),
)

rate_uses = Table(
    "rate_uses",
    METADATA,
    Column("limit", Text, primary_key=True),
    Column("until", UtcDateTime, primary_key=True),
    Column("count", Integer, nullable=False),
)

Index("deliveries_due", deliveries.c.issue_id, deliveries.c.state, deliveries.c.next_attempt_at)
# Partial, so that they cost nothing for the rows that matter to none.
Index(
    "deliveries_sent",
    deliveries.c.subscriber_id,
    deliveries.c.updated_at,
    sqlite_where=deliveries.c.state == DeliveryState.SENT,
    postgresql_where=deliveries.c.state == DeliveryState.SENT,
)
Index(
    "deliveries_claimed",
    deliveries.c.claimed_by,
    sqlite_where=deliveries.c.claimed_by.is_not(None),
    postgresql_where=deliveries.c.claimed_by.is_not(None),
)
Index(
    "deliveries_uncertain",
    deliveries.c.issue_id,
    sqlite_where=deliveries.c.times_uncertain > 0,
    postgresql_where=deliveries.c.times_uncertain > 0,
)
