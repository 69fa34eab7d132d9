"""The sending equation, under every order of events Hypothesis can think of."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from digest.model import (
    Consent,
    Delivery,
    DeliveryState,
    Issue,
    IssueKey,
    IssueState,
    NewSubscriber,
    Period,
    RenderedIssue,
    Settlement,
    SuppressionReason,
    Wording,
)
from digest.store import SqlStore, open_store

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
LEASE = timedelta(minutes=10)
PEOPLE = tuple(f"reader{n}@example.org" for n in range(6))
OWNERS = st.sampled_from(["one", "two"])
OPEN_STATES = (DeliveryState.DEFERRED, DeliveryState.UNCERTAIN, DeliveryState.QUEUED)


class Sending(RuleBasedStateMachine):
    """One issue on its way to six people, two senders, and life going on."""

    def __init__(self, store: SqlStore) -> None:
        super().__init__()
        self.store = store
        self.now = NOW
        self.held: dict[str, list[Delivery]] = {"one": [], "two": []}
        self.begun: dict[int, str] = {}
        self.final: dict[int, DeliveryState] = {}
        self.ended: set[int] = set()
        rows = [NewSubscriber(address=address) for address in PEOPLE]
        store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
        words = Wording(value="Words")
        issue = Issue(
            key=IssueKey(newsletter="weekly", period=Period(start=NOW - LEASE, end=NOW)),
            slug="weekly-1",
            title=words,
            subject=words,
            preheader=words,
        )
        rendering = RenderedIssue(subject="", preheader="", html="", text="", digest="")
        kept = store.issues.add(issue, now=NOW)
        assert kept is not None
        self.issue = store.issues.approve(kept, rendering, by="Ada", now=NOW).id
        self.frozen = store.ledger.freeze(self.issue, newsletter="weekly", now=NOW)

    @rule(owner=OWNERS, limit=st.integers(1, 4))
    def claim(self, owner: str, limit: int) -> None:
        taken = self.store.ledger.claim(
            self.issue, limit=limit, owner=owner, until=self.now + LEASE, now=self.now
        )
        held = {delivery.id for batch in self.held.values() for delivery in batch}
        assert held.isdisjoint(delivery.id for delivery in taken)
        assert self.final.keys().isdisjoint(delivery.id for delivery in taken)
        self.held[owner] += taken

    @rule(owner=OWNERS)
    def begin(self, owner: str) -> None:
        for delivery in self.held[owner][:1]:
            begun = self.store.ledger.begin(delivery, owner=owner, now=self.now)
            wanted = delivery.subscriber_id not in self.ended
            assert begun == (wanted and self.sending)
            if begun:
                self.begun[delivery.id] = owner
            else:
                self.held[owner].remove(delivery)
                self.begun.pop(delivery.id, None)
                if self.sending:
                    self.final[delivery.id] = DeliveryState.SUPPRESSED

    @rule(owner=OWNERS, state=st.sampled_from([DeliveryState.SENT, DeliveryState.FAILED]))
    def finish(self, owner: str, state: DeliveryState) -> None:
        done = [d for d in self.held[owner] if d.id in self.begun]
        self._settle(owner, done, state)
        self.final |= {delivery.id: state for delivery in done}

    @rule(owner=OWNERS, state=st.sampled_from(OPEN_STATES))
    def put_off(self, owner: str, state: DeliveryState) -> None:
        self._settle(owner, list(self.held[owner]), state)

    @rule(owner=OWNERS)
    def crash(self, owner: str) -> None:
        assert self.store.ledger.recover([owner], now=self.now) == len(self.held[owner])
        self._forget(owner, list(self.held[owner]))

    @rule(person=st.integers(0, len(PEOPLE) - 1), by_hand=st.booleans())
    def leave(self, person: int, by_hand: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        subscription = list(self.store.audience.subscriptions())[person]
        subscriber = subscription.subscriber
        if by_hand:
            self.store.audience.suppress(
                subscriber.address, reason=SuppressionReason.MANUAL, now=self.now
            )
        else:
            self.store.audience.unsubscribe(subscriber.id, newsletter="weekly", now=self.now)
        self.ended.add(subscriber.id)

    @rule()
    def somebody_joins(self) -> None:
        self.store.audience.subscribe(
            address="late@example.org",
            name="",
            newsletter="weekly",
            consent=Consent.CONFIRMED,
            now=self.now,
        )
        self.store.audience.unsubscribe(len(PEOPLE) + 1, newsletter="weekly", now=self.now)

    @rule()
    def pause_or_resume(self) -> None:
        to, source = (
            (IssueState.PAUSED, IssueState.SENDING)
            if self.sending
            else (IssueState.SENDING, IssueState.PAUSED)
        )
        assert self.store.issues.change_state(self.issue, to=to, allowed=(source,), now=self.now)

    @precondition(lambda self: self.sending)
    @rule()
    def freeze_again(self) -> None:
        count = self.store.ledger.freeze(self.issue, newsletter="weekly", now=self.now)
        assert count == self.frozen

    @property
    def sending(self) -> bool:
        return self.store.issues.get("weekly-1").state is IssueState.SENDING

    @invariant()
    def nobody_is_lost_or_counted_twice(self) -> None:
        """Audience = sent + failed + suppressed + open, each as this machine believes."""
        tally = self.store.ledger.tally(self.issue)
        assert tally.total == self.frozen == len(PEOPLE)
        for state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SUPPRESSED):
            assert tally[state] == list(self.final.values()).count(state)
        assert tally[DeliveryState.CLAIMED] == sum(map(len, self.held.values()))
        assert tally.open == self.frozen - len(self.final)

    def _settle(self, owner: str, deliveries: list[Delivery], state: DeliveryState) -> None:
        settlements = [Settlement(delivery_id=d.id, state=state) for d in deliveries]
        self.store.ledger.settle(settlements, now=self.now)
        self._forget(owner, deliveries)

    def _forget(self, owner: str, deliveries: list[Delivery]) -> None:
        self.held[owner] = [d for d in self.held[owner] if d not in deliveries]
        for delivery in deliveries:
            self.begun.pop(delivery.id, None)


def test_the_equation_holds_whatever_happens(migrated: Path) -> None:
    """No order of claims, crashes, pauses and departures loses or doubles a recipient."""
    with tempfile.TemporaryDirectory() as folder:

        class SendingOnDisk(Sending):
            def __init__(self) -> None:
                path = Path(tempfile.mkstemp(dir=folder)[1])
                shutil.copy(migrated, path)
                super().__init__(open_store(f"sqlite:///{path}"))

            def teardown(self) -> None:
                self.store.close()

        run_state_machine_as_test(
            SendingOnDisk,
            settings=settings(
                max_examples=20,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
