"""The feeds that remote lists hold, and those they held, in SQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from digest.model import Feed
from digest.store.database import Database, portions
from digest.store.tables import listed_feeds


class SqlLists:
    """A :class:`digest.ports.ListStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def feeds(self, lists: Sequence[str]) -> dict[str, tuple[Feed, ...]]:
        """The feeds each list holds now, in its order; none for a list never read."""
        found: dict[str, list[Feed]] = {url: [] for url in lists}
        wanted = select(listed_feeds).where(listed_feeds.c.removed_at.is_(None))
        with self._database.reading() as connection:
            for some in portions(list(found)):
                rows = connection.execute(
                    wanted.where(listed_feeds.c.list_url.in_(some)).order_by(
                        listed_feeds.c.list_url, listed_feeds.c.position
                    )
                )
                for row in rows:
                    found[row.list_url].append(_feed(row))
        return {url: tuple(feeds) for url, feeds in found.items()}

    def replace(self, list_url: str, feeds: Sequence[Feed], *, now: datetime) -> tuple[int, int]:
        """Keep what a list holds now, in one transaction: (added, removed) counts.

        A feed that is no longer in it is marked as removed; one that comes back is added anew.
        """
        with self._database.writing() as connection:
            before = _held(connection, list_url)
            after = {feed.url: feed for feed in feeds}
            gone = sorted(before - after.keys())
            for some in portions(gone):
                connection.execute(
                    update(listed_feeds)
                    .where(listed_feeds.c.list_url == list_url, listed_feeds.c.url.in_(some))
                    .values(removed_at=now)
                )
            for position, feed in enumerate(after.values()):
                self._keep(connection, list_url, feed, position=position, now=now, before=before)
        return len(after.keys() - before), len(gone)

    def _keep(
        self,
        connection: Connection,
        list_url: str,
        feed: Feed,
        *,
        position: int,
        now: datetime,
        before: set[str],
    ) -> None:
        values: dict[str, object] = {
            "position": position,
            "title": feed.title,
            "tags": json.dumps(feed.tags, ensure_ascii=False),
            "removed_at": None,
        }
        if feed.url not in before:
            values["added_at"] = now
        key = {"list_url": list_url, "url": feed.url, "added_at": now}
        connection.execute(
            self._database.insert(listed_feeds)
            .values(key | values)
            .on_conflict_do_update(index_elements=["list_url", "url"], set_=values)
        )


def _held(connection: Connection, list_url: str) -> set[str]:
    held = select(listed_feeds.c.url).where(
        listed_feeds.c.list_url == list_url, listed_feeds.c.removed_at.is_(None)
    )
    return set(connection.scalars(held))


def _feed(row: Row[Any]) -> Feed:
    return Feed(url=row.url, title=row.title, tags=tuple(json.loads(row.tags)))
