"""The ledger, what came back, and what limits the sending."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from digest.model import Arm, BounceVerdict, Cause, DeliveryState, TrialRule, Volume
from digest.store.tables.columns import METADATA, UtcDateTime, one_of

instance = Table(
    "instance",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
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
    Column("verdict", one_of(BounceVerdict), nullable=False),
    Column("proven", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("reply_code", Integer),
    Column("diagnostic", Text, nullable=False),
    Column("feedback_type", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("feedback_by_issue", "issue_id", "verdict"),
    Index("feedback_by_subscriber", "subscriber_id", "at"),
)

# The mailboxes that what comes back is read from, by name; the configuration knows where they are.
inboxes = Table(
    "inboxes",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcDateTime),
    Column("reason", Text, nullable=False),
)

# Issues that were paused for what came back: once each, or no person could resume them.
guard_trips = Table(
    "guard_trips",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
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
    Column("state", one_of(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_attempt_at", UtcDateTime),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", UtcDateTime),
    Column("handing_over", Boolean, nullable=False),
    Column("times_uncertain", Integer, nullable=False),
    Column("reply_code", Integer),
    Column("cause", one_of(Cause)),
    Column("note", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("topics", Text, nullable=False, server_default="[]"),
    Column("volume", one_of(Volume), nullable=False, server_default="full"),
    Column("due_at", UtcDateTime),
    Column("arm", one_of(Arm)),
    UniqueConstraint("issue_id", "subscriber_id", name="deliveries_one_a_person"),
)

# How an issue's two subjects were tried; ``figures`` are those it was decided by.
subject_trials = Table(
    "subject_trials",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("rule", one_of(TrialRule), nullable=False),
    Column("minimum", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("rest", Integer, nullable=False),
    Column("winner", one_of(Arm)),
    Column("why", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("figures", Text, nullable=False),
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
