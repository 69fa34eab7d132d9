"""In-memory stand-ins for what the shell needs from the world, held to the ports' contracts."""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from digest.app import App
from digest.collect.sources.kinds import read_source
from digest.config import Config, Secrets, Settings
from digest.errors import HandOffError, StateError, UnknownNameError
from digest.model import (
    Accepted,
    ArticleCandidate,
    ArticleVisit,
    Consent,
    Delivery,
    DeliveryState,
    Enrolment,
    Entry,
    EntryKey,
    Envelope,
    Feed,
    FeedMeasures,
    FeedState,
    FetchAnswer,
    FetchFailed,
    FetchRequest,
    FetchResult,
    HubSubscription,
    Issue,
    IssueKey,
    IssueState,
    KeptEntry,
    KeptIssue,
    Mark,
    Newsletter,
    NewSubscriber,
    ParseJob,
    ParseResult,
    Period,
    Push,
    RenderedIssue,
    Reply,
    Robots,
    SendOutcome,
    Settlement,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
    Tally,
)
from digest.resources import CONFIG

NOW = datetime(2024, 5, 16, 9, 0, tzinfo=UTC)
_Tag = TypeVar("_Tag")
LINK_KEY = b"a key for tests, of thirty-two b"


@dataclass
class FakeFeedStore:
    """Feeds' states and entries, in dictionaries."""

    kept: dict[EntryKey, KeptEntry] = field(default_factory=dict)
    known: dict[str, FeedState] = field(default_factory=dict)
    past: dict[EntryKey, list[Entry]] = field(default_factory=dict)

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
        self, feeds: Sequence[str], period: Period, *, newsletter: str = ""
    ) -> tuple[KeptEntry, ...]:
        del newsletter
        dated = [
            (kept.dated_at, kept)
            for kept in self.kept.values()
            if kept.entry.key.feed in feeds and kept.dated_at and kept.dated_at in period
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

    def history(self, key: EntryKey) -> tuple[Entry, ...]:
        return tuple(self.past.get(key, ()))

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
class FakeIssueStore:
    """Issues and renderings, in dictionaries; adding one uses its entries up in ``feeds``.

    ``error`` is raised by ``get`` where there is one.
    """

    feeds: FakeFeedStore = field(default_factory=FakeFeedStore)
    kept: dict[int, KeptIssue] = field(default_factory=dict)
    renderings: dict[int, RenderedIssue] = field(default_factory=dict)
    error: Exception | None = None

    def add(
        self, issue: Issue, *, now: datetime, state: IssueState = IssueState.DRAFT
    ) -> KeptIssue | None:
        if self.find(issue.key):
            return None
        added = KeptIssue(
            id=len(self.kept) + 1, issue=issue, state=state, revision=1, created_at=now
        )
        self.kept[added.id] = added
        if state is not IssueState.SKIPPED:
            self._use_up(issue)
        return added

    def _use_up(self, issue: Issue) -> None:
        for key in issue.entry_keys:
            if key in self.feeds.kept:
                self.feeds.kept[key] = replace(self.feeds.kept[key], used_in=issue.slug)

    def get(self, slug: str) -> KeptIssue:
        if self.error:
            raise self.error
        by_slug = [kept for kept in self.kept.values() if kept.issue.slug == slug]
        found = by_slug or self.issues(newsletter=slug)
        if not slug or not found:
            known = tuple(kept.issue.slug for kept in self.kept.values())
            raise UnknownNameError("issue", slug, known=known)
        return found[0]

    def find(self, key: IssueKey) -> KeptIssue | None:
        return next((kept for kept in self.kept.values() if kept.issue.key == key), None)

    def issues(
        self, *, newsletter: str = "", states: Sequence[IssueState] = ()
    ) -> tuple[KeptIssue, ...]:
        found = [
            kept
            for kept in self.kept.values()
            if newsletter in {"", kept.issue.key.newsletter}
            and (not states or kept.state in states)
        ]
        return tuple(sorted(found, key=lambda kept: kept.issue.key.period.end, reverse=True))

    def approve(
        self, kept: KeptIssue, rendering: RenderedIssue, *, by: str, now: datetime
    ) -> KeptIssue:
        current = self.kept[kept.id]
        if current.state is not IssueState.DRAFT or current.revision != kept.revision:
            raise StateError(kept.issue.slug, f"it is {current.state}, or changed meanwhile")
        self.renderings[kept.id] = rendering
        self.kept[kept.id] = replace(
            current,
            state=IssueState.APPROVED,
            revision=current.revision + 1,
            approved_at=now,
            approved_by=by,
            approved_digest=rendering.digest,
        )
        return self.kept[kept.id]

    def rendering(self, issue_id: int) -> RenderedIssue:
        return self.renderings[issue_id]

    def change_state(
        self, issue_id: int, *, to: IssueState, allowed: Sequence[IssueState], now: datetime
    ) -> bool:
        current = self.kept[issue_id]
        if current.state not in allowed:
            return False
        sent_at = now if to is IssueState.SENT else current.sent_at
        self.kept[issue_id] = replace(
            current, state=to, revision=current.revision + 1, sent_at=sent_at
        )
        return True


@dataclass
class FakeAudienceStore:
    """Subscribers, subscriptions and suppressions, in dictionaries.

    ``error`` is raised by ``subscriber`` and ``unsubscribe`` where there is one.
    """

    people: dict[int, Subscriber] = field(default_factory=dict)
    rows: dict[tuple[int, str], Subscription] = field(default_factory=dict)
    suppressed: dict[str, Suppression] = field(default_factory=dict)
    error: Exception | None = None

    def subscribe(
        self, *, address: str, name: str, newsletter: str, consent: Consent, now: datetime
    ) -> Subscription:
        person = self._person(address, name)
        old = self.rows.get((person.id, newsletter))
        kept = old and (old.consent is not Consent.PENDING or old.consent is consent)
        row = (
            replace(old, subscriber=person)
            if old and kept
            else Subscription(subscriber=person, newsletter=newsletter, consent=consent, since=now)
        )
        self.rows[person.id, newsletter] = row
        return row

    def subscribe_all(
        self, rows: Sequence[NewSubscriber], *, newsletter: str, now: datetime
    ) -> Enrolment:
        outcomes = [self._enrol(row, newsletter=newsletter, now=now) for row in rows]
        return Enrolment(
            added=outcomes.count("added"),
            changed=outcomes.count("changed"),
            unchanged=outcomes.count("unchanged"),
            ended=tuple(
                row.address
                for row, outcome in zip(rows, outcomes, strict=True)
                if outcome == "ended"
            ),
            suppressed=tuple(
                row.address for row in rows if row.address.strip().lower() in self.suppressed
            ),
        )

    def _enrol(self, row: NewSubscriber, *, newsletter: str, now: datetime) -> str:
        person = self._person(row.address, "")
        old = self.rows.get((person.id, newsletter))
        new = self.subscribe(
            address=row.address,
            name=row.name,
            newsletter=newsletter,
            consent=row.consent,
            now=now,
        )
        if old is None:
            return "added"
        if old.consent is Consent.UNSUBSCRIBED:
            return "ended"
        return "unchanged" if new == old else "changed"

    def _person(self, address: str, name: str) -> Subscriber:
        folded = address.strip().lower()
        found = next((p for p in self.people.values() if p.address.lower() == folded), None)
        person = found or Subscriber(id=len(self.people) + 1, address=address.strip())
        self.people[person.id] = replace(person, name=name or person.name)
        return self.people[person.id]

    def subscriptions(self, *, newsletter: str = "") -> Iterator[Subscription]:
        rows = [row for row in self.rows.values() if newsletter in {"", row.newsletter}]
        return iter(sorted(rows, key=lambda row: row.subscriber.address.lower()))

    def count(self, *, newsletter: str, consent: Consent) -> int:
        return sum(
            row.newsletter == newsletter and row.consent is consent for row in self.rows.values()
        )

    def subscriber(self, subscriber_id: int) -> Subscriber | None:
        if self.error:
            raise self.error
        return self.people.get(subscriber_id)

    def unsubscribe(self, subscriber_id: int, *, newsletter: str, now: datetime) -> bool:
        if self.error:
            raise self.error
        row = self.rows.get((subscriber_id, newsletter))
        if row is None or row.consent is Consent.UNSUBSCRIBED:
            return False
        ended = replace(row, consent=Consent.UNSUBSCRIBED, since=now)
        self.rows[subscriber_id, newsletter] = ended
        return True

    def suppress(self, address: str, *, reason: SuppressionReason, now: datetime) -> None:
        folded = address.strip().lower()
        self.suppressed.setdefault(
            folded, Suppression(address=address.strip(), reason=reason, since=now)
        )

    def release(self, address: str) -> bool:
        return self.suppressed.pop(address.strip().lower(), None) is not None

    def suppressions(self) -> tuple[Suppression, ...]:
        return tuple(self.suppressed[key] for key in sorted(self.suppressed))

    def gets(self, subscriber_id: int, newsletter: str) -> bool:
        """Whether mail of this newsletter goes to this person now."""
        row = self.rows.get((subscriber_id, newsletter))
        return (
            row is not None
            and row.consent is Consent.CONFIRMED
            and row.subscriber.address.lower() not in self.suppressed
        )


@dataclass
class _LedgerRow:
    delivery: Delivery
    owner: str = ""
    until: datetime | None = None
    begun: bool = False
    next_at: datetime | None = None


_WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN})


