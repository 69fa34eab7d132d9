"""Feeds, lists, articles and hubs kept in dictionaries, held to the ports' contracts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.curate.states import counted_at
from digest.model import (
    ArticleCandidate,
    ArticleVisit,
    Entry,
    EntryClock,
    EntryDate,
    EntryKey,
    Feed,
    FeedArchive,
    FeedMeasures,
    FeedState,
    HubSubscription,
    KeptEntry,
    Mark,
    Period,
    Push,
    Robots,
)


@dataclass
class FakeFeedStore:
    """Feeds' states and entries, in dictionaries."""

    kept: dict[EntryKey, KeptEntry] = field(default_factory=dict)
    known: dict[str, FeedState] = field(default_factory=dict)
    past: dict[EntryKey, list[Entry]] = field(default_factory=dict)
    reached: dict[str, FeedArchive] = field(default_factory=dict)

    def states(self, urls: Sequence[str]) -> dict[str, FeedState]:
        return {url: self.known.get(url, FeedState(url=url)) for url in urls}

    def measures(self, urls: Sequence[str], *, now: datetime) -> dict[str, FeedMeasures]:
        del now
        keys = [key.feed for key in self.kept]
        return {url: FeedMeasures(entries=keys.count(url)) for url in urls}

    def save_refresh(
        self, state: FeedState, entries: Sequence[Entry], *, now: datetime
    ) -> tuple[int, int]:
        first_fetch = state.url not in self.known
        self.known[state.url] = state
        counts = [self._keep(entry, now=now, first_fetch=first_fetch) for entry in entries]
        return counts.count("new"), counts.count("changed")

    def archives(self, urls: Sequence[str]) -> dict[str, FeedArchive]:
        return {url: self.reached.get(url, FeedArchive(url=url)) for url in urls}

    def save_archive(
        self, archive: FeedArchive, entries: Sequence[Entry], *, backlog: bool, now: datetime
    ) -> int:
        self.reached[archive.url] = archive
        fresh = [entry for entry in entries if entry.key not in self.kept]
        for entry in fresh:
            self._keep(entry, now=now, first_fetch=backlog)
        return len(fresh)

    def _keep(self, entry: Entry, *, now: datetime, first_fetch: bool) -> str:
        old = self.kept.get(entry.key)
        if old is None:
            dated = entry.published_at or entry.updated_at or (None if first_fetch else now)
            self.kept[entry.key] = KeptEntry(
                entry=entry, first_seen_at=now, dated_at=dated, backlog=first_fetch
            )
            return "new"
        if old.entry.fingerprint == entry.fingerprint:
            return "same"
        self.past.setdefault(entry.key, []).append(old.entry)
        self.kept[entry.key] = replace(old, entry=entry, edits=old.edits + 1, edited_at=now)
        return "changed"

    def entries_in(
        self,
        feeds: Sequence[str],
        period: Period,
        *,
        newsletter: str = "",
        clock: EntryClock = EntryClock.PUBLISHED,
    ) -> tuple[KeptEntry, ...]:
        del newsletter
        dated = [
            (counted, kept)
            for kept in self.kept.values()
            if kept.entry.key.feed in feeds
            and (counted := counted_at(kept, clock))
            and counted in period
        ]
        return tuple(kept for _, kept in sorted(dated, key=lambda pair: pair[0]))

    def entry(self, key: EntryKey) -> KeptEntry | None:
        return self.kept.get(key)

    def find(self, name: str) -> tuple[KeptEntry, ...]:
        return tuple(
            kept
            for kept in self.kept.values()
            if name in {str(kept.entry.key), kept.entry.key.id, kept.entry.url}
        )

    def recent(self, feeds: Sequence[str], *, newsletter: str, limit: int) -> tuple[KeptEntry, ...]:
        del newsletter
        found = [kept for kept in self.kept.values() if kept.entry.key.feed in feeds]
        found.sort(key=lambda kept: kept.dated_at or kept.first_seen_at, reverse=True)
        return tuple(found[:limit])

    def dates(self, feeds: Sequence[str]) -> tuple[EntryDate, ...]:
        return tuple(
            EntryDate(feed=key.feed, dated_at=kept.dated_at, first_seen_at=kept.first_seen_at)
            for key, kept in self.kept.items()
            if key.feed in feeds and kept.dated_at
        )

    def history(self, key: EntryKey) -> tuple[Entry, ...]:
        return tuple(self.past.get(key, ()))

    def as_of(self, key: EntryKey, then: datetime) -> Entry | None:
        kept = self.kept.get(key)
        if kept is None or kept.edited_at is None or kept.edited_at <= then:
            return kept.entry if kept else None
        return self.past[key][-1]

    def mark(self, key: EntryKey, mark: Mark | None) -> bool:
        if key not in self.kept:
            return False
        self.kept[key] = replace(self.kept[key], mark=mark)
        return True


