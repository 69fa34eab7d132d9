"""The ledger: freezing, claiming, handing over, settling, recovering."""

import multiprocessing
import multiprocessing.pool
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from digest.errors import StateError
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
    Tally,
    Variant,
    Volume,
    Wording,
)
from digest.store import SqlStore, open_store

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LEASE = timedelta(minutes=10)
RENDERING = RenderedIssue(subject="s", preheader="p", html="h", text="t", digest="d")


def approved(store: SqlStore, *, newsletter: str = "weekly") -> int:
    """An approved issue's id."""
    words = Wording(value="Words")
    period = Period(start=NOW - timedelta(days=7), end=NOW)
    issue = Issue(
        key=IssueKey(newsletter=newsletter, period=period),
        slug=f"{newsletter}-1",
        title=words,
        subject=words,
        preheader=words,
    )
    kept = store.issues.add(issue, now=NOW)
    assert kept is not None
    return store.issues.approve(kept, RENDERING, by="Ada", now=NOW).id


def audience(store: SqlStore, count: int, *, newsletter: str = "weekly") -> None:
    rows = [NewSubscriber(address=f"reader{n:05}@example.org", name=f"R{n}") for n in range(count)]
    store.audience.subscribe_all(rows, newsletter=newsletter, now=NOW)


def sending(store: SqlStore, count: int) -> int:
    """An issue that is being sent to so many people."""
    audience(store, count)
    issue_id = approved(store)
    assert store.ledger.freeze(issue_id, newsletter="weekly", now=NOW) == count
    return issue_id


def claim(
    store: SqlStore, issue_id: int, limit: int = 100, *, owner: str = "me", now: datetime = NOW
) -> tuple[Delivery, ...]:
    return store.ledger.claim(issue_id, limit=limit, owner=owner, until=now + LEASE, now=now)


def settled(delivery: Delivery, state: DeliveryState = DeliveryState.SENT) -> Settlement:
    return Settlement(delivery_id=delivery.id, state=state, note="250 ok", reply_code=250)


def state_of(store: SqlStore, issue_id: int) -> IssueState:
    return next(kept.state for kept in store.issues.issues() if kept.id == issue_id)


def counts(store: SqlStore, issue_id: int) -> dict[DeliveryState, int]:
    return dict(store.ledger.tally(issue_id).counts)


def test_freezing_takes_those_who_confirmed_and_are_not_suppressed(store: SqlStore) -> None:
    """Pending, ended, suppressed and other newsletters' people get no row."""
    audience(store, 2)
    audience(store, 3, newsletter="daily")
    rows = [
        NewSubscriber(address="pending@example.org", consent=Consent.PENDING),
        NewSubscriber(address="left@example.org", consent=Consent.UNSUBSCRIBED),
        NewSubscriber(address="Bad@example.org"),
    ]
    store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
    store.audience.suppress("bad@EXAMPLE.org", reason=SuppressionReason.HARD_BOUNCE, now=NOW)
    issue_id = approved(store)
    assert store.ledger.freeze(issue_id, newsletter="weekly", now=NOW) == 2
    assert counts(store, issue_id) == {DeliveryState.QUEUED: 2}
    assert state_of(store, issue_id) is IssueState.SENDING


def test_freezing_again_adds_nobody(store: SqlStore) -> None:
    """Recipients stand from the first call on; later subscribers get the next issue."""
    issue_id = sending(store, 2)
    audience(store, 5)
    assert store.ledger.freeze(issue_id, newsletter="weekly", now=LATER) == 2


def test_choices_are_frozen_with_the_recipients(store: SqlStore) -> None:
    """Who chooses anew in mid-run gets what they had chosen before: a retry is the same message."""
    wish = Variant(topics=("sea",), volume=Volume.SHORT)
    rows = [NewSubscriber(address="ann@example.org", variant=wish)]
    store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
    issue_id = approved(store)
    store.ledger.freeze(issue_id, newsletter="weekly", now=NOW)
    (person,) = store.audience.subscriptions()
    store.audience.choose(person.subscriber.id, newsletter="weekly", variant=Variant())
    (delivery,) = claim(store, issue_id)
    assert delivery.variant == wish


