"""Feeds and the entries they brought, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from digest.model import Entry, FeedArchive, FeedMeasures, FeedState
from digest.store.arrivals import keep_arrivals, keep_unknown
from digest.store.database import portions
from digest.store.entries import SqlEntries
from digest.store.measures import measures_of
from digest.store.tables import feed_archives, feeds

_MICROSECOND = timedelta(microseconds=1)
_DURATIONS = ("latency", "interval", "gap", "ttl")
"""Fields of a state that are kept in microseconds."""


class SqlFeeds(SqlEntries):
    """A :class:`digest.ports.FeedStore`."""

    def states(self, urls: Sequence[str]) -> dict[str, FeedState]:
        """The state of each feed; one never asked has the default state."""
        found = {url: FeedState(url=url) for url in urls}
        with self._database.reading() as connection:
            for some in portions(list(found)):
                for row in connection.execute(select(feeds).where(feeds.c.url.in_(some))):
                    found[row.url] = _state(row)
        return found

    def measures(self, urls: Sequence[str], *, now: datetime) -> dict[str, FeedMeasures]:
        """What each feed brought; all zero for one that brought nothing."""
        with self._database.reading() as connection:
            return measures_of(connection, urls, now=now)

    def save_refresh(
        self, state: FeedState, entries: Sequence[Entry], *, now: datetime
    ) -> tuple[int, int]:
        """Keep a feed's new state and its entries, in one transaction: (new, changed) counts.

        An entry keeps the key and the date it had when it was first seen, whatever its feed says
        later; see :mod:`digest.collect.upkeep.identity` for what makes it the same one.
        """
        with self._database.writing() as connection:
            first = _never_read(connection, state.url)
            self._save_state(connection, state)
            return keep_arrivals(self._database, connection, entries, backlog=first, now=now)

    def archives(self, urls: Sequence[str]) -> dict[str, FeedArchive]:
        """What is known of each feed's archive; nothing for one never read."""
        found = {url: FeedArchive(url=url) for url in urls}
        with self._database.reading() as connection:
            for some in portions(list(found)):
                wanted = select(feed_archives).where(feed_archives.c.url.in_(some))
                for row in connection.execute(wanted).mappings():
                    found[row["url"]] = FeedArchive(**row)
        return found

    def save_archive(
        self, archive: FeedArchive, entries: Sequence[Entry], *, backlog: bool, now: datetime
    ) -> int:
        """Keep those entries of a page of an archive that are not known, in one transaction.

        Returns how many they are. What is known, and the feed's state, stay as they are.
        """
        values = {
            "url": archive.url,
            "complete_since": archive.complete_since,
            "complete_until": archive.complete_until,
            "page": archive.page,
        }
        never_asked = _columns(FeedState(url=archive.url))
        with self._database.writing() as connection:
            state = self._database.insert(feeds).values(never_asked)
            connection.execute(state.on_conflict_do_nothing())
            # As a refresh does: whoever keeps a feed's entries holds its row.
            mine = feeds.c.url == archive.url
            connection.execute(select(feeds.c.url).where(mine).with_for_update())
            insert = self._database.insert(feed_archives).values(values)
            insert = insert.on_conflict_do_update(index_elements=["url"], set_=values)
            connection.execute(insert)
            return keep_unknown(
                self._database, connection, archive.url, entries, backlog=backlog, now=now
            )

    def _save_state(self, connection: Connection, state: FeedState) -> None:
        values = _columns(state)
        insert = self._database.insert(feeds).values(values)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))


def _never_read(connection: Connection, url: str) -> bool:
    return connection.scalar(select(feeds.c.last_ok_at).where(feeds.c.url == url)) is None


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
        "overdue_at": state.overdue_at,
        "failing_since": state.failing_since,
        "moved_to": state.moved_to,
        "moved_since": state.moved_since,
        "asked_url": state.asked_url,
        "hub": state.hub,
        "topic": state.topic,
        "remark": state.remark,
        **{f"{name}_us": _microseconds(getattr(state, name)) for name in _DURATIONS},
    }


def _state(row: Row[Any]) -> FeedState:
    kept = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor
    kept |= {name: _duration(kept.pop(f"{name}_us")) for name in _DURATIONS}
    return FeedState(**kept)


def _microseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // _MICROSECOND


def _duration(microseconds: int | None) -> timedelta | None:
    return None if microseconds is None else timedelta(microseconds=microseconds)
