"""What the shell needs from the world, named for the need.

``digest.pipeline`` calls these; ``digest.store``, ``digest.collect.http.fetch``,
``digest.compose.render`` and ``digest.deliver.smtp`` provide them; tests bring their own fakes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from digest.model import (
    ArticleCandidate,
    ArticleJob,
    ArticleResult,
    ArticleVisit,
    Choice,
    Consent,
    Correction,
    Delivery,
    Edits,
    Enrolment,
    Entry,
    EntryClock,
    EntryDate,
    EntryKey,
    Envelope,
    Feed,
    FeedArchive,
    FeedMeasures,
    FeedState,
    FetchAnswer,
    FetchRequest,
    HubSubscription,
    Issue,
    IssueKey,
    IssueKind,
    IssueState,
    KeptEntry,
    KeptIssue,
    Mark,
    Newsletter,
    NewSubscriber,
    ParseJob,
    ParseResult,
    Period,
    PublishedIssue,
    Push,
    RenderedIssue,
    Robots,
    SendOutcome,
    Settlement,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
    Tally,
)

if TYPE_CHECKING:  # numpy comes with the extra ``topics``
    from numpy import float32
    from numpy.typing import NDArray

_Tag = TypeVar("_Tag")


class Fetcher(Protocol):
    """Asks for many URLs at once. Never raises for one of them: a failure is an answer."""

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchAnswer]:
        """Answers in the order they arrive."""
        ...


class Parser(Protocol):
    """Reads feeds and articles. Never raises for one of them: a failure is a result."""

    def parse_all(
        self, jobs: Iterable[tuple[_Tag, ParseJob | None]]
    ) -> Iterator[tuple[_Tag, ParseResult | None]]:
        """Documents as feeds: results in the order they are ready, with the tags of their jobs.

        ``jobs`` is read only as fast as documents are worked off, so that few of them are in
        memory at once. A tag without a job passes through and has no result.
        """
        ...

    def articles(
        self, jobs: Iterable[tuple[_Tag, ArticleJob | None]]
    ) -> Iterator[tuple[_Tag, ArticleResult | None]]:
        """Pages as articles, in the way of :meth:`parse_all`."""
        ...

    def close(self) -> None:
        """Let go of what reading needed; it is taken up again by the next call."""
        ...


class Renderer(Protocol):
    """Makes an issue into the bytes that are frozen at approval."""

    def render(self, issue: Issue, newsletter: Newsletter) -> RenderedIssue:
        """Render and inline, once for all readers.

        :raises TemplateError: when a template is broken.
        """
        ...


class MailSession(Protocol):
    """An open connection to a mail server."""

    def send(self, envelope: Envelope) -> SendOutcome:
        """Hand one message over and wait for the final reply. Never raises for a refusal."""
        ...

    def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        ...


class Mailer(Protocol):
    """A mail server that takes messages."""

    def connect(self) -> MailSession:
        """Open, secure and log in to a new session.

        :raises HandOffError: when the server cannot be used.
        """
        ...


class Embedder(Protocol):
    """Turns texts into vectors whose likeness is likeness of meaning."""

    def embed(self, texts: Sequence[str]) -> "NDArray[float32]":
        """One row of length 1 for each text (all zero where nothing in it is known)."""
        ...


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


class IssueStore(Protocol):
    """Issues and their frozen renderings."""

    def add(
        self,
        issue: Issue,
        *,
        now: datetime,
        state: IssueState = IssueState.DRAFT,
        choices: Sequence[Choice] = (),
    ) -> KeptIssue | None:
        """Keep a new issue and mark its entries as used; None when its period has one already.

        With ``IssueState.SKIPPED`` the period is used up and no entry is. A roundup uses no
        entries up, and its period is no digest's.
        """
        ...

    def get(self, slug: str) -> KeptIssue:
        """The issue with that slug; a newsletter's id means its newest digest.

        :raises UnknownNameError: when there is none.
        """
        ...

    def find(self, key: IssueKey, *, kind: IssueKind = IssueKind.DIGEST) -> KeptIssue | None:
        """The issue of that kind, newsletter and period."""
        ...

    def issues(
        self,
        *,
        newsletter: str = "",
        states: Sequence[IssueState] = (),
        kind: IssueKind | None = None,
    ) -> tuple[KeptIssue, ...]:
        """Issues, newest period first, narrowed where asked."""
        ...

    def approve(
        self, kept: KeptIssue, rendering: RenderedIssue, *, by: str, now: datetime
    ) -> KeptIssue:
        """Freeze the rendering with the issue, in one transaction.

        :raises StateError: when the issue is no draft, or changed since ``kept`` was read.
        """
        ...

    def rendering(self, issue_id: int) -> RenderedIssue:
        """The frozen rendering of an approved issue."""
        ...

    def published(self, *, newsletter: str = "") -> tuple[PublishedIssue, ...]:
        """Issues that went out or are going out, the latest first."""
        ...

    def save(
        self,
        kept: KeptIssue,
        *,
        issue: Issue,
        edits: Edits,
        choices: Sequence[Choice] | None = None,
        now: datetime,
    ) -> KeptIssue:
        """Put a draft's new text, edits and (where given) choices in place of the old ones.

        The entries it uses up are those of the new text.

        :raises StateError: when the issue is no draft, or changed since ``kept`` was read.
        """
        ...

    def choices(self, issue_id: int) -> tuple[Choice, ...]:
        """What became of each entry when the issue was made, in order of key."""
        ...

    def add_corrections(self, corrections: Sequence[Correction]) -> None:
        """Keep editors' words on topics; a later one on the same entry replaces the earlier."""
        ...

    def corrections(self, newsletter: str) -> tuple[Correction, ...]:
        """The newsletter's corrections, oldest first."""
        ...

    def change_state(
        self, issue_id: int, *, to: IssueState, allowed: Sequence[IssueState], now: datetime
    ) -> bool:
        """Move an issue to another state if it is in one of those allowed; whether it moved."""
        ...