@pytest.mark.parametrize(
    "state", [s for s in IssueState if s not in {IssueState.APPROVED, IssueState.SENDING}]
)
def test_only_approved_issues_are_frozen(store: SqlStore, state: IssueState) -> None:
    """No other state starts a send, and nothing is written."""
    audience(store, 1)
    issue_id = approved(store)
    store.issues.change_state(issue_id, to=state, allowed=tuple(IssueState), now=NOW)
    with pytest.raises(StateError, match=state.value):
        store.ledger.freeze(issue_id, newsletter="weekly", now=NOW)
    assert store.ledger.tally(issue_id) == Tally()
    assert state_of(store, issue_id) is state


def test_an_issue_goes_to_its_own_newsletter_only(store: SqlStore) -> None:
    """Another newsletter's audience is refused, and so is an unknown issue."""
    issue_id = approved(store)
    with pytest.raises(StateError, match="is one of weekly"):
        store.ledger.freeze(issue_id, newsletter="daily", now=NOW)
    with pytest.raises(StateError, match="does not exist"):
        store.ledger.freeze(issue_id + 1, newsletter="weekly", now=NOW)


def test_a_claim_takes_up_to_its_limit_and_no_row_twice(store: SqlStore) -> None:
    """Claimed rows are out of reach of every other claim."""
    issue_id = sending(store, 5)
    first = claim(store, issue_id, 3)
    second = claim(store, issue_id, 3, owner="you")
    assert (len(first), len(second)) == (3, 2)
    assert {d.id for d in first}.isdisjoint(d.id for d in second)
    assert claim(store, issue_id) == ()
    assert {d.state for d in first} == {DeliveryState.CLAIMED}
    assert (first[0].address, first[0].name) == ("reader00000@example.org", "R0")
    assert store.ledger.owners() == ("me", "you")


def test_nothing_is_due_while_an_issue_is_paused(store: SqlStore) -> None:
    """A pause stops claims at once, and resuming brings them back."""
    issue_id = sending(store, 1)
    move = store.issues.change_state
    move(issue_id, to=IssueState.PAUSED, allowed=(IssueState.SENDING,), now=NOW)
    assert claim(store, issue_id) == ()
    move(issue_id, to=IssueState.SENDING, allowed=(IssueState.PAUSED,), now=NOW)
    assert len(claim(store, issue_id)) == 1


def test_a_pause_stops_what_is_claimed_and_not_yet_begun(store: SqlStore) -> None:
    """A claimed row of a paused issue goes back to the queue instead of out."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    store.issues.change_state(
        issue_id, to=IssueState.PAUSED, allowed=(IssueState.SENDING,), now=NOW
    )
    assert not store.ledger.begin(delivery, owner="me", now=NOW)
    assert counts(store, issue_id) == {DeliveryState.QUEUED: 1}
    assert store.ledger.owners() == ()


def test_a_sent_delivery_is_final(store: SqlStore) -> None:
    """claim, begin, settle: sent; a second settlement changes nothing."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    assert store.ledger.begin(delivery, owner="me", now=NOW)
    store.ledger.settle([settled(delivery)], now=NOW)
    store.ledger.settle([settled(delivery, DeliveryState.FAILED)], now=LATER)
    tally = store.ledger.tally(issue_id)
    assert (tally[DeliveryState.SENT], tally.open, tally.total) == (1, 0, 1)
    assert claim(store, issue_id, now=LATER) == ()
    assert store.ledger.owners() == ()


def test_a_deferred_delivery_is_due_at_its_time(store: SqlStore) -> None:
    """Attempts and the first attempt's moment are counted towards back-off and lifetime."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    retry = Settlement(delivery_id=delivery.id, state=DeliveryState.DEFERRED, next_attempt_at=LATER)
    store.ledger.settle([retry], now=NOW)
    assert claim(store, issue_id) == ()
    (again,) = claim(store, issue_id, now=LATER)
    assert (again.attempts, again.first_attempt_at) == (1, NOW)
    store.ledger.settle([retry], now=LATER)
    (third,) = claim(store, issue_id, now=LATER)
    assert (third.attempts, third.first_attempt_at) == (2, NOW)


def test_giving_back_is_no_attempt(store: SqlStore) -> None:
    """A row returned to the queue is due at once and as fresh as before."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    back = Settlement(delivery_id=delivery.id, state=DeliveryState.QUEUED, counts_as_attempt=False)
    store.ledger.settle([back], now=NOW)
    (again,) = claim(store, issue_id)
    assert (again.attempts, again.first_attempt_at) == (0, None)


