"""What is kept of sources: feeds and their entries, remote lists, articles, hubs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

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


class EntryStore(Protocol):
    """The entries that feeds brought."""

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
        issue of their date (never from the first fetch of a feed) or that an editor released.
        ``used_in`` speaks of ``newsletter`` alone: what another one used is still new for it.
        Issues that were skipped or cancelled use nothing.
        """
        ...

    def entry(self, key: EntryKey) -> KeptEntry | None:
        """One entry, by its id or an alias; ``used_in`` is the first issue that used it."""
        ...

    def find(self, name: str) -> tuple[KeptEntry, ...]:
        """Entries by key (``FEED#ID``), id or URL, as people name them; at most 20."""
        ...

    def recent(self, feeds: Sequence[str], *, newsletter: str, limit: int) -> tuple[KeptEntry, ...]:
        """The newest entries of these feeds, newest first.

        ``used_in`` speaks of ``newsletter``, or of any with an empty one.
        """
        ...

    def dates(self, feeds: Sequence[str]) -> tuple[EntryDate, ...]:
        """When each dated entry of these feeds counts as published, in no order."""
        ...

    def history(self, key: EntryKey) -> tuple[Entry, ...]:
        """What an entry was before its edits, oldest first; at most the last 20."""
        ...

    def as_of(self, key: EntryKey, then: datetime) -> Entry | None:
        """What an entry was at that time, as far back as its history is kept."""
        ...

    def mark(self, key: EntryKey, mark: Mark | None) -> bool:
        """Mark an entry, or take its mark away; whether there is such an entry."""
        ...


class FeedStore(EntryStore, Protocol):
    """What is remembered of feeds, and the entries they brought."""

    def states(self, urls: Sequence[str]) -> dict[str, FeedState]:
        """The state of each feed; one never asked has the default state."""
        ...

    def measures(self, urls: Sequence[str], *, now: datetime) -> dict[str, FeedMeasures]:
        """What each feed brought; all zero for one that brought nothing."""
        ...

    def save_refresh(
        self, state: FeedState, entries: Sequence[Entry], *, now: datetime
    ) -> tuple[int, int]:
        """Keep a feed's new state and its entries, in one transaction: (new, changed) counts.

        An entry that is known by its id, its page or its words
        (digest.collect.upkeep.identity) keeps its key and its date, and is never new again.
        """
        ...

    def archives(self, urls: Sequence[str]) -> dict[str, FeedArchive]:
        """What is known of each feed's archive; nothing for one never read."""
        ...

    def save_archive(
        self, archive: FeedArchive, entries: Sequence[Entry], *, backlog: bool, now: datetime
    ) -> int:
        """Keep those entries of a page of an archive that are not known: how many they are.

        What is known stays as it is: an archive may hold earlier versions. The feed's state does
        too. ``backlog`` entries are never new for an issue of another date.
        """
        ...


class ListStore(Protocol):
    """The feeds that remote lists hold."""

    def feeds(self, lists: Sequence[str]) -> dict[str, tuple[Feed, ...]]:
        """The feeds each list holds now, in its order; none for a list never read."""
        ...

    def replace(self, list_url: str, feeds: Sequence[Feed], *, now: datetime) -> tuple[int, int]:
        """Keep what a list holds now, in one transaction: (added, removed) counts.

        A feed that is no longer in it is marked as removed; one that comes back is added anew.
        """
        ...


class ArticleStore(Protocol):
    """Which entries' pages were asked for, what came of it, and the rules of their sites."""

    def waiting(
        self, feeds: Sequence[str], *, since: datetime, now: datetime, limit: int
    ) -> tuple[ArticleCandidate, ...]:
        """Entries of these feeds, dated ``since`` then, whose page is to be looked at now.

        Those never looked at, those that their feed changed after, and those that failed and are
        due again; the newest first.
        """
        ...

    def settle(self, visits: Sequence[ArticleVisit]) -> None:
        """Remember visits that changed no entry, in one transaction."""
        ...

    def enrich(self, entry: Entry, visit: ArticleVisit) -> bool:
        """Keep an entry with its article's text in place of the feed's, and remember the visit.

        False, and nothing kept, when its feed has changed it in the meantime.
        """
        ...

    def robots(self, origins: Sequence[str], *, now: datetime) -> dict[str, Robots]:
        """The rules of those sites that are known and still fresh."""
        ...

    def keep_robots(self, rules: Robots) -> None:
        """Keep a site's rules in place of older ones."""
        ...


class HubStore(Protocol):
    """Subscriptions at WebSub hubs, and the documents they pushed."""

    def subscriptions(self) -> tuple[HubSubscription, ...]:
        """Every subscription, in order of feed."""
        ...

    def find(self, token: str) -> HubSubscription | None:
        """The subscription whose callback ends in this token."""
        ...

    def add(self, subscription: HubSubscription) -> bool:
        """Keep a new subscription; False, and nothing kept, when its feed has one already."""
        ...

    def change(
        self, token: str, decide: Callable[[HubSubscription], HubSubscription | None]
    ) -> HubSubscription | None:
        """Read, decide and write in one transaction; a decision of None forgets the subscription.

        Returns what is kept afterwards: None when it was forgotten, or not there.
        """
        ...

    def keep_push(self, push: Push, *, most: int, most_bytes: int) -> bool:
        """Keep a document until it is worked off; False when there is no room for it.

        There is room below ``most`` documents of ``most_bytes`` bytes together.
        """
        ...

    def next_push(self, *, after: int = 0) -> Push | None:
        """The oldest document whose id is above ``after``."""
        ...

    def drop_push(self, push_id: int) -> None:
        """Forget a document that was worked off."""
        ...
