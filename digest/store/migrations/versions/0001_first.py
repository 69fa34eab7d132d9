"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001_first"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)
_WORD = sa.String(16)


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "instance",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    _feeds()
    _issues()
    _audience()
    _ledger()


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("health", _WORD, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("last_modified", sa.Text, nullable=False),
        sa.Column("body_hash", sa.Text, nullable=False),
        sa.Column("error_streak", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("last_checked_at", _MOMENT),
        sa.Column("last_ok_at", _MOMENT),
        sa.Column("next_check_at", _MOMENT),
        sa.Column("latency_us", sa.Integer),
    )
    op.create_table(
        "entries",
        sa.Column("feed_url", sa.Text, sa.ForeignKey("feeds.url"), primary_key=True),
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("dated_at", _MOMENT),
        sa.Column("first_seen_at", _MOMENT, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("entries_by_date", "entries", ["feed_url", "dated_at"])


def _issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("newsletter", sa.Text, nullable=False),
        sa.Column("period_start", _MOMENT, nullable=False),
        sa.Column("period_end", _MOMENT, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("approved_at", _MOMENT),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_digest", sa.Text, nullable=False),
        sa.Column("sent_at", _MOMENT),
        sa.UniqueConstraint("newsletter", "period_start", "period_end", name="issues_one_a_period"),
        sa.UniqueConstraint("slug", name="issues_by_slug"),
    )
    op.create_table(
        "issue_entries",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("feed_url", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, primary_key=True),
    )
    op.create_index("issue_entries_by_entry", "issue_entries", ["feed_url", "entry_id"])
    op.create_table(
        "renderings",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("preheader", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )


def _audience() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("address_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("address_key", name="subscribers_by_address"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscriptions",
        sa.Column(
            "subscriber_id",
            sa.Integer,
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("newsletter", sa.Text, primary_key=True),
        sa.Column("consent", _WORD, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppressions",
        sa.Column("address_key", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("reason", _WORD, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
    )


def _ledger() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), nullable=False),
        sa.Column("subscriber_id", sa.Integer, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_attempt_at", _MOMENT),
        sa.Column("next_attempt_at", _MOMENT, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", _MOMENT),
        sa.Column("handing_over", sa.Boolean, nullable=False),
        sa.Column("times_uncertain", sa.Integer, nullable=False),
        sa.Column("reply_code", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("issue_id", "subscriber_id", name="deliveries_one_a_person"),
    )
    op.create_index("deliveries_due", "deliveries", ["issue_id", "state", "next_attempt_at"])
    _partial_index("deliveries_claimed", "claimed_by", where="claimed_by IS NOT NULL")
    _partial_index("deliveries_uncertain", "issue_id", where="times_uncertain > 0")


def _partial_index(name: str, column: str, *, where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, "deliveries", [column], sqlite_where=condition, postgresql_where=condition
    )