@dataclass
class FakeListStore:
    """What remote lists hold, in a dictionary."""

    held: dict[str, tuple[Feed, ...]] = field(default_factory=dict)

    def feeds(self, lists: Sequence[str]) -> dict[str, tuple[Feed, ...]]:
        return {url: self.held.get(url, ()) for url in lists}

    def replace(self, list_url: str, feeds: Sequence[Feed], *, now: datetime) -> tuple[int, int]:
        del now
        before = {feed.url for feed in self.held.get(list_url, ())}
        after = {feed.url: Feed(url=feed.url, title=feed.title, tags=feed.tags) for feed in feeds}
        self.held[list_url] = tuple(after.values())
        return len(after.keys() - before), len(before - after.keys())


@dataclass
class FakeArticleStore:
    """Visits to articles and sites' rules, in dictionaries, over the feeds beside it."""

    feeds: FakeFeedStore = field(default_factory=FakeFeedStore)
    visits: dict[EntryKey, ArticleVisit] = field(default_factory=dict)
    rules: dict[str, Robots] = field(default_factory=dict)

    def waiting(
        self, feeds: Sequence[str], *, since: datetime, now: datetime, limit: int
    ) -> tuple[ArticleCandidate, ...]:
        dated = [
            (kept.dated_at, kept.entry)
            for kept in self.feeds.kept.values()
            if kept.entry.key.feed in feeds and kept.dated_at and kept.dated_at >= since
        ]
        dated.sort(key=lambda pair: pair[0], reverse=True)
        found = [
            ArticleCandidate(entry=entry, attempts=attempts)
            for _, entry in dated
            if (attempts := self._attempts(entry, now)) is not None
        ]
        return tuple(found[:limit])

    def _attempts(self, entry: Entry, now: datetime) -> int | None:
        visit = self.visits.get(entry.key)
        if visit is None or visit.fingerprint != entry.fingerprint:
            return 0
        return visit.attempts if visit.retry_at and visit.retry_at <= now else None

    def settle(self, visits: Sequence[ArticleVisit]) -> None:
        self.visits.update({visit.key: visit for visit in visits})

    def enrich(self, entry: Entry, visit: ArticleVisit) -> bool:
        kept = self.feeds.kept.get(entry.key)
        if kept is None or kept.entry.fingerprint != visit.fingerprint:
            return False
        self.feeds.kept[entry.key] = replace(kept, entry=entry)
        self.settle([visit])
        return True

    def robots(self, origins: Sequence[str], *, now: datetime) -> dict[str, Robots]:
        fresh = {rules.origin: rules for rules in self.rules.values() if rules.fresh_until > now}
        return {origin: fresh[origin] for origin in origins if origin in fresh}

    def keep_robots(self, rules: Robots) -> None:
        self.rules[rules.origin] = rules


@dataclass
class FakeHubStore:
    """Subscriptions at hubs and what they pushed, in dictionaries."""

    rows: dict[str, HubSubscription] = field(default_factory=dict)
    pushes: dict[int, Push] = field(default_factory=dict)

    def subscriptions(self) -> tuple[HubSubscription, ...]:
        return tuple(sorted(self.rows.values(), key=lambda row: row.feed_url))

    def find(self, token: str) -> HubSubscription | None:
        return self.rows.get(token)

    def add(self, subscription: HubSubscription) -> bool:
        if subscription.feed_url in {row.feed_url for row in self.rows.values()}:
            return False
        self.rows[subscription.token] = subscription
        return True

    def change(
        self, token: str, decide: Callable[[HubSubscription], HubSubscription | None]
    ) -> HubSubscription | None:
        before = self.rows.pop(token, None)
        after = decide(before) if before else None
        if after:
            self.rows[token] = after
        return after

    def keep_push(self, push: Push, *, most: int, most_bytes: int) -> bool:
        held = sum(len(one.body) for one in self.pushes.values())
        if len(self.pushes) >= most or held + len(push.body) > most_bytes:
            return False
        number = max(self.pushes, default=0) + 1
        self.pushes[number] = replace(push, id=number)
        return True

    def next_push(self, *, after: int = 0) -> Push | None:
        return next((self.pushes[number] for number in sorted(self.pushes) if number > after), None)

    def drop_push(self, push_id: int) -> None:
        self.pushes.pop(push_id, None)
