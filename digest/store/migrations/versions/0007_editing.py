"""Editors' changes to issues, why each entry is in or out, and corrections of topics.

A roundup may cover the period of a digest: the two no longer take each other's place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_editing"
down_revision = "0006_articles"

_MOMENT = sa.DateTime(timezone=True)
_WORD = sa.String(16)
_ONE_A_PERIOD = "issues_one_a_period"
_PERIOD = ("newsletter", "period_start", "period_end", "kind")


def upgrade() -> None:
    """Change the tables."""
    op.add_column("issues", sa.Column("edits", sa.Text, nullable=False, server_default=""))
    if op.get_bind().dialect.name == "sqlite":
        _make_issues_again()
    else:
        op.drop_constraint(_ONE_A_PERIOD, "issues")
        op.create_unique_constraint(_ONE_A_PERIOD, "issues", _PERIOD)
    op.create_table(
        "issue_choices",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "corrections",
        sa.Column("newsletter", sa.Text, primary_key=True),
        sa.Column("feed_url", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
    )


def _make_issues_again() -> None:
    """SQLite cannot change a constraint: the table is made anew, with the rows it had.

    Other tables refer to it, so that references are checked when the transaction ends. Putting
    the rows into the new table itself, not into one that takes its name afterwards, is what
    makes SQLite see that every reference leads somewhere again.
    """
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TEMPORARY TABLE issues_kept AS SELECT * FROM issues")
    op.drop_table("issues")
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
        sa.Column("edits", sa.Text, nullable=False, server_default=""),
        sa.UniqueConstraint(*_PERIOD, name=_ONE_A_PERIOD),
        sa.UniqueConstraint("slug", name="issues_by_slug"),
    )
    op.execute("INSERT INTO issues SELECT * FROM issues_kept")
    op.execute("DROP TABLE issues_kept")
