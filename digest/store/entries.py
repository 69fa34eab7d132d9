"""Entries as they are kept, in SQL: which a newsletter may tell, their past, and their marks."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

from digest.collect.upkeep.traits import bare_url
from digest.curate.states import counted_at, reach_back
from digest.model import (
    Entry,
    EntryClock,
    EntryDate,
    EntryKey,
    EntryState,
    IssueKind,
    IssueState,
    KeptEntry,
    Mark,
    Period,
)
from digest.store.codec import decode_entry
from digest.store.database import Database, portions
from digest.store.tables import entries, entry_aliases, entry_history, issue_entries, issues

_UNUSED = (IssueState.CANCELLED, IssueState.SKIPPED)
_LATE_ROUND = timedelta(days=1)
_MOST_FOUND = 20


class SqlEntries:
    """A :class:`digest.ports.EntryStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries_in(
        self,
        feeds: Sequence[str],
        period: Period,
        *,
        newsletter: str,
        clock: EntryClock = EntryClock.PUBLISHED,
    ) -> tuple[KeptEntry, ...]:
        """Entries of these feeds that an issue of the period could tell, oldest first.

        Those that ``clock`` puts in it, used ones too; and unused ones that came too late for the
        issue of their date or that an editor released. ``used_in`` speaks of ``newsletter`` alone.
        """
        by_sight = clock is EntryClock.FIRST_SEEN
        period_or_late = _seen_in(period) if by_sight else _dated_in(period, newsletter)
        released = entries.c.mark_state == EntryState.NEW
        found: dict[EntryKey, KeptEntry] = {}
        with self._database.reading() as connection:
            for condition in (period_or_late, released):
                wanted = _kept(newsletter).where(condition)
                for kept in _of_feeds(connection, wanted, feeds):
                    counted = counted_at(kept, clock)
                    inside = counted is not None and counted in period
                    if inside or not kept.used_in:
                        found[kept.entry.key] = kept
        return tuple(sorted(found.values(), key=_oldest_first))

    def entry(self, key: EntryKey) -> KeptEntry | None:
        """One entry, by its id or an alias; ``used_in`` is the first issue that used it."""
        with self._database.reading() as connection:
            row = connection.execute(_kept().where(_has_key(key))).one_or_none()
            if row is None:
                row = connection.execute(_kept().where(_has_alias(key))).one_or_none()
        return _entry(row) if row else None

    def find(self, name: str) -> tuple[KeptEntry, ...]:
        """Entries by key (``FEED#ID``), id, alias or URL; at most 20."""
        parts = name.split("#")
        cuts = range(1, len(parts))
        keys = [EntryKey(feed="#".join(parts[:at]), id="#".join(parts[at:])) for at in cuts]
        by_key = [kept for key in keys if (kept := self.entry(key))]
        if by_key:
            return tuple(by_key[:1])
        page = bare_url(name)
        named = [entries.c.entry_id == name, *([entries.c.url_key == page] if page else [])]
        wanted = _kept().where(or_(*named)).order_by(entries.c.first_seen_at.desc())
        with self._database.reading() as connection:
            return tuple(_entry(row) for row in connection.execute(wanted.limit(_MOST_FOUND)))

    def recent(self, feeds: Sequence[str], *, newsletter: str, limit: int) -> tuple[KeptEntry, ...]:
        """The newest entries of these feeds, newest first; ``used_in`` as in entries_in."""
        newest = func.coalesce(entries.c.dated_at, entries.c.first_seen_at).desc()
        wanted = _kept(newsletter or None).order_by(newest, entries.c.entry_id).limit(limit)
        with self._database.reading() as connection:
            found = list(_of_feeds(connection, wanted, feeds))
        return tuple(sorted(found, key=_oldest_first, reverse=True)[:limit])

    def dates(self, feeds: Sequence[str]) -> tuple[EntryDate, ...]:
        """When each dated entry of these feeds counts as published, in no order."""
        wanted = select(entries.c.feed_url, entries.c.dated_at, entries.c.first_seen_at).where(
            entries.c.dated_at.is_not(None)
        )
        with self._database.reading() as connection:
            return tuple(
                EntryDate(feed=row.feed_url, dated_at=row.dated_at, first_seen_at=row.first_seen_at)
                for some in portions(list(dict.fromkeys(feeds)))
                for row in connection.execute(wanted.where(entries.c.feed_url.in_(some)))
            )

    def history(self, key: EntryKey) -> tuple[Entry, ...]:
        """What an entry was before its edits, oldest first; at most the last 20."""
        wanted = (
            select(entry_history.c.document)
            .where(entry_history.c.feed_url == key.feed, entry_history.c.entry_id == key.id)
            .order_by(entry_history.c.id)
        )
        with self._database.reading() as connection:
            return tuple(decode_entry(document) for document in connection.scalars(wanted))

    def as_of(self, key: EntryKey, then: datetime) -> Entry | None:
        """What an entry was at that time, as far back as its history is kept."""
        kept = self.entry(key)
        if kept is None or kept.edited_at is None or kept.edited_at <= then:
            return kept.entry if kept else None
        own = kept.entry.key
        replaced_next = (
            select(entry_history.c.document)
            .where(
                entry_history.c.feed_url == own.feed,
                entry_history.c.entry_id == own.id,
                entry_history.c.replaced_at > then,
            )
            .order_by(entry_history.c.id)
            .limit(1)
        )
        with self._database.reading() as connection:
            document = connection.scalar(replaced_next)
        return decode_entry(document) if document else kept.entry

    def mark(self, key: EntryKey, mark: Mark | None) -> bool:
        """Mark an entry, or take its mark away; whether there is such an entry."""
        values = {"mark_state": mark and mark.state, "mark_why": mark.why if mark else ""}
        with self._database.writing() as connection:
            done = connection.execute(update(entries).where(_has_key(key)).values(values))
        return done.rowcount > 0


def _of_feeds(
    connection: Connection, wanted: Select[Any], feeds: Sequence[str]
) -> Iterable[KeptEntry]:
    for some in portions(list(dict.fromkeys(feeds))):
        for row in connection.execute(wanted.where(entries.c.feed_url.in_(some))):
            yield _entry(row)


def _dated_in(period: Period, newsletter: str) -> ColumnElement[bool]:
    return and_(
        entries.c.dated_at >= reach_back(period),
        entries.c.dated_at < period.end,
        or_(entries.c.dated_at >= period.start, _late(period, newsletter)),
    )


def _seen_in(period: Period) -> ColumnElement[bool]:
    """First seen in the period; what was there at its feed's first fetch goes by its own date."""
    seen = and_(
        entries.c.backlog.is_(False),
        entries.c.first_seen_at >= period.start,
        entries.c.first_seen_at < period.end,
    )
    dated = and_(
        entries.c.backlog.is_(True),
        entries.c.dated_at >= period.start,
        entries.c.dated_at < period.end,
    )
    return or_(seen, dated)


def _late(period: Period, newsletter: str) -> ColumnElement[bool]:
    """First seen in this period, though dated before it, when no issue could have had it."""
    considered = exists().where(
        issues.c.newsletter == newsletter,
        issues.c.kind == IssueKind.DIGEST,
        issues.c.state.not_in(_UNUSED),
        issues.c.period_start <= entries.c.dated_at,
        issues.c.period_end > entries.c.dated_at,
        issues.c.created_at >= entries.c.first_seen_at,
    )
    return and_(
        entries.c.backlog.is_(False),
        entries.c.first_seen_at >= period.start,
        # The round before a draft may come a little after the period's end.
        entries.c.first_seen_at < period.end + _LATE_ROUND,
        ~considered,
    )


def _has_key(key: EntryKey) -> ColumnElement[bool]:
    return and_(entries.c.feed_url == key.feed, entries.c.entry_id == key.id)


def _has_alias(key: EntryKey) -> ColumnElement[bool]:
    named = select(entry_aliases.c.entry_id).where(
        entry_aliases.c.feed_url == key.feed, entry_aliases.c.alias == key.id
    )
    return and_(entries.c.feed_url == key.feed, entries.c.entry_id == named.scalar_subquery())


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
        entries.c.backlog,
        entries.c.edits,
        entries.c.edited_at,
        entries.c.mark_state,
        entries.c.mark_why,
        _used_in(newsletter).label("used_in"),
    )


def _entry(row: Row[Any]) -> KeptEntry:
    return KeptEntry(
        entry=decode_entry(row.document),
        first_seen_at=row.first_seen_at,
        dated_at=row.dated_at,
        used_in=row.used_in or "",
        edits=row.edits,
        edited_at=row.edited_at,
        mark=Mark(state=row.mark_state, why=row.mark_why) if row.mark_state else None,
        backlog=row.backlog,
    )


def _oldest_first(kept: KeptEntry) -> tuple[datetime, EntryKey]:
    return kept.dated_at or kept.first_seen_at, kept.entry.key
