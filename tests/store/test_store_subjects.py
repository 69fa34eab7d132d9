"""Trials of second subjects in the ledger: who is drawn, who waits, what is counted and chosen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from digest.deliver.subjects import judge_subjects
from digest.model import (
    Arm,
    ArmFigures,
    BounceVerdict,
    Delivery,
    DeliveryState,
    DueTimes,
    FeedbackRecord,
    FrequencyCap,
    Issue,
    IssueKey,
    IssueState,
    NewSubscriber,
    Period,
    RecipientReport,
    RenderedIssue,
    Settlement,
    SubjectChoice,
    SubjectTrial,
    TrialPlan,
    Wording,
)
from digest.store import SqlStore

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = NOW + 4 * HOUR
PLAN = TrialPlan(sample=0.4, wait=4 * HOUR, minimum=3)
SECOND = RenderedIssue(subject="b", preheader="p", html="hb", text="t", digest="db", web="wb")
RENDERING = RenderedIssue(
    subject="a", preheader="p", html="ha", text="t", digest="d", web="wa", second=SECOND
)
CHOOSE_B = SubjectChoice(winner=Arm.B, why="an editor chose it", by="Ada")


def begun(
    store: SqlStore,
    *,
    readers: int = 20,
    plan: TrialPlan = PLAN,
    times: DueTimes | None = None,
    zones: tuple[str, ...] = ("",),
) -> int:
    """An issue whose recipients are frozen; readers take turns in the zones."""
    rows = [
        NewSubscriber(address=f"r{n:02}@example.org", time_zone=zones[n % len(zones)])
        for n in range(readers)
    ]
    store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
    words = Wording(value="Words")
    issue = Issue(
        key=IssueKey(newsletter="weekly", period=Period(start=NOW - 7 * 24 * HOUR, end=NOW)),
        slug="weekly-1",
        title=words,
        subject=words,
        preheader=words,
    )
    kept = store.issues.add(issue, now=NOW)
    assert kept is not None
    issue_id = store.issues.approve(kept, RENDERING, by="Ada", now=NOW).id
    store.ledger.freeze(issue_id, newsletter="weekly", now=NOW, times=times, trial=plan)
    return issue_id


def claim(
    store: SqlStore, issue_id: int, now: datetime, *, cap: FrequencyCap | None = None
) -> tuple[Delivery, ...]:
    return store.ledger.claim(issue_id, limit=99, owner="me", until=now + HOUR, now=now, cap=cap)


def send(store: SqlStore, claimed: tuple[Delivery, ...], now: datetime) -> None:
    done = [Settlement(delivery_id=one.id, state=DeliveryState.SENT) for one in claimed]
    store.ledger.settle(done, now=now)


def by_arm(found: tuple[Delivery, ...], arm: Arm | None) -> list[int]:
    return sorted(one.subscriber_id for one in found if one.arm is arm)


def trial_of(store: SqlStore, issue_id: int) -> SubjectTrial:
    trial = store.subjects.trial(issue_id)
    assert trial
    return trial


def complain(store: SqlStore, issue_id: int, reader: int, *, proven: bool = True) -> None:
    report = RecipientReport(address="r@example.org", verdict=BounceVerdict.COMPLAINT)
    record = FeedbackRecord(
        identity=f"mail-{reader}",
        number=0,
        report=report,
        at=NOW + HOUR,
        proven=proven,
        issue_id=issue_id,
        subscriber_id=reader,
    )
    store.feedback.keep([record])


def test_the_sample_goes_in_halves_and_the_rest_waits(store: SqlStore) -> None:
    """Of 20 readers, 4 get each subject at once; 12 are due when the wait is over."""
    issue_id = begun(store)
    first = claim(store, issue_id, NOW)
    assert [len(by_arm(first, arm)) for arm in (Arm.A, Arm.B, None)] == [4, 4, 0]
    assert store.ledger.next_due(issue_id) == END
    assert claim(store, issue_id, END - timedelta(seconds=1)) == ()
    trial = trial_of(store, issue_id)
    assert (trial.ends_at, trial.rest, trial.choice) == (END, 12, None)
    assert (trial.a.readers, trial.b.readers) == (4, 4)


def test_nobody_of_the_rest_goes_undecided_however_late_it_is(store: SqlStore) -> None:
    """When the time is over and nobody has decided yet, a claim finds nobody, nor does a cap."""
    issue_id = begun(store)
    send(store, claim(store, issue_id, NOW), NOW)
    late = END + 99 * HOUR
    assert claim(store, issue_id, late) == ()
    cap = FrequencyCap(count=1, window=HOUR)
    assert claim(store, issue_id, late, cap=cap) == ()
    assert store.ledger.next_due(issue_id) == END


def test_freezing_again_changes_nothing(store: SqlStore) -> None:
    """A second run finds the same sample and the same end."""
    issue_id = begun(store)
    before = trial_of(store, issue_id)
    frozen = store.ledger.freeze(issue_id, newsletter="weekly", now=NOW + HOUR, trial=PLAN)
    assert frozen == 20
    assert trial_of(store, issue_id) == before


def test_who_left_since_is_counted_once_under_their_subject(store: SqlStore) -> None:
    """Unsubscribed or complained after it was sent, either or both; what was before is not."""
    issue_id = begun(store)
    first = claim(store, issue_id, NOW)
    under_a, under_b = by_arm(first, Arm.A), by_arm(first, Arm.B)
    never_sent = under_b[3]
    send(store, tuple(one for one in first if one.subscriber_id != never_sent), NOW)
    leave = store.audience.unsubscribe
    leave(under_a[0], newsletter="weekly", now=NOW + HOUR)
    leave(under_a[1], newsletter="weekly", now=NOW + HOUR)
    complain(store, issue_id, under_a[1])
    complain(store, issue_id, under_a[2])
    complain(store, issue_id, under_b[0], proven=False)
    leave(never_sent, newsletter="weekly", now=NOW + HOUR)
    trial = trial_of(store, issue_id)
    assert trial.a == ArmFigures(readers=4, sent=4, unsubscribed=2, complained=2, leaving=3)
    assert trial.b == ArmFigures(readers=4, sent=3, unsubscribed=0, complained=0, leaving=0)


def test_the_rest_goes_under_the_winner_once_it_is_chosen(store: SqlStore) -> None:
    """The rule decides by what was counted; all who waited are due at once, under that subject."""
    issue_id = begun(store)
    first = claim(store, issue_id, NOW)
    send(store, first, NOW)
    for reader in by_arm(first, Arm.A)[:2]:
        store.audience.unsubscribe(reader, newsletter="weekly", now=NOW + HOUR)
    decided = store.subjects.decide(issue_id, judge_subjects, now=END)
    assert decided
    assert decided.winner is Arm.B
    assert decided.decided_at == END
    assert decided.choice
    assert decided.choice.why == "fewest left: 2 of 4 under A, 0 of 4 under B"
    assert trial_of(store, issue_id) == decided
    rest = claim(store, issue_id, END)
    assert len(rest) == 12
    assert {(one.arm, one.due_at) for one in rest} == {(Arm.B, END)}


def test_a_decision_is_final_and_keeps_its_figures(store: SqlStore) -> None:
    """Deciding again, or otherwise, changes nothing; who leaves later changes no figure."""
    issue_id = begun(store)
    first = claim(store, issue_id, NOW)
    send(store, first, NOW)
    decided = store.subjects.decide(issue_id, lambda _: CHOOSE_B, now=NOW + HOUR)
    for reader in by_arm(first, Arm.B):
        store.audience.unsubscribe(reader, newsletter="weekly", now=NOW + 2 * HOUR)
    send(store, claim(store, issue_id, NOW + HOUR), NOW + HOUR)
    again = store.subjects.decide(issue_id, judge_subjects, now=END)
    assert again == decided == trial_of(store, issue_id)
    assert store.ledger.tally(issue_id).open == 0


def test_a_chooser_who_says_nothing_leaves_it_open(store: SqlStore) -> None:
    """None keeps everybody waiting; an issue without a trial has nothing to decide."""
    issue_id = begun(store)
    undecided = store.subjects.decide(issue_id, lambda _: None, now=END)
    assert undecided == trial_of(store, issue_id)
    assert claim(store, issue_id, END)[0].arm is not None
    assert store.subjects.decide(issue_id + 1, judge_subjects, now=END) is None
    assert store.subjects.trial(issue_id + 1) is None


def test_a_decision_that_breaks_leaves_everything_as_it_was(
    store: SqlStore, reopen: Callable[[], SqlStore]
) -> None:
    """What ends in its midst was never made: the next process decides, and once."""
    issue_id = begun(store)

    def breaks(_trial: SubjectTrial) -> SubjectChoice:
        message = "the power went"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        store.subjects.decide(issue_id, breaks, now=END)
    other = reopen()
    assert trial_of(other, issue_id).choice is None
    assert other.subjects.decide(issue_id, lambda _: CHOOSE_B, now=END) == trial_of(store, issue_id)


def test_too_few_readers_all_go_at_once_under_the_first(store: SqlStore) -> None:
    """No sample, no wait; why is kept."""
    issue_id = begun(store, plan=TrialPlan(sample=0.4, minimum=5))
    assert len(claim(store, issue_id, NOW)) == 20
    trial = trial_of(store, issue_id)
    assert (trial.winner, trial.a, trial.rest) == (Arm.A, ArmFigures(), 20)
    assert trial.choice
    assert trial.choice.why.startswith("too few readers")


def test_each_zone_keeps_its_own_time(store: SqlStore) -> None:
    """The first zones are the sample; the rest waits from its last, who is due later still, less.

    Six readers in Tokyo, seven each at home and in Lima: the sample is Tokyo and two at home.
    """
    tokyo, lima = NOW - 9 * HOUR, NOW + 10 * HOUR
    times = DueTimes(usual=NOW, zones={"Asia/Tokyo": tokyo, "America/Lima": lima})
    zones = ("", "America/Lima", "Asia/Tokyo")
    issue_id = begun(store, times=times, zones=zones)
    assert trial_of(store, issue_id).ends_at == END
    early = claim(store, issue_id, tokyo)
    assert [len(by_arm(early, arm)) for arm in Arm] == [3, 3]
    home = claim(store, issue_id, NOW)
    assert [len(by_arm(home, arm)) for arm in Arm] == [1, 1]
    assert claim(store, issue_id, END - timedelta(seconds=1)) == ()
    assert store.subjects.decide(issue_id, lambda _: CHOOSE_B, now=END)
    rest = claim(store, issue_id, END)
    assert {(one.arm, one.due_at) for one in rest} == {(Arm.B, END)}
    assert len(rest) == 5
    assert store.ledger.next_due(issue_id) == lima
    last = claim(store, issue_id, lima)
    assert {(one.arm, one.due_at) for one in last} == {(Arm.B, lima)}
    assert len(last) == 7


def test_a_retry_keeps_its_subject(store: SqlStore) -> None:
    """A deferred mail of the sample comes back under its own subject, whichever has won."""
    issue_id = begun(store)
    first = claim(store, issue_id, NOW)
    later = Settlement(
        delivery_id=first[0].id, state=DeliveryState.DEFERRED, next_attempt_at=NOW + HOUR
    )
    store.ledger.settle([later], now=NOW)
    winner = Arm.B if first[0].arm is Arm.A else Arm.A
    choice = SubjectChoice(winner=winner, why="an editor chose it", by="Ada")
    store.subjects.decide(issue_id, lambda _: choice, now=NOW + HOUR / 2)
    found = {one.id: one.arm for one in claim(store, issue_id, NOW + HOUR)}
    assert found.pop(first[0].id) is first[0].arm
    assert set(found.values()) == {winner}


def test_a_pause_and_a_cancel_hold_the_rest_as_ever(store: SqlStore) -> None:
    """A decision during a pause sends nobody anything until the issue goes on."""
    issue_id = begun(store)
    send(store, claim(store, issue_id, NOW), NOW)
    pause = {"to": IssueState.PAUSED, "allowed": (IssueState.SENDING,), "now": NOW}
    assert store.issues.change_state(issue_id, **pause)  # type: ignore[arg-type]
    store.subjects.decide(issue_id, lambda _: CHOOSE_B, now=END)
    assert claim(store, issue_id, END) == ()
    resume = {"to": IssueState.SENDING, "allowed": (IssueState.PAUSED,), "now": NOW}
    assert store.issues.change_state(issue_id, **resume)  # type: ignore[arg-type]
    assert len(claim(store, issue_id, END)) == 12


def test_both_renderings_are_kept_and_lists_show_the_winner(store: SqlStore) -> None:
    """A comes first until B has won; the bytes of both stay."""
    issue_id = begun(store)
    assert store.issues.rendering(issue_id) == RENDERING
    assert [one.subject for one in store.issues.published()] == ["a"]
    store.subjects.decide(issue_id, lambda _: CHOOSE_B, now=NOW)
    assert [one.subject for one in store.issues.published()] == ["b"]
    assert store.issues.rendering(issue_id) == RENDERING


def test_a_reopened_issue_has_no_rendering_of_either(store: SqlStore) -> None:
    """A changed second subject is approved anew, and frozen anew."""
    words = Wording(value="Words")
    issue = Issue(
        key=IssueKey(newsletter="weekly", period=Period(start=NOW - HOUR, end=NOW)),
        slug="weekly-2",
        title=words,
        subject=words,
        preheader=words,
        subject_b=Wording(value="Other words"),
    )
    kept = store.issues.add(issue, now=NOW)
    assert kept
    assert kept.issue == issue
    store.issues.approve(kept, RENDERING, by="Ada", now=NOW)
    assert store.issues.change_state(
        kept.id, to=IssueState.DRAFT, allowed=(IssueState.APPROVED,), now=NOW
    )
    again = store.issues.approve(store.issues.get("weekly-2"), RENDERING, by="Ada", now=NOW)
    assert store.issues.rendering(again.id) == RENDERING