def test_an_unsubscribe_in_mid_run_takes_effect_on_the_next_message(store: SqlStore) -> None:
    """A claimed row of somebody who has left is settled as suppressed, not sent."""
    issue_id = sending(store, 2)
    left, stays = claim(store, issue_id)
    store.audience.unsubscribe(left.subscriber_id, newsletter="weekly", now=NOW)
    assert not store.ledger.begin(left, owner="me", now=NOW)
    assert store.ledger.begin(stays, owner="me", now=NOW)
    assert counts(store, issue_id) == {DeliveryState.SUPPRESSED: 1, DeliveryState.CLAIMED: 1}


def test_a_suppression_in_mid_run_takes_effect_on_the_next_message(store: SqlStore) -> None:
    """So is one of an address that bounced or complained since."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    store.audience.suppress(delivery.address.upper(), reason=SuppressionReason.COMPLAINT, now=NOW)
    assert not store.ledger.begin(delivery, owner="me", now=NOW)
    assert counts(store, issue_id) == {DeliveryState.SUPPRESSED: 1}


def test_a_batch_begins_in_one_go(store: SqlStore) -> None:
    """Those who may get it are returned in order; the others are settled or left alone."""
    issue_id = sending(store, 5)
    batch = claim(store, issue_id, 4)
    (foreign,) = claim(store, issue_id, owner="you")
    store.audience.unsubscribe(batch[1].subscriber_id, newsletter="weekly", now=NOW)
    wanted = (*reversed(batch), foreign)
    begun = store.ledger.begin_all(wanted, owner="me", now=NOW)
    assert begun == (batch[3], batch[2], batch[0])
    assert counts(store, issue_id) == {DeliveryState.CLAIMED: 4, DeliveryState.SUPPRESSED: 1}
    assert store.ledger.begin_all((), owner="me", now=NOW) == ()
    store.ledger.recover(["me", "you"], now=NOW)
    assert counts(store, issue_id)[DeliveryState.UNCERTAIN] == 3


def test_beginning_twice_is_harmless(store: SqlStore) -> None:
    """The holder of a row may begin it again."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    assert store.ledger.begin(delivery, owner="me", now=NOW)
    assert store.ledger.begin(delivery, owner="me", now=NOW)


def test_only_the_holder_of_a_live_lease_begins(store: SqlStore) -> None:
    """Strangers and expired leases get False, and the row stays as it is."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    assert not store.ledger.begin(delivery, owner="you", now=NOW)
    assert not store.ledger.begin(delivery, owner="me", now=NOW + LEASE)
    assert counts(store, issue_id) == {DeliveryState.CLAIMED: 1}
    assert store.ledger.begin(delivery, owner="me", now=NOW)


def test_a_crash_before_hand_over_costs_nothing(
    store: SqlStore, reopen: Callable[[], SqlStore]
) -> None:
    """Rows that a dead process had only claimed are queued again, with no attempt counted."""
    issue_id = sending(store, 2)
    claim(store, issue_id)
    survivor = reopen()
    assert survivor.ledger.recover(["me"], now=LATER) == 2
    assert counts(survivor, issue_id) == {DeliveryState.QUEUED: 2}
    again = claim(survivor, issue_id, owner="you", now=LATER)
    assert [(d.attempts, d.first_attempt_at) for d in again] == [(0, None)] * 2


def test_a_crash_during_hand_over_is_uncertain_and_counted(
    store: SqlStore, reopen: Callable[[], SqlStore]
) -> None:
    """A row with no recorded answer is due again, shown as uncertain, and was an attempt."""
    issue_id = sending(store, 3)
    done, begun, _ = claim(store, issue_id)
    for delivery in (done, begun):
        assert store.ledger.begin(delivery, owner="me", now=NOW)
    store.ledger.settle([settled(done)], now=NOW)
    survivor = reopen()
    assert survivor.ledger.recover(["me"], now=LATER) == 2
    tally = survivor.ledger.tally(issue_id)
    assert (tally[DeliveryState.UNCERTAIN], tally[DeliveryState.QUEUED]) == (1, 1)
    assert (tally.uncertain_once, tally.open) == (1, 2)
    again = {d.id: d for d in claim(survivor, issue_id, owner="you", now=LATER)}
    assert (again[begun.id].attempts, again[begun.id].first_attempt_at) == (1, NOW)
    survivor.ledger.settle([settled(d) for d in again.values()], now=LATER)
    assert survivor.ledger.tally(issue_id).uncertain_once == 1


def test_recovery_leaves_the_living_alone(store: SqlStore) -> None:
    """Only dead owners and expired leases lose their rows; recovering twice frees nothing more."""
    issue_id = sending(store, 3)
    claim(store, issue_id, 1, owner="dead")
    store.ledger.claim(issue_id, limit=1, owner="slow", until=NOW, now=NOW)
    claim(store, issue_id, 1, owner="alive")
    assert store.ledger.recover(["dead"], now=NOW) == 2
    assert store.ledger.owners() == ("alive",)
    assert store.ledger.recover(["dead"], now=NOW) == 0


def test_a_late_settlement_of_a_recovered_row_still_counts(store: SqlStore) -> None:
    """The server took it, so it is sent, whatever the row became in the meantime."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    store.ledger.begin(delivery, owner="me", now=NOW)
    store.ledger.recover(["me"], now=NOW)
    store.ledger.settle([settled(delivery)], now=NOW)
    assert counts(store, issue_id) == {DeliveryState.SENT: 1}