@dataclass
class FakeLedgerStore:
    """Deliveries, in a list, over the audience and the issues beside it."""

    issues: FakeIssueStore = field(default_factory=FakeIssueStore)
    audience: FakeAudienceStore = field(default_factory=FakeAudienceStore)
    rows: list[_LedgerRow] = field(default_factory=list)

    def freeze(self, issue_id: int, *, newsletter: str, now: datetime) -> int:
        frozen = [row for row in self.rows if row.delivery.issue_id == issue_id]
        if not frozen:
            for row in self.audience.subscriptions(newsletter=newsletter):
                if self.audience.gets(row.subscriber.id, newsletter):
                    self.rows.append(self._row(issue_id, row.subscriber))
        self.issues.change_state(
            issue_id, to=IssueState.SENDING, allowed=(IssueState.APPROVED,), now=now
        )
        return len(frozen) or self.tally(issue_id).total

    def _row(self, issue_id: int, subscriber: Subscriber) -> _LedgerRow:
        return _LedgerRow(
            delivery=Delivery(
                id=len(self.rows) + 1,
                issue_id=issue_id,
                subscriber_id=subscriber.id,
                address=subscriber.address,
                name=subscriber.name,
            )
        )

    def claim(
        self, issue_id: int, *, limit: int, owner: str, until: datetime, now: datetime
    ) -> tuple[Delivery, ...]:
        due = [
            row
            for row in self.rows
            if row.delivery.issue_id == issue_id
            and self.issues.kept[issue_id].state is IssueState.SENDING
            and row.delivery.state in _WAITING
            and (row.next_at is None or row.next_at <= now)
        ]
        for row in due[:limit]:
            row.owner, row.until, row.begun = owner, until, False
            row.delivery = replace(row.delivery, state=DeliveryState.CLAIMED)
        return tuple(row.delivery for row in due[:limit])

    def begin(self, delivery: Delivery, *, owner: str, now: datetime) -> bool:
        row = self._of(delivery.id)
        if row.delivery.state is not DeliveryState.CLAIMED or row.owner != owner:
            return False
        kept = self.issues.kept[delivery.issue_id]
        gets = self.audience.gets(delivery.subscriber_id, kept.issue.key.newsletter)
        if not gets or kept.state is not IssueState.SENDING:
            state = DeliveryState.QUEUED if gets else DeliveryState.SUPPRESSED
            row.owner, row.delivery = "", replace(row.delivery, state=state)
            return False
        row.begun = True
        first = row.delivery.first_attempt_at or now
        row.delivery = replace(row.delivery, first_attempt_at=first)
        return True

    def begin_all(
        self, batch: Sequence[Delivery], *, owner: str, now: datetime
    ) -> tuple[Delivery, ...]:
        begun = [delivery.id for delivery in batch if self.begin(delivery, owner=owner, now=now)]
        return tuple(self._of(delivery_id).delivery for delivery_id in begun)

    def settle(self, settlements: Sequence[Settlement], *, now: datetime) -> None:
        for settlement in settlements:
            row = self._of(settlement.delivery_id)
            if row.delivery.state.final:
                continue
            row.owner, row.begun, row.next_at = "", False, settlement.next_attempt_at
            row.delivery = replace(
                row.delivery,
                state=settlement.state,
                attempts=row.delivery.attempts + settlement.counts_as_attempt,
                first_attempt_at=row.delivery.first_attempt_at or now,
            )

    def recover(self, owners: Sequence[str], *, now: datetime) -> int:
        freed = [
            row
            for row in self.rows
            if row.delivery.state is DeliveryState.CLAIMED
            and (row.owner in owners or (row.until is not None and row.until <= now))
        ]
        for row in freed:
            state = DeliveryState.UNCERTAIN if row.begun else DeliveryState.QUEUED
            row.owner, row.begun, row.next_at = "", False, None
            row.delivery = replace(row.delivery, state=state)
        return len(freed)

    def owners(self) -> tuple[str, ...]:
        return tuple(sorted({row.owner for row in self.rows if row.owner}))

    def tally(self, issue_id: int) -> Tally:
        states = [row.delivery.state for row in self.rows if row.delivery.issue_id == issue_id]
        return Tally(
            counts=tuple((state, states.count(state)) for state in DeliveryState if state in states)
        )

    def _of(self, delivery_id: int) -> _LedgerRow:
        return self.rows[delivery_id - 1]


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


