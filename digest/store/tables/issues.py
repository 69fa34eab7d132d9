"""Issues, what editors decided about them, and how they were rendered."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from digest.model import IssueKind, IssueState
from digest.store.tables.columns import METADATA, UtcDateTime, one_of

issues = Table(
    "issues",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("period_start", UtcDateTime, nullable=False),
    Column("period_end", UtcDateTime, nullable=False),
    Column("kind", one_of(IssueKind), nullable=False),
    Column("slug", Text, nullable=False),
    Column("state", one_of(IssueState), nullable=False),
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

# The same under an issue's second subject, where it has one.
second_renderings = Table(
    "second_renderings",
    METADATA,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("web", Text, nullable=False),
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
