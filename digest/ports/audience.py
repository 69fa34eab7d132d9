"""What is kept of people: subscriptions, suppressions, and a ledger row for each mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from digest.model import (
    AnswerCount,
    Consent,
    Delivery,
    DomainTally,
    DueTimes,
    Enrolment,
    FrequencyCap,
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


class AudienceStore(Protocol):
    """Subscribers, what they agreed to, and who gets nothing any more."""

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
        """Add or update one subscription. Never revives one that was ended.

        An existing ``UNSUBSCRIBED`` stays; ``CONFIRMED`` is not lowered to ``PENDING``. What was
        chosen stays too, where ``variant`` is None.
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

    def subscription(self, subscriber_id: int, *, newsletter: str) -> Subscription | None:
        """One person's subscription to one newsletter, whatever became of it."""
        ...

    def choose(self, subscriber_id: int, *, newsletter: str, variant: Variant) -> bool:
        """Keep what a subscriber wants from now on; whether there is such a subscription."""
        ...

    def locate(self, subscriber_id: int, *, time_zone: str) -> bool:
        """Keep a subscriber's time zone, an IANA name or nothing; whether there is such one."""
        ...

    def time_zones(self, *, newsletter: str) -> tuple[str, ...]:
        """The time zones that confirmed readers of a newsletter are known to be in, sorted."""
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
    """One row per recipient of each issue, by the rules of docs/reliability.md."""

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
        """Freeze the recipients of an approved issue and start sending it, in one transaction.

        With ``times``, each is due at theirs; without, all at once.
        Returns how many there are; frozen recipients of an earlier call stay as they are.
        ``told`` narrows them to those who got another issue. ``trial`` draws a sample of them for
        the issue's two subjects, and the others wait for what comes of it.
        """
        ...

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
        """Take up to ``limit`` rows that are due, for ``owner``, committed before returning.

        None is due while the issue is not being sent (paused, cancelled). Readers who had as many
        mails as ``cap`` allows are put off until they may get one more, unless theirs was begun.
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

    def all_may_go(self, batch: Sequence[Delivery], *, owner: str, now: datetime) -> bool:
        """Whether rows that were begun may all go still, by the rules of :meth:`begin`.

        Reads only, so that it can be asked just before a hand-over.
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

    def next_due(self, issue_id: int) -> datetime | None:
        """When the next of those who wait is due, maybe by now; None when nobody waits."""
        ...

    def prospects(
        self, issue_id: int, *, newsletter: str, now: datetime, told: Told | None = None
    ) -> tuple[Delivery, ...]:
        """The deliveries that :meth:`freeze` would freeze now; their ids are 0."""
        ...

    def keep_rehearsal(self, rehearsal: Rehearsal) -> None:
        """Keep the last rehearsal of an issue, in place of the one before."""
        ...

    def rehearsal(self, issue_id: int) -> Rehearsal | None:
        """The last rehearsal of an issue."""
        ...

    def variants_told(self, issue_id: int) -> tuple[Variant, ...]:
        """The variants in which an issue reached anybody, or may have."""
        ...

    def count_told(self, told: Told, *, newsletter: str) -> int:
        """How many of those who got an issue would be told of a correction now."""
        ...

    def tally(self, issue_id: int) -> Tally:
        """How many deliveries stand in each state."""
        ...

    def domains(self, issue_id: int, *, limit: int) -> tuple[DomainTally, ...]:
        """The domains with the most recipients, and how theirs stand; the most first."""
        ...

    def answers(self, issue_id: int) -> tuple[AnswerCount, ...]:
        """What was answered to those who have not got the issue, word for word, and how often."""
        ...

    def sent_since(self, issue_id: int, since: datetime) -> int:
        """How many were sent from that moment on."""
        ...


class RelayStore(Protocol):
    """How relays do, and what was used of rates that outlive a process."""

    def states(self) -> tuple[RelayState, ...]:
        """The last that is known of each relay that ever broke, in order of name."""
        ...

    def keep(self, state: RelayState) -> None:
        """Put a relay's state in place of the one before."""
        ...

    def uses(self, *, since: datetime) -> tuple[RateUse, ...]:
        """What was used in the minutes that ended after then."""
        ...

    def add_uses(self, uses: Sequence[RateUse], *, since: datetime) -> None:
        """Add to what was used; minutes that ended up to ``since`` are forgotten."""
        ...
