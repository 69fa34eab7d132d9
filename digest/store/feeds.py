"""Feeds and the entries they brought, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from digest.model import Entry, FeedMeasures, FeedState
from digest.store.arrivals import keep_arrivals
from digest.store.database import portions
from digest.store.entries import SqlEntries
from digest.store.measures import measures_of
from digest.store.tables import feeds

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