class FakeStore:
    """All of it, over one set of dictionaries."""

    def __init__(self) -> None:
        self.feeds = FakeFeedStore()
        self.lists = FakeListStore()
        self.articles = FakeArticleStore(feeds=self.feeds)
        self.issues = FakeIssueStore(feeds=self.feeds)
        self.audience = FakeAudienceStore()
        self.ledger = FakeLedgerStore(issues=self.issues, audience=self.audience)
        self.hubs = FakeHubStore()
        self.closed = False

    def link_key(self) -> bytes:
        return LINK_KEY

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeFetcher:
    """Answers from a dictionary; a URL it does not know fails."""

    results: dict[str, FetchResult] = field(default_factory=dict)
    asked: list[FetchRequest] = field(default_factory=list)

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchAnswer]:
        for request in requests:
            self.asked.append(request)
            unknown = FetchFailed(reason="the host does not exist")
            yield FetchAnswer(request=request, result=self.results.get(request.url, unknown))


class FakeParser:
    """Reads documents for real, in this process."""

    def parse_all(
        self, jobs: Iterable[tuple[_Tag, ParseJob | None]]
    ) -> Iterator[tuple[_Tag, ParseResult | None]]:
        for tag, job in jobs:
            yield tag, read_source(job) if job else None

    def close(self) -> None:
        pass


_PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head>\
<body><h1>{title}</h1><p>{stories}</p>\
<a href="https://unsubscribe.slot.invalid/">Unsubscribe</a></body></html>"""


@dataclass
class FakeRenderer:
    """Renders titles only; ``error`` is raised instead where there is one."""

    page: str = _PAGE
    error: Exception | None = None

    def render(self, issue: Issue, newsletter: Newsletter) -> RenderedIssue:
        if self.error:
            raise self.error
        stories = "; ".join(str(story.headline) for story in issue.stories)
        html = self.page.format(title=issue.title, stories=stories)
        text = (
            f"{issue.title}\n\n{stories}\n\n{newsletter.name}: https://unsubscribe.slot.invalid/\n"
        )
        return RenderedIssue(
            subject=str(issue.subject),
            preheader=str(issue.preheader),
            html=html,
            text=text,
            digest=hashlib.sha256((html + text).encode()).hexdigest(),
        )


@dataclass
class FakeMailer:
    """Takes every message into ``sent``, or answers as ``outcome`` decides."""

    sent: list[Envelope] = field(default_factory=list)
    outcome: Callable[[Envelope], SendOutcome] | None = None
    down: bool = False

    def connect(self) -> "FakeMailSession":
        if self.down:
            raise HandOffError("mail.example", "connection refused")
        return FakeMailSession(self)


@dataclass
class FakeMailSession:
    """A session with a FakeMailer."""

    mailer: FakeMailer
    closed: bool = False

    def send(self, envelope: Envelope) -> SendOutcome:
        answer = self.mailer.outcome(envelope) if self.mailer.outcome else None
        outcome = answer or Accepted(reply=Reply(code=250, text="2.0.0 Ok: queued"))
        if isinstance(outcome, Accepted):
            self.mailer.sent.append(envelope)
        return outcome

    def close(self) -> None:
        self.closed = True


def fake_config(
    directory: Path,
    *,
    newsletters: Sequence[Newsletter] = (),
    feeds: Sequence[Feed] = (),
    **sections: dict[str, object],
) -> Config:
    """The shipped settings, with ``sections`` such as ``web={"port": 0}`` over them."""
    tables = tomllib.loads((CONFIG / "digest.toml").read_text(encoding="utf-8"))
    merged = {name: table | sections.get(name, {}) for name, table in tables.items()}
    return Config(
        directory=directory,
        settings=Settings.model_validate(merged),
        feeds=tuple(feeds),
        newsletters=MappingProxyType({newsletter.id: newsletter for newsletter in newsletters}),
        secrets=Secrets(),
        database_url="sqlite://",
    )


@dataclass(frozen=True, kw_only=True)
class FakeWorld:
    """An App and its fakes by their own types, for tests that look inside."""

    app: App
    store: FakeStore
    fetcher: FakeFetcher
    renderer: FakeRenderer
    mailer: FakeMailer


def fake_world(config: Config, *, now: datetime = NOW) -> FakeWorld:
    """An App over fakes, its clock standing at ``now``."""
    store, fetcher, renderer, mailer = FakeStore(), FakeFetcher(), FakeRenderer(), FakeMailer()
    app = App(
        config=config,
        store=store,
        fetcher=fetcher,
        parser=FakeParser(),
        renderer=renderer,
        mailer=mailer,
        clock=lambda: now,
        link_key=LINK_KEY,
    )
    return FakeWorld(app=app, store=store, fetcher=fetcher, renderer=renderer, mailer=mailer)


def fake_app(config: Config, *, now: datetime = NOW) -> App:
    """An App over fakes."""
    return fake_world(config, now=now).app