class AudienceStore(Protocol):
    """Subscribers, what they agreed to, and who gets nothing any more."""

    def subscribe(
        self, *, address: str, name: str, newsletter: str, consent: Consent, now: datetime
    ) -> Subscription:
        """Add or update one subscription. Never revives one that was ended.

        An existing ``UNSUBSCRIBED`` stays; ``CONFIRMED`` is not lowered to ``PENDING``.
        """
        ...

    def subscribe_all(
        self, rows: Sequence[NewSubscriber], *, newsletter: str, now: datetime
    ) -> Enrolment:
        """Subscribe a whole list by the rules of :meth:`subscribe`, in one transaction."""
        ...

    def subscriptions(self, *, newsletter: str = "") -> Iterator[Subscription]:
        """Every subscription, streamed in order of address."""
        ...

    def count(self, *, newsletter: str, consent: Consent) -> int:
        """How many subscriptions of a newsletter are in one state of consent."""
        ...

    def subscriber(self, subscriber_id: int) -> Subscriber | None:
        """One person."""
        ...

    def unsubscribe(self, subscriber_id: int, *, newsletter: str, now: datetime) -> bool:
        """End a subscription; whether there was one that had not ended yet."""
        ...

    def suppress(self, address: str, *, reason: SuppressionReason, now: datetime) -> None:
        """Keep an address from all mail."""
        ...

    def release(self, address: str) -> bool:
        """Take an address off the suppression list; whether it was on it."""
        ...

    def suppressions(self) -> tuple[Suppression, ...]:
        """The suppression list, in order of address."""
        ...


class LedgerStore(Protocol):
    """One row per recipient of each issue, and the states of RELIABILITY's sending rules."""

    def freeze(self, issue_id: int, *, newsletter: str, now: datetime) -> int:
        """Freeze the recipients of an approved issue and start sending it, in one transaction.

        Returns how many there are; frozen recipients of an earlier call stay as they are.
        """
        ...

    def claim(
        self, issue_id: int, *, limit: int, owner: str, until: datetime, now: datetime
    ) -> tuple[Delivery, ...]:
        """Take up to ``limit`` rows that are due, for ``owner``, committed before returning.

        None is due while the issue is not being sent (paused, cancelled).
        """
        ...

    def begin(self, delivery: Delivery, *, owner: str, now: datetime) -> bool:
        """Mark a claimed row as being handed over, just before it is; committed.

        False, and settled as suppressed, when the person has unsubscribed or is suppressed by now.
        False, and back in the queue, when the issue was paused or cancelled.
        False, and untouched, when the row is not (or no longer) claimed by ``owner``.
        """
        ...

    def begin_all(
        self, batch: Sequence[Delivery], *, owner: str, now: datetime
    ) -> tuple[Delivery, ...]:
        """Mark claimed rows as being handed over by the rules of :meth:`begin`, in one commit.

        Returns those that may go, in the order given. One commit for a window of messages is what
        keeps a disk's flushes from setting the pace.
        """
        ...

    def settle(self, settlements: Sequence[Settlement], *, now: datetime) -> None:
        """Record how claimed deliveries went, in one transaction.

        A delivery that is final already stays as it is, so that settling twice does no harm.

        :raises StateError: when one is not in the ledger; the others are recorded all the same.
        """
        ...

    def recover(self, owners: Sequence[str], *, now: datetime) -> int:
        """Free rows claimed by owners that are dead, or whose lease ran out; how many.

        Rows that were being handed over become ``UNCERTAIN`` and due; the others are queued again.
        """
        ...

    def owners(self) -> tuple[str, ...]:
        """Who holds claims now."""
        ...

    def tally(self, issue_id: int) -> Tally:
        """How many deliveries stand in each state."""
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


class Store(Protocol):
    """All of it, over one database."""

    @property
    def feeds(self) -> FeedStore:
        """Feeds and entries."""
        ...

    @property
    def lists(self) -> ListStore:
        """Remote lists of feeds."""
        ...

    @property
    def articles(self) -> ArticleStore:
        """Visits to entries' pages."""
        ...

    @property
    def issues(self) -> IssueStore:
        """Issues and renderings."""
        ...

    @property
    def audience(self) -> AudienceStore:
        """Subscribers and suppressions."""
        ...

    @property
    def ledger(self) -> LedgerStore:
        """Deliveries."""
        ...

    @property
    def hubs(self) -> HubStore:
        """Subscriptions at hubs."""
        ...

    def link_key(self) -> bytes:
        """The key that signs links: made on first use, then always the same."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
