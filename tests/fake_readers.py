"""Subscribers and deliveries kept in dictionaries, held to the ports' contracts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from digest.model import (
    EVERYTHING,
    AnswerCount,
    Consent,
    Delivery,
    DeliveryState,
    DomainTally,
    DueTimes,
    Enrolment,
    FrequencyCap,
    IssueState,
    NewSubscriber,
    RateUse,
    Rehearsal,
    RelayState,
    Settlement,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
    Tally,
    Told,
    TrialPlan,
    Variant,
)
from tests.fake_issues import FakeIssueStore


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
        self,
        *,
        address: str,
        name: str,
        newsletter: str,
        consent: Consent,
        now: datetime,
        variant: Variant | None = None,
    ) -> Subscription:
        person = self._person(address, name)
        old = self.rows.get((person.id, newsletter))
        kept = old and (old.consent is not Consent.PENDING or old.consent is consent)
        row = (
            replace(old, subscriber=person)
            if old and kept
            else Subscription(
                subscriber=person,
                newsletter=newsletter,
                consent=consent,
                since=now,
                variant=old.variant if old else EVERYTHING,
            )
        )
        asks = variant and (old is None or consent is Consent.CONFIRMED)
        row = replace(row, variant=variant) if variant and asks else row
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
        zone = row.time_zone if row.consent is Consent.CONFIRMED or old is None else ""
        self.locate(person.id, time_zone=zone or person.time_zone)
        new = self.subscribe(
            address=row.address,
            name=row.name,
            newsletter=newsletter,
            consent=row.consent,
            now=now,
            variant=row.variant,
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

    def subscription(self, subscriber_id: int, *, newsletter: str) -> Subscription | None:
        if self.error:
            raise self.error
        return self.rows.get((subscriber_id, newsletter))

    def choose(self, subscriber_id: int, *, newsletter: str, variant: Variant) -> bool:
        row = self.rows.get((subscriber_id, newsletter))
        if row is not None:
            self.rows[subscriber_id, newsletter] = replace(row, variant=variant)
        return row is not None

    def locate(self, subscriber_id: int, *, time_zone: str) -> bool:
        person = self.people.get(subscriber_id)
        if person is None:
            return False
        moved = self.people[subscriber_id] = replace(person, time_zone=time_zone)
        for key, row in self.rows.items():
            if key[0] == subscriber_id:
                self.rows[key] = replace(row, subscriber=moved)
        return True

    def time_zones(self, *, newsletter: str) -> tuple[str, ...]:
        found = {
            row.subscriber.time_zone
            for row in self.rows.values()
            if row.newsletter == newsletter and row.consent is Consent.CONFIRMED
        }
        return tuple(sorted(found - {""}))

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
    settled: Settlement | None = None


_WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN})


@dataclass
class FakeLedgerStore:
    """Deliveries, in a list, over the audience and the issues beside it."""

    issues: FakeIssueStore = field(default_factory=FakeIssueStore)
    audience: FakeAudienceStore = field(default_factory=FakeAudienceStore)
    rows: list[_LedgerRow] = field(default_factory=list)
    rehearsed: dict[int, Rehearsal] = field(default_factory=dict)

    def freeze(
        self,
        issue_id: int,
        *,
        newsletter: str,
        now: datetime,
        times: DueTimes | None = None,
        told: Told | None = None,
        trial: TrialPlan | None = None,
    ) -> int:
        assert trial is None, "no trials are kept here"
        frozen = [row for row in self.rows if row.delivery.issue_id == issue_id]
        if not frozen:
            those = self._told(told) if told else None
            for row in self.audience.subscriptions(newsletter=newsletter):
                wanted = those is None or row.subscriber.id in those
                if wanted and self.audience.gets(row.subscriber.id, newsletter):
                    all_of_it = replace(row, variant=EVERYTHING) if told else row
                    self.rows.append(self._row(issue_id, all_of_it, times))
        self.issues.change_state(
            issue_id, to=IssueState.SENDING, allowed=(IssueState.APPROVED,), now=now
        )
        return len(frozen) or self.tally(issue_id).total

    def _row(self, issue_id: int, subscription: Subscription, times: DueTimes | None) -> _LedgerRow:
        subscriber = subscription.subscriber
        due_at = times.zones.get(subscriber.time_zone, times.usual) if times else None
        return _LedgerRow(
            next_at=due_at,
            delivery=Delivery(
                id=len(self.rows) + 1,
                issue_id=issue_id,
                subscriber_id=subscriber.id,
                address=subscriber.address,
                name=subscriber.name,
                variant=subscription.variant,
                due_at=due_at,
            ),
        )

    def _told(self, told: Told) -> set[int]:
        return {
            row.delivery.subscriber_id
            for row in self._got(told.issue_id)
            if row.delivery.variant in told.variants
        }

    def _got(self, issue_id: int) -> list[_LedgerRow]:
        states = (DeliveryState.SENT, DeliveryState.UNCERTAIN)
        return [
            row
            for row in self.rows
            if row.delivery.issue_id == issue_id and row.delivery.state in states
        ]

    def prospects(
        self, issue_id: int, *, newsletter: str, now: datetime, told: Told | None = None
    ) -> tuple[Delivery, ...]:
        del now
        those = self._told(told) if told else None
        return tuple(
            replace(self._row(issue_id, row, None).delivery, id=0)
            for row in self.audience.subscriptions(newsletter=newsletter)
            if (those is None or row.subscriber.id in those)
            and self.audience.gets(row.subscriber.id, newsletter)
        )

    def keep_rehearsal(self, rehearsal: Rehearsal) -> None:
        self.rehearsed[rehearsal.issue_id] = rehearsal

    def rehearsal(self, issue_id: int) -> Rehearsal | None:
        return self.rehearsed.get(issue_id)

    def variants_told(self, issue_id: int) -> tuple[Variant, ...]:
        found = {row.delivery.variant for row in self._got(issue_id)}
        return tuple(sorted(found, key=lambda variant: (variant.topics, variant.volume)))

    def count_told(self, told: Told, *, newsletter: str) -> int:
        return sum(self.audience.gets(each, newsletter) for each in self._told(told))

    def claim(
        self,
        issue_id: int,
        *,
        limit: int,
        owner: str,
        until: datetime,
        now: datetime,
        cap: FrequencyCap | None = None,
    ) -> tuple[Delivery, ...]:
        assert cap is None, "no cap is kept here"
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

    def all_may_go(self, batch: Sequence[Delivery], *, owner: str, now: datetime) -> bool:
        del now  # no lease runs out here
        return all(
            self._of(one.id).owner == owner
            and self.issues.kept[one.issue_id].state is IssueState.SENDING
            and self.audience.gets(
                one.subscriber_id, self.issues.kept[one.issue_id].issue.key.newsletter
            )
            for one in batch
        )

    def settle(self, settlements: Sequence[Settlement], *, now: datetime) -> None:
        for settlement in settlements:
            row = self._of(settlement.delivery_id)
            if row.delivery.state.final:
                continue
            row.settled = settlement
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

    def next_due(self, issue_id: int) -> datetime | None:
        waiting = [
            row.next_at or datetime.min.replace(tzinfo=UTC)
            for row in self.rows
            if row.delivery.issue_id == issue_id and row.delivery.state in _WAITING
        ]
        return min(waiting, default=None)

    def tally(self, issue_id: int) -> Tally:
        states = [row.delivery.state for row in self.rows if row.delivery.issue_id == issue_id]
        return Tally(
            counts=tuple((state, states.count(state)) for state in DeliveryState if state in states)
        )

    def domains(self, issue_id: int, *, limit: int) -> tuple[DomainTally, ...]:
        rows = [row.delivery for row in self.rows if row.delivery.issue_id == issue_id]
        found: dict[str, list[DeliveryState]] = {}
        for delivery in rows:
            found.setdefault(delivery.address.rpartition("@")[2], []).append(delivery.state)
        largest = sorted(found, key=lambda name: (-len(found[name]), name))[:limit]
        return tuple(
            DomainTally(
                domain=name, tally=Tally(counts=tuple(sorted(Counter(found[name]).items())))
            )
            for name in largest
        )

    def answers(self, issue_id: int) -> tuple[AnswerCount, ...]:
        del issue_id
        return ()

    def sent_since(self, issue_id: int, since: datetime) -> int:
        del since
        return self.tally(issue_id)[DeliveryState.SENT]

    def _of(self, delivery_id: int) -> _LedgerRow:
        return self.rows[delivery_id - 1]


@dataclass
class FakeRelayStore:
    """How relays do, in dictionaries."""

    kept: dict[str, RelayState] = field(default_factory=dict)
    used: dict[tuple[str, datetime], int] = field(default_factory=dict)

    def states(self) -> tuple[RelayState, ...]:
        return tuple(self.kept[name] for name in sorted(self.kept))

    def keep(self, state: RelayState) -> None:
        self.kept[state.name] = state

    def uses(self, *, since: datetime) -> tuple[RateUse, ...]:
        return tuple(
            RateUse(limit=limit, until=until, count=count)
            for (limit, until), count in sorted(self.used.items())
            if until > since
        )

    def add_uses(self, uses: Sequence[RateUse], *, since: datetime) -> None:
        for use in uses:
            key = use.limit, use.until
            self.used[key] = self.used.get(key, 0) + use.count
        self.used = {key: count for key, count in self.used.items() if key[1] > since}
