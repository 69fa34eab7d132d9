"""Feeds and the entries they brought, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, Select, bindparam, select, update

from digest.model import Entry, EntryKey, FeedState, IssueState, KeptEntry, Period
from digest.store.codec import decode_entry, encode_entry
from digest.store.database import Database, portions
from digest.store.tables import entries, feeds, issue_entries, issues

_UNUSED = (IssueState.CANCELLED, IssueState.SKIPPED)
_FAR_AHEAD = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)

_UPDATE_ENTRY = (
    update(entries)
    .where(entries.c.feed_url == bindparam("key_feed"), entries.c.entry_id == bindparam("key_id"))
    .values(fingerprint=bindparam("fingerprint"), document=bindparam("document"))
)


class SqlFeeds:
    """A :class:`digest.ports.FeedStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self, urls: Sequence[str]) -> dict[str, FeedState]:
        """The state of each feed; one never asked has the default state."""
        found = {url: FeedState(url=url) for url in urls}
        with self._database.reading() as connection:
            for some in portions(list(found)):
                for row in connection.execute(select(feeds).where(feeds.c.url.in_(some))):
                    found[row.url] = _state(row)
        return found

    def save_refresh(
        self, state: FeedState, entries: Sequence[Entry], *, now: datetime
    ) -> tuple[int, int]:
        """Keep a feed's new state and its entries, in one transaction: (new, changed) counts.

        An entry keeps the date it had when it was first seen, whatever its feed says later.
        """
        arrived = {entry.key: entry for entry in entries}
        with self._database.writing() as connection:
            first = _never_read(connection, state.url)
            self._save_state(connection, state)
            known = _fingerprints(connection, list(arrived))
            new = [entry for key, entry in arrived.items() if key not in known]
            changed = [
                entry
                for key, entry in arrived.items()
                if key in known and known[key] != entry.fingerprint
            ]
            self._add_entries(connection, new, backlog=first, now=now)
            _change_entries(connection, changed)
        return len(new), len(changed)

    def entries_in(
        self, feeds: Sequence[str], period: Period, *, newsletter: str
    ) -> tuple[KeptEntry, ...]:
        """Entries of these feeds whose date lies in the period, oldest first, used ones too.

        ``used_in`` speaks of ``newsletter`` alone.
        """
        wanted = _kept(newsletter).where(
            entries.c.dated_at >= period.start, entries.c.dated_at < period.end
        )
        found: list[KeptEntry] = []
        with self._database.reading() as connection:
            for some in portions(list(dict.fromkeys(feeds))):
                rows = connection.execute(wanted.where(entries.c.feed_url.in_(some)))
                found.extend(_entry(row) for row in rows)
        return tuple(sorted(found, key=lambda kept: (kept.dated_at, kept.entry.key)))

    def entry(self, key: EntryKey) -> KeptEntry | None:
        """One entry; ``used_in`` is the first issue of any newsletter that used it."""
        wanted = _kept().where(entries.c.feed_url == key.feed, entries.c.entry_id == key.id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return _entry(row) if row else None

    def _save_state(self, connection: Connection, state: FeedState) -> None:
        values = _columns(state)
        insert = self._database.insert(feeds).values(values)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))

    def _add_entries(
        self, connection: Connection, new: Sequence[Entry], *, backlog: bool, now: datetime
    ) -> None:
        rows = [
            {
                "feed_url": entry.key.feed,
                "entry_id": entry.key.id,
                "dated_at": dated_at(entry.published_at, backlog=backlog, now=now),
                "first_seen_at": now,
                "fingerprint": entry.fingerprint,
                "document": encode_entry(entry),
            }
            for entry in new
        ]
        if rows:
            connection.execute(self._database.insert(entries).on_conflict_do_nothing(), rows)


def dated_at(published_at: datetime | None, *, backlog: bool, now: datetime) -> datetime | None:
    """When an entry first seen ``now`` counts as published.

    None for an undated one from the ``backlog`` of a feed read for the first time, which may be
    years old. A date more than a day ahead is a mistake or a trick to stay on top: ``now``.
    """
    if published_at is None:
        return None if backlog else now
    return published_at if published_at <= now + _FAR_AHEAD else now


def _never_read(connection: Connection, url: str) -> bool:
    return connection.scalar(select(feeds.c.last_ok_at).where(feeds.c.url == url)) is None


def _fingerprints(connection: Connection, keys: Sequence[EntryKey]) -> dict[EntryKey, str]:
    known: dict[EntryKey, str] = {}
    for feed in {key.feed for key in keys}:
        for some in portions([key.id for key in keys if key.feed == feed]):
            rows = connection.execute(
                select(entries.c.entry_id, entries.c.fingerprint).where(
                    entries.c.feed_url == feed, entries.c.entry_id.in_(some)
                )
            )
            known.update({EntryKey(feed=feed, id=row.entry_id): row.fingerprint for row in rows})
    return known


def _change_entries(connection: Connection, changed: Sequence[Entry]) -> None:
    rows = [
        {
            "key_feed": entry.key.feed,
            "key_id": entry.key.id,
            "fingerprint": entry.fingerprint,
            "document": encode_entry(entry),
        }
        for entry in changed
    ]
    if rows:
        connection.execute(_UPDATE_ENTRY, rows)


def _used_in(newsletter: str | None) -> ScalarSelect[str]:
    users = (
        select(issues.c.slug)
        .join(issue_entries, issue_entries.c.issue_id == issues.c.id)
        .where(
            issue_entries.c.feed_url == entries.c.feed_url,
            issue_entries.c.entry_id == entries.c.entry_id,
            issues.c.state.not_in(_UNUSED),
        )
    )
    if newsletter is not None:
        users = users.where(issues.c.newsletter == newsletter)
    return users.order_by(issues.c.id).limit(1).correlate(entries).scalar_subquery()


def _kept(newsletter: str | None = None) -> Select[Any]:
    return select(
        entries.c.document,
        entries.c.first_seen_at,
        entries.c.dated_at,
        _used_in(newsletter).label("used_in"),
    )


def _entry(row: Row[Any]) -> KeptEntry:
    return KeptEntry(
        entry=decode_entry(row.document),
        first_seen_at=row.first_seen_at,
        dated_at=row.dated_at,
        used_in=row.used_in or "",
    )


def _columns(state: FeedState) -> dict[str, object]:
    return {
        "url": state.url,
        "title": state.title,
        "health": state.health,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_hash": state.body_hash,
        "error_streak": state.error_streak,
        "last_error": state.last_error,
        "last_checked_at": state.last_checked_at,
        "last_ok_at": state.last_ok_at,
        "next_check_at": state.next_check_at,
        "latency_us": None if state.latency is None else state.latency // _MICROSECOND,
    }


def _state(row: Row[Any]) -> FeedState:
    latency = None if row.latency_us is None else timedelta(microseconds=row.latency_us)
    kept = {name: value for name, value in row._mapping.items() if name != "latency_us"}  # noqa: SLF001 - SQLAlchemy's public accessor
    return FeedState(**kept, latency=latency)
