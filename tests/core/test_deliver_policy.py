"""What replies mean: for a delivery, for an address, for the run."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.policy import (
    MAX_LOSSES,
    MAX_REFUSALS,
    MAX_REFUSALS_ABOUT_US,
    RetryPolicy,
    Streak,
    hard_bounce,
    settle,
    stops_run,
)
from digest.model import (
    Accepted,
    Delivery,
    DeliveryState,
    Lost,
    Refused,
    Reply,
    SendOutcome,
    Settlement,
    Unbuildable,
)

NOW = datetime(2026, 1, 8, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = RetryPolicy(
    retry=timedelta(minutes=5), max_retry=timedelta(hours=4), lifetime=timedelta(days=5)
)
ACCEPTED = Accepted(reply=Reply(code=250, text="2.0.0 queued as 42"))
LOST = Lost(reason="it closed the connection at RCPT")
UNCERTAIN = Lost(reason="it closed the connection at the message", uncertain=True)
UNBUILDABLE = Unbuildable(reason="the address has no @")


def refused(reply: str) -> Refused:
    code, _, text = reply.partition(" ")
    return Refused(reply=Reply(code=int(code), text=text))


def delivery(attempts: int = 0, *, first: datetime | None = None) -> Delivery:
    return Delivery(
        id=9,
        issue_id=1,
        subscriber_id=7,
        address="reader@mail.example",
        attempts=attempts,
        first_attempt_at=first,
    )


def settled(
    outcome: SendOutcome, one: Delivery | None = None, *, jitter: float = 0.0
) -> Settlement:
    return settle(one or delivery(), outcome, policy=POLICY, now=NOW, jitter=jitter)


@pytest.mark.parametrize(
    ("outcome", "attempts", "state", "wait", "counts"),
    [
        pytest.param(ACCEPTED, 0, DeliveryState.SENT, None, True, id="accepted"),
        pytest.param(refused("550 5.1.1 gone"), 0, DeliveryState.FAILED, None, True, id="5xx"),
        pytest.param(refused("554 5.7.1 no"), 3, DeliveryState.FAILED, None, True, id="policy"),
        pytest.param(refused("451 4.3.0 later"), 0, DeliveryState.DEFERRED, 5, True, id="4xx"),
        pytest.param(refused("451 4.3.0 later"), 1, DeliveryState.DEFERRED, 10, True, id="4xx-2"),
        pytest.param(refused("451 4.3.0 later"), 2, DeliveryState.DEFERRED, 20, True, id="4xx-3"),
        pytest.param(refused("451 later"), 6, DeliveryState.DEFERRED, 240, True, id="4xx-most"),
        pytest.param(refused("451 later"), 10**6, DeliveryState.DEFERRED, 240, True, id="4xx-many"),
        pytest.param(refused("421 closing"), 0, DeliveryState.QUEUED, 5, False, id="421"),
        pytest.param(refused("530 5.7.0 TLS"), 0, DeliveryState.QUEUED, 5, False, id="530"),
        pytest.param(refused("535 5.7.8 no"), 2, DeliveryState.DEFERRED, 5, False, id="535"),
        pytest.param(LOST, 0, DeliveryState.QUEUED, 1, False, id="lost"),
        pytest.param(LOST, 2, DeliveryState.DEFERRED, 1, False, id="lost-later"),
        pytest.param(UNCERTAIN, 0, DeliveryState.UNCERTAIN, 5, True, id="uncertain"),
        pytest.param(UNCERTAIN, 2, DeliveryState.UNCERTAIN, 20, True, id="uncertain-again"),
        pytest.param(UNBUILDABLE, 0, DeliveryState.FAILED, None, True, id="unbuildable"),
    ],
)
def test_every_outcome(
    outcome: SendOutcome,
    attempts: int,
    state: DeliveryState,
    wait: int | None,
    counts: bool,  # noqa: FBT001 - a table's column
) -> None:
    """The whole table: the state, the minutes to wait, and whether it was an attempt."""
    result = settled(outcome, delivery(attempts))
    assert result.delivery_id == 9
    assert result.state is state
    assert result.next_attempt_at == (None if wait is None else NOW + wait * MINUTE)
    assert result.counts_as_attempt is counts


def test_reply_is_kept() -> None:
    """Code and words of the server stand in the settlement, for people to read."""
    result = settled(refused("550 5.1.1 no such user"))
    assert (result.reply_code, result.note) == (550, "5.1.1 no such user")
    assert settled(LOST).note == LOST.reason
    assert settled(UNBUILDABLE).note == UNBUILDABLE.reason


@pytest.mark.parametrize(
    "outcome", [refused("451 later"), refused("421 closing"), LOST, UNCERTAIN], ids=str
)
def test_what_is_put_off_is_given_up_after_its_lifetime(outcome: SendOutcome) -> None:
    """The last try falls on the end of the lifetime exactly; after it, the delivery has failed."""
    last = settled(outcome, delivery(30, first=NOW - POLICY.lifetime + timedelta(seconds=10)))
    assert last.next_attempt_at == NOW + timedelta(seconds=10)
    over = settled(outcome, delivery(30, first=NOW - POLICY.lifetime))
    assert over.state is DeliveryState.FAILED
    assert over.next_attempt_at is None
    assert over.note.startswith("given up after 5 days: ")


outcomes = st.one_of(
    st.just(ACCEPTED),
    st.just(LOST),
    st.just(UNCERTAIN),
    st.just(UNBUILDABLE),
    st.builds(
        lambda code, text: Refused(reply=Reply(code=code, text=text)),
        st.integers(400, 599),
        st.sampled_from(["", "5.1.1 x", "4.7.1 x", "5.3.4 x", "5.1.8 x"]) | st.text(max_size=20),
    ),
)


@given(
    outcome=outcomes,
    attempts=st.integers(0, 50),
    age=st.timedeltas(timedelta(0), timedelta(days=8)),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_settlements_are_final_or_due(
    outcome: SendOutcome, attempts: int, age: timedelta, jitter: float
) -> None:
    """A delivery ends, or has a due time after now, within a quarter more than the longest wait."""
    one = delivery(attempts, first=NOW - age if attempts else None)
    result = settled(outcome, one, jitter=jitter)
    assert result.state.final == (result.next_attempt_at is None)
    assert result.state is not DeliveryState.CLAIMED
    if result.next_attempt_at is not None:
        assert NOW < result.next_attempt_at <= NOW + POLICY.max_retry * 1.25


@given(attempts=st.integers(0, 60), jitter=st.floats(0, 1, exclude_max=True))
def test_waits_grow_and_jitter_only_adds(attempts: int, jitter: float) -> None:
    """A later attempt never waits less than an earlier one, and no retry comes before its time."""
    now, later = (settled(refused("450 x"), delivery(n)) for n in (attempts, attempts + 1))
    spread = settled(refused("450 x"), delivery(attempts), jitter=jitter)
    assert now.next_attempt_at is not None
    assert later.next_attempt_at is not None
    assert spread.next_attempt_at is not None
    assert now.next_attempt_at <= later.next_attempt_at
    assert now.next_attempt_at <= spread.next_attempt_at


@pytest.mark.parametrize(
    ("reply", "hard"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 null MX", True),
        ("551 user not local", True),
        ("553 mailbox name not allowed", True),
        ("550 Requested action not taken: mailbox unavailable", True),
        ("550 5.0.0 user unknown", True),
        ("554 5.1.1 no such user", True),
        ("550 5.2.1 mailbox disabled", True),
        ("552 5.2.2 mailbox full", False),
        ("550 5.7.1 blocked", False),
        ("550 relay not permitted", False),
        ("550 Administrative prohibition", False),
        ("553 5.1.8 sender address rejected", False),
        ("553 5.7.1 sender address rejected: not owned by user", False),
        ("554 transaction failed", False),
        ("552 5.3.4 message too big", False),
        ("450 4.1.1 not yet", False),
        ("535 5.7.8 authentication failed", False),
    ],
)
def test_which_refusals_mean_a_dead_address(reply: str, hard: bool) -> None:  # noqa: FBT001 - a table's column
    """Only a final word on the address itself suppresses it."""
    assert hard_bounce(refused(reply)) is hard


@pytest.mark.parametrize("outcome", [ACCEPTED, LOST, UNCERTAIN, UNBUILDABLE], ids=str)
def test_other_outcomes_say_nothing_of_the_address(outcome: SendOutcome) -> None:
    """What was never refused is no bounce."""
    assert not hard_bounce(outcome)


@pytest.mark.parametrize("code", [421, 454, 530, 534, 535, 538])
def test_refusal_of_the_session_stops_the_run_at_once(code: int) -> None:
    """A server that takes nothing from us now says so once, and no recipient fails for it."""
    outcome = refused(f"{code} 4.7.0 not now")
    reason = stops_run(outcome)
    assert reason is not None
    assert "4.7.0 not now" in reason
    assert not settled(outcome).state.final
    assert not hard_bounce(outcome)


@pytest.mark.parametrize(
    ("outcome", "limit"),
    [
        pytest.param(LOST, MAX_LOSSES, id="lost"),
        pytest.param(UNCERTAIN, MAX_LOSSES, id="uncertain"),
        pytest.param(refused("554 5.7.1 not you"), MAX_REFUSALS_ABOUT_US, id="policy"),
        pytest.param(refused("550 5.1.8 bad sender"), MAX_REFUSALS_ABOUT_US, id="sender"),
        pytest.param(refused("554 transaction failed"), MAX_REFUSALS_ABOUT_US, id="bare-554"),
        pytest.param(refused("550 no"), MAX_REFUSALS, id="bare-550"),
        pytest.param(refused("451 4.7.1 try later"), MAX_REFUSALS, id="throttled"),
        pytest.param(refused("552 5.2.2 full"), MAX_REFUSALS, id="full"),
    ],
)
def test_trouble_in_a_row_stops_the_run(outcome: SendOutcome, limit: int) -> None:
    """The run stops when the limit is reached, not before, and an acceptance starts it again."""
    streak = Streak()
    for _ in range(limit - 1):
        streak = streak.after(outcome)
        assert stops_run(outcome, streak) is None
    assert stops_run(outcome, streak.after(outcome)) is not None
    assert stops_run(outcome, streak.after(ACCEPTED).after(outcome)) is None


@pytest.mark.parametrize(
    "outcome",
    [
        refused("550 5.1.1 gone"),
        refused("550 5.2.1 off"),
        refused("451 4.7.1 Greylisted"),
        UNBUILDABLE,
        ACCEPTED,
    ],
    ids=str,
)
def test_bad_addresses_never_stop_the_run(outcome: SendOutcome) -> None:
    """However many addresses are dead, or greylisted, in a row, the others get their mail."""
    streak = Streak()
    for _ in range(1000):
        streak = streak.after(outcome)
        assert stops_run(outcome, streak) is None


def test_reply_of_any_kind_ends_a_row_of_losses() -> None:
    """Losses count only while nothing is heard in between."""
    streak = Streak().after(LOST).after(LOST).after(refused("550 5.1.1 gone")).after(LOST)
    assert streak.losses == 1
