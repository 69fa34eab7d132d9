"""Entries, what was once known of them, and what was visited for their sake: articles, pictures."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from digest.model import EntryState
from digest.store.tables.columns import METADATA, UtcDateTime, one_of

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
    Column("mark_state", one_of(EntryState)),
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
