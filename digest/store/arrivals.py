"""Keeping what a feed's document brought: new entries, edits, and the ids they come with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from digest.collect.upkeep.identity import Document, KnownEntry, Matching, Recognised
from digest.collect.upkeep.traits import Arrived
from digest.model import Entry, EntryKey
from digest.store.codec import encode_entry
from digest.store.database import Database, portions
from digest.store.tables import entries, entry_aliases, entry_history

KEPT_EDITS = 20
"""How many earlier versions of an entry are kept."""

_FAR_AHEAD = timedelta(days=1)
_MOST_CANDIDATES = 1_000

_KNOWN: tuple[Column[Any], ...] = (
    entries.c.feed_url,
    entries.c.entry_id,
    entries.c.url_key,
    entries.c.title_key,
    entries.c.content_key,
    entries.c.fingerprint,
    entries.c.first_seen_at,
    entries.c.dated_at,
    entries.c.published_at,
    entries.c.edits,
)
_THIS_ENTRY = and_(
    entries.c.feed_url == bindparam("key_feed"), entries.c.entry_id == bindparam("key_id")
)
_REMEMBER = insert(entry_history).from_select(
    ["feed_url", "entry_id", "replaced_at", "fingerprint", "document"],
    select(
        entries.c.feed_url,
        entries.c.entry_id,
        bindparam("now", type_=entry_history.c.replaced_at.type),
        entries.c.fingerprint,
        entries.c.document,
    ).where(_THIS_ENTRY),
)
_EDIT = (
    update(entries)
    .where(_THIS_ENTRY)
    .values(
        edits=entries.c.edits + 1,
        edited_at=bindparam("now"),
        **{
            name: bindparam(name)
            for name in (
                "fingerprint",
                "document",
                "published_at",
                "url_key",
                "title_key",
                "content_key",
                "page_key",
                "text_key",
            )
        },
    )
)
_RESCHEDULE = (
    update(entries)
    .where(_THIS_ENTRY)
    .values(dated_at=bindparam("at"), published_at=bindparam("at"))
)
_OF_ENTRY = and_(
    entry_history.c.feed_url == bindparam("key_feed"),
    entry_history.c.entry_id == bindparam("key_id"),
)
_FORGET = delete(entry_history).where(
    _OF_ENTRY,
    entry_history.c.id
    <= select(entry_history.c.id)
    .where(_OF_ENTRY)
    .order_by(entry_history.c.id.desc())
    .offset(KEPT_EDITS)
    .limit(1)
    .scalar_subquery(),
)


def keep_arrivals(
    database: Database,
    connection: Connection,
    arrived: Iterable[Entry],
    *,
    backlog: bool,
    now: datetime,
) -> tuple[int, int]:
    """Keep the entries of one document: how many were new, and how many had changed.

    ``backlog`` says that the feed was never read before. A known entry keeps its key and its
    dates, whatever its feed says later; a date that has not come yet may still be moved.
    """
    by_feed: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in arrived:
        by_feed[entry.key.feed].append(entry)
    new = changed = 0
    for feed, document in by_feed.items():
        matching = _match(
            connection, feed, document, alone=backlog and not _has_any(connection, feed)
        )
        edited = [item for item in matching.same if item.edited]
        _add(database, connection, matching.fresh, backlog=backlog, now=now)
        _edit(connection, edited, now=now)
        _reschedule(connection, matching.same, now=now)
        _name(database, connection, matching.same)
        new, changed = new + len(matching.fresh), changed + len(edited)
    return new, changed


def keep_unknown(
    database: Database,
    connection: Connection,
    feed: str,
    arrived: Sequence[Entry],
    *,
    backlog: bool,
    now: datetime,
) -> int:
    """Keep those entries of ``feed`` that are not known, as they are: how many they were.

    Known ones are told apart as :func:`keep_arrivals` does, and stay as they are.
    """
    matching = _match(connection, feed, arrived, alone=False)
    _add(database, connection, matching.fresh, backlog=backlog, now=now)
    _name(database, connection, matching.same)
    return len(matching.fresh)


def dated_at(published_at: datetime | None, *, backlog: bool, now: datetime) -> datetime | None:
    """When an entry first seen ``now`` counts as published.

    None for an undated one from the ``backlog`` of a feed read for the first time, which may be
    years old. A date ahead holds the entry back until then.
    """
    if published_at is None:
        return None if backlog else now
    return published_at


def _match(connection: Connection, feed: str, entries: Sequence[Entry], *, alone: bool) -> Matching:
    """Tell what is new, reading of the feed's entries only those that might be the same.

    ``alone`` says that there are none.
    """
    document = Document(entries)
    if alone:
        return document.match(())
    known = _named(connection, feed, list(dict.fromkeys(entry.key.id for entry in entries)))
    matching = document.match(known.values())
    if not matching.unsure:
        return matching
    for some in portions(matching.unsure):
        for item in _alike(connection, feed, some):
            known.setdefault(item.key.id, item)
    return document.match(known.values())


def _has_any(connection: Connection, feed: str) -> bool:
    some = select(entries.c.entry_id).where(entries.c.feed_url == feed).limit(1)
    return connection.scalar(some) is not None


def _named(connection: Connection, feed: str, ids: Sequence[str]) -> dict[str, KnownEntry]:
    """Entries that have one of these ids, or came with one, by their own."""
    found: dict[str, KnownEntry] = {}
    for some in portions(ids):
        rows = connection.execute(
            select(*_KNOWN).where(entries.c.feed_url == feed, entries.c.entry_id.in_(some))
        )
        found.update({row.entry_id: _known(row) for row in rows})
    for some in portions([name for name in ids if name not in found]):
        for row in connection.execute(_aliased(feed, some)):
            item = found.get(row.entry_id) or _known(row)
            found[row.entry_id] = replace(item, aliases=(*item.aliases, row.alias))
    return found


def _aliased(feed: str, names: Sequence[str]) -> Select[Any]:
    theirs = and_(
        entries.c.feed_url == entry_aliases.c.feed_url,
        entries.c.entry_id == entry_aliases.c.entry_id,
    )
    return (
        select(*_KNOWN, entry_aliases.c.alias)
        .join(entry_aliases, theirs)
        .where(entry_aliases.c.feed_url == feed, entry_aliases.c.alias.in_(names))
    )


def _alike(connection: Connection, feed: str, unsure: Sequence[Arrived]) -> list[KnownEntry]:
    """Entries that share a sign with one of these; the newest, should there be very many."""
    traits = [item.traits for item in unsure]
    ids = [item.derived_id for item in unsure]
    signs = (
        (entries.c.entry_id, ids),
        (entries.c.page_key, [one.page_key for one in traits if one.page_key]),
        (entries.c.text_key, [one.text_key for one in traits if one.text_key]),
    )
    of_feed = entries.c.feed_url == feed
    alike = or_(*(and_(of_feed, column.in_(values)) for column, values in signs if values))
    newest = entries.c.first_seen_at.desc()
    rows = connection.execute(select(*_KNOWN).where(alike).order_by(newest).limit(_MOST_CANDIDATES))
    return [_known(row) for row in rows]


def _known(row: Row[Any]) -> KnownEntry:
    return KnownEntry(
        key=EntryKey(feed=row.feed_url, id=row.entry_id),
        url_key=row.url_key,
        title_key=row.title_key,
        content_key=row.content_key,
        fingerprint=row.fingerprint,
        first_seen_at=row.first_seen_at,
        dated_at=row.dated_at,
        published_at=row.published_at,
        edits=row.edits,
    )


def _add(
    database: Database,
    connection: Connection,
    new: Sequence[Arrived],
    *,
    backlog: bool,
    now: datetime,
) -> None:
    rows = [
        {
            "feed_url": item.entry.key.feed,
            "entry_id": item.entry.key.id,
            "dated_at": dated_at(item.entry.published_at, backlog=backlog, now=now),
            "first_seen_at": now,
            "backlog": backlog,
            **_columns(item),
        }
        for item in new
    ]
    if rows:
        connection.execute(database.insert(entries).on_conflict_do_nothing(), rows)


def _edit(connection: Connection, edited: Sequence[Recognised], *, now: datetime) -> None:
    if not edited:
        return
    keys = [_key(item) for item in edited]
    connection.execute(_REMEMBER, [{**key, "now": now} for key in keys])
    fresh = [_columns(Arrived(item.entry).under(item.known.key.id)) for item in edited]
    rows = [{**key, **columns, "now": now} for key, columns in zip(keys, fresh, strict=True)]
    connection.execute(_EDIT, rows)
    full = [_key(item) for item in edited if item.known.edits >= KEPT_EDITS]
    if full:
        connection.execute(_FORGET, full)


def _reschedule(connection: Connection, same: Sequence[Recognised], *, now: datetime) -> None:
    """Move the date of entries that still wait for it, where their feed has another one now."""
    rows = [
        {**_key(item), "at": item.entry.published_at}
        for item in same
        if item.known.dated_at is not None and item.known.dated_at > now + _FAR_AHEAD
        if item.entry.published_at is not None and item.entry.published_at != item.known.dated_at
    ]
    if rows:
        connection.execute(_RESCHEDULE, rows)


def _name(database: Database, connection: Connection, same: Sequence[Recognised]) -> None:
    rows = [
        {"feed_url": item.known.key.feed, "alias": item.alias, "entry_id": item.known.key.id}
        for item in same
        if item.alias
    ]
    if rows:
        added = database.insert(entry_aliases)
        latest = {"entry_id": added.excluded.entry_id}
        added = added.on_conflict_do_update(index_elements=["feed_url", "alias"], set_=latest)
        connection.execute(added, rows)


def _key(item: Recognised) -> dict[str, object]:
    return {"key_feed": item.known.key.feed, "key_id": item.known.key.id}


def _columns(item: Arrived) -> dict[str, object]:
    entry, traits = item.entry, item.traits
    return {
        "fingerprint": entry.fingerprint,
        "document": encode_entry(entry),
        "published_at": entry.published_at,
        "url_key": traits.url_key,
        "title_key": traits.title_key,
        "content_key": traits.content_key,
        "page_key": traits.page_key,
        "text_key": traits.text_key,
    }
