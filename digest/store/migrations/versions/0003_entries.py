"""Identity, history and marks of entries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from digest.collect.upkeep.traits import traits_of
from digest.store.codec import decode_entry

revision = "0003_entries"
down_revision = "0002_feeds"

_MOMENT = sa.DateTime(timezone=True)
_KEY = sa.String(17)
_KEYS = ("title_key", "content_key", "page_key", "text_key")
_AT_ONCE = 1_000

_entries = sa.table(
    "entries",
    sa.column("feed_url", sa.Text),
    sa.column("entry_id", sa.Text),
    sa.column("document", sa.Text),
    sa.column("first_seen_at", _MOMENT),
    sa.column("published_at", _MOMENT),
    sa.column("backlog", sa.Boolean),
    sa.column("url_key", sa.Text),
    *(sa.column(name, _KEY) for name in _KEYS),
)


def upgrade() -> None:
    """Add columns and tables, and say of the entries that are there what identifies them."""
    _add_columns()
    _make_aliases()
    _make_history()
    _fill()
    op.create_index("entries_by_page", "entries", ["feed_url", "page_key"])
    op.create_index("entries_by_text", "entries", ["feed_url", "text_key"])
    marked = sa.text("mark_state IS NOT NULL")
    op.create_index(
        "entries_marked",
        "entries",
        ["feed_url", "mark_state"],
        sqlite_where=marked,
        postgresql_where=marked,
    )


def _add_columns() -> None:
    keys = [sa.Column(name, _KEY, nullable=False, server_default="") for name in _KEYS]
    columns: tuple[sa.Column[Any], ...] = (
        sa.Column("published_at", _MOMENT),
        sa.Column("backlog", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("url_key", sa.Text, nullable=False, server_default=""),
        *keys,
        sa.Column("edits", sa.Integer, nullable=False, server_default="0"),
        sa.Column("edited_at", _MOMENT),
        sa.Column("mark_state", sa.String(16)),
        sa.Column("mark_why", sa.Text, nullable=False, server_default=""),
    )
    for column in columns:
        op.add_column("entries", column)


def _make_aliases() -> None:
    op.create_table(
        "entry_aliases",
        sa.Column("feed_url", sa.Text, primary_key=True),
        sa.Column("alias", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, nullable=False),
        _of_entries("entry_aliases_of_entries"),
    )
    op.create_index("entry_aliases_by_entry", "entry_aliases", ["feed_url", "entry_id"])


def _make_history() -> None:
    op.create_table(
        "entry_history",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed_url", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("replaced_at", _MOMENT, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        _of_entries("entry_history_of_entries"),
    )
    op.create_index("entry_history_by_entry", "entry_history", ["feed_url", "entry_id", "id"])


def _of_entries(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["feed_url", "entry_id"],
        ["entries.feed_url", "entries.entry_id"],
        name=name,
        ondelete="CASCADE",
    )


def _fill() -> None:
    connection = op.get_bind()
    columns = _entries.c
    first = sa.select(columns.feed_url, sa.func.min(columns.first_seen_at).label("at"))
    rounds = first.group_by(columns.feed_url).subquery()
    keys = connection.execute(
        sa.select(columns.feed_url, columns.entry_id, columns.first_seen_at == rounds.c.at).join(
            rounds, rounds.c.feed_url == columns.feed_url
        )
    ).all()
    this = (columns.feed_url == sa.bindparam("feed"), columns.entry_id == sa.bindparam("entry"))
    document = sa.select(columns.document).where(*this)
    names = ("published_at", "backlog", "url_key", *_KEYS)
    change = sa.update(_entries).where(*this).values({name: sa.bindparam(name) for name in names})
    for start in range(0, len(keys), _AT_ONCE):
        rows = []
        for feed, entry, backlog in keys[start : start + _AT_ONCE]:
            text = connection.execute(document, {"feed": feed, "entry": entry}).scalar_one()
            rows.append({"feed": feed, "entry": entry, "backlog": backlog, **_values(text)})
        connection.execute(change, rows)


def _values(document: str) -> dict[str, object]:
    entry = decode_entry(document)
    traits = traits_of(entry)
    return {
        "published_at": entry.published_at,
        "url_key": traits.url_key,
        **{name: getattr(traits, name) for name in _KEYS},
    }
