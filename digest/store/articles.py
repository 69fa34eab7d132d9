"""Which entries' pages were asked for, what came of it, and the rules of their sites, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Insert, Select, and_, case, or_, select, update

from digest.model import ArticleCandidate, ArticleVisit, Entry, Robots, RobotsRule
from digest.store.codec import decode_entry, encode_entry
from digest.store.database import Database, portions
from digest.store.tables import article_visits, entries, robots

_SIGNS = {True: "+", False: "-"}


class SqlArticles:
    """A :class:`digest.ports.ArticleStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(
        self, feeds: Sequence[str], *, since: datetime, now: datetime, limit: int
    ) -> tuple[ArticleCandidate, ...]:
        """Entries of these feeds, dated ``since`` then, whose page is to be looked at now.

        Those never looked at, those that their feed changed after, and those that failed and are
        due again; the newest first.
        """
        wanted = _waiting(since=since, now=now).limit(limit)
        with self._database.reading() as connection:
            rows = [
                row
                for some in portions(list(dict.fromkeys(feeds)))
                for row in connection.execute(wanted.where(entries.c.feed_url.in_(some)))
            ]
        rows.sort(key=lambda row: row.dated_at, reverse=True)
        return tuple(
            ArticleCandidate(entry=decode_entry(row.document), attempts=row.attempts or 0)
            for row in rows[:limit]
        )

    def settle(self, visits: Sequence[ArticleVisit]) -> None:
        """Remember visits that changed no entry, in one transaction."""
        with self._database.writing() as connection:
            for visit in visits:
                connection.execute(self._remember(visit))

    def enrich(self, entry: Entry, visit: ArticleVisit) -> bool:
        """Keep an entry with its article's text in place of the feed's, and remember the visit.

        False, and nothing kept, when its feed has changed it in the meantime.
        """
        same = and_(
            entries.c.feed_url == entry.key.feed,
            entries.c.entry_id == entry.key.id,
            entries.c.fingerprint == visit.fingerprint,
        )
        with self._database.writing() as connection:
            done = connection.execute(
                update(entries).where(same).values(document=encode_entry(entry))
            )
            if done.rowcount != 1:
                return False
            connection.execute(self._remember(visit))
        return True

    def robots(self, origins: Sequence[str], *, now: datetime) -> dict[str, Robots]:
        """The rules of those sites that are known and still fresh."""
        found: dict[str, Robots] = {}
        with self._database.reading() as connection:
            for some in portions(list(dict.fromkeys(origins))):
                rows = connection.execute(
                    select(robots).where(robots.c.origin.in_(some), robots.c.fresh_until > now)
                )
                for row in rows:
                    rules = _read_rules(row.rules)
                    found[row.origin] = Robots(
                        origin=row.origin, rules=rules, fresh_until=row.fresh_until
                    )
        return found

    def keep_robots(self, rules: Robots) -> None:
        """Keep a site's rules in place of older ones."""
        values = {
            "origin": rules.origin,
            "rules": "\n".join(f"{_SIGNS[rule.allow]}{rule.pattern}" for rule in rules.rules),
            "fresh_until": rules.fresh_until,
        }
        insert = self._database.insert(robots).values(values)
        with self._database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["origin"], set_=values))

    def _remember(self, visit: ArticleVisit) -> Insert:
        values = {
            "feed_url": visit.key.feed,
            "entry_id": visit.key.id,
            "fingerprint": visit.fingerprint,
            "visited_at": visit.visited_at,
            "remark": visit.remark,
            "attempts": visit.attempts,
            "retry_at": visit.retry_at,
        }
        insert = self._database.insert(article_visits).values(values)
        return insert.on_conflict_do_update(index_elements=["feed_url", "entry_id"], set_=values)


def _waiting(*, since: datetime, now: datetime) -> Select[tuple[str, datetime, int]]:
    visit = article_visits.c
    mine = and_(visit.feed_url == entries.c.feed_url, visit.entry_id == entries.c.entry_id)
    return (
        select(
            entries.c.document,
            entries.c.dated_at,
            case((visit.fingerprint == entries.c.fingerprint, visit.attempts), else_=0).label(
                "attempts"
            ),
        )
        .select_from(entries.outerjoin(article_visits, mine))
        .where(
            entries.c.dated_at >= since,
            or_(
                visit.feed_url.is_(None),
                visit.fingerprint != entries.c.fingerprint,
                visit.retry_at <= now,
            ),
        )
        .order_by(entries.c.dated_at.desc(), entries.c.feed_url, entries.c.entry_id)
    )


def _read_rules(text: str) -> tuple[RobotsRule, ...]:
    return tuple(
        RobotsRule(pattern=line[1:], allow=line.startswith(_SIGNS[True]))
        for line in text.split("\n")
        if line
    )