def test_an_uncertain_settlement_is_counted_for_ever(store: SqlStore) -> None:
    """A connection lost after the message leaves its mark on the tally."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    store.ledger.settle([settled(delivery, DeliveryState.UNCERTAIN)], now=NOW)
    store.ledger.settle([settled(delivery)], now=NOW)
    assert store.ledger.tally(issue_id).uncertain_once == 1


def test_settling_what_is_not_in_the_ledger_is_an_error_that_loses_nothing(
    store: SqlStore,
) -> None:
    """The rows that are known are recorded before the unknown one is reported."""
    issue_id = sending(store, 1)
    (delivery,) = claim(store, issue_id)
    unknown = Settlement(delivery_id=delivery.id + 9, state=DeliveryState.SENT)
    with pytest.raises(StateError, match="not in the ledger"):
        store.ledger.settle([unknown, settled(delivery)], now=NOW)
    assert counts(store, issue_id) == {DeliveryState.SENT: 1}
    store.ledger.settle([], now=NOW)


def test_a_claim_reads_its_rows_from_the_index(store: SqlStore, path: Path) -> None:
    """Claiming from a large ledger neither scans nor sorts it."""
    issue_id = sending(store, 1)
    statements: list[tuple[str, object]] = []

    @event.listens_for(store.database.engine, "before_cursor_execute")
    def note(*call: object) -> None:
        statements.append((str(call[2]), call[3]))

    claim(store, issue_id)
    sql, values = next(s for s in statements if "UPDATE deliveries" in s[0])
    event.remove(store.database.engine, "before_cursor_execute", note)
    with sqlite3.connect(path) as connection:
        assert isinstance(values, tuple | dict)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert any("deliveries_due (issue_id=? AND state=? AND next_attempt_at<?)" in p for p in plan)
    assert not any("TEMP B-TREE" in step or "SCAN deliveries" in step for step in plan), plan


def _work(url: str, issue_id: int, owner: str) -> list[int]:
    """Deliver until nothing is due, as a process of its own."""
    store = open_store(url)
    done: list[int] = []
    while batch := claim(store, issue_id, 7, owner=owner):
        begun = [d for d in batch if store.ledger.begin(d, owner=owner, now=NOW)]
        store.ledger.settle([settled(d) for d in begun], now=NOW)
        done += [d.subscriber_id for d in begun]
    store.close()
    return done


def test_processes_that_race_for_rows_share_them_out(store: SqlStore, url: str) -> None:
    """Two processes on one database send to everybody, and to nobody twice."""
    issue_id = sending(store, 100)
    jobs = [(url, issue_id, owner) for owner in ("one", "two")]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        shares = pool.starmap(_work, jobs, chunksize=1)
    people = sorted(person for share in shares for person in share)
    assert people == sorted(set(people))
    assert len(people) == 100
    assert counts(store, issue_id) == {DeliveryState.SENT: 100}


def test_threads_that_race_for_rows_share_them_out(store: SqlStore) -> None:
    """Threads of one process do so too, on one store."""
    issue_id = sending(store, 60)
    with multiprocessing.pool.ThreadPool(4) as pool:
        batches = pool.map(lambda n: claim(store, issue_id, 7, owner=f"t{n % 4}"), range(12))
    ids = [delivery.id for batch in batches for delivery in batch]
    assert len(ids) == len(set(ids)) == 60
