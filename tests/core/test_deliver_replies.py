"""Replies by class: why a message did not arrive, and when it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.deliver.policy import RetryPolicy, cause_of, is_greylisting, settle
from digest.deliver.policy.replies import named_wait
from digest.model import (
    Accepted,
    Cause,
    Delivery,
    DeliveryState,
    Lost,
    Refused,
    Reply,
    Unbuildable,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = RetryPolicy(
    retry=timedelta(minutes=5), max_retry=timedelta(hours=4), lifetime=timedelta(days=5)
)


def refused(line: str) -> Refused:
    code, _, text = line.partition(" ")
    return Refused(reply=Reply(code=int(code), text=text))


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ("550 5.1.1 no such user", Cause.BAD_ADDRESS),
        ("550 no such user here", Cause.BAD_ADDRESS),
        ("553 5.1.8 sender's domain does not exist", Cause.US),
        ("552 5.2.2 mailbox full", Cause.FULL),
        ("452 4.2.2 over quota", Cause.FULL),
        ("552 user is over quota", Cause.FULL),
        ("550 the mailbox is full", Cause.FULL),
        ("550 5.2.1 mailbox disabled", Cause.INACTIVE),
        ("550 this account has been suspended", Cause.INACTIVE),
        ("550 5.7.1 blocked by our policy", Cause.POLICY),
        ("554 listed by a block list", Cause.POLICY),
        ("550 5.7.1 message content rejected", Cause.CONTENT),
        ("552 5.3.4 message too big", Cause.CONTENT),
        ("552 message too large", Cause.CONTENT),
        ("554 5.6.0 malformed", Cause.CONTENT),
        ("535 5.7.8 credentials invalid", Cause.US),
        ("503 bad sequence", Cause.US),
        ("421 closing", Cause.US),
        ("451 4.7.1 Greylisted, come back", Cause.GREYLISTED),
        ("450 4.4.1 no answer from host", Cause.ROUTING),
        ("451 4.3.0 queue file write error", Cause.SYSTEM),
        ("451 local error", Cause.SYSTEM),
        ("554 transaction failed", Cause.OTHER),
        ("450 mailbox busy", Cause.OTHER),
    ],
)
def test_causes(reply: str, cause: Cause) -> None:
    """The enhanced status code decides, else the words, else the code."""
    assert cause_of(refused(reply)) is cause


def test_causes_of_other_outcomes() -> None:
    """A lost connection is one; a message that cannot be addressed is about the address."""
    assert cause_of(Lost(reason="reset")) is Cause.CONNECTION
    assert cause_of(Unbuildable(reason="no @")) is Cause.BAD_ADDRESS
    assert cause_of(Accepted(reply=Reply(code=250, text="ok"))) is None


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        ("450 4.7.1 Greylisted, try again in 300 seconds", 300),
        ("450 greylisted for 5 minutes", 300),
        ("451 Greylisting in action, please come back in 00:04:35", 275),
        ("451 4.7.1 try again after 2 hours", 7_200),
        ("450 please wait another 90s", 90),
        ("451 4.7.0 retry in an hour", 3_600),
        ("451 greylisted, see http://help.example/450/in/3", None),
        ("451 in 30 years of mail nobody has", None),
        ("550 try again in 300 seconds", None),
    ],
)
def test_the_time_a_server_names(reply: str, seconds: int | None) -> None:
    """Times of refusals for now are read in their usual forms, and nothing else is."""
    found = named_wait(refused(reply).reply)
    assert found == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("reply", "attempts", "minutes", "counts"),
    [
        pytest.param("452 4.2.2 full", 0, 60, True, id="full"),
        pytest.param("452 4.2.2 full", 1, 120, True, id="full-again"),
        pytest.param("452 4.2.2 full", 9, 240, True, id="full-at-most"),
        pytest.param("451 4.7.1 slow down", 0, 15, True, id="policy"),
        pytest.param("451 4.7.1 try again in 2 minutes", 3, 2, True, id="named"),
        pytest.param("451 4.7.1 try again in 9 hours", 0, 240, True, id="named-too-long"),
        pytest.param("450 4.4.1 no route", 0, 5, True, id="routing"),
        pytest.param("451 4.3.2 not now", 1, 10, True, id="system"),
        pytest.param("450 4.7.1 greylisted", 4, 5, False, id="greylisted"),
        pytest.param("450 greylisted, come back in 3 minutes", 0, 3, False, id="greylisted-named"),
        pytest.param("452 4.5.3 too many recipients", 2, 5, False, id="too-many"),
    ],
)
def test_when_a_class_is_tried_again(
    reply: str,
    attempts: int,
    minutes: int,
    counts: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Each class waits as long as its cause is likely to last; being asked back is no failure."""
    delivery = Delivery(id=1, issue_id=1, subscriber_id=1, address="a@b.example", attempts=attempts)
    settled = settle(delivery, refused(reply), policy=POLICY, now=NOW, jitter=0.0)
    assert settled.state is DeliveryState.DEFERRED
    assert settled.next_attempt_at == NOW + minutes * MINUTE
    assert settled.counts_as_attempt is counts
    assert settled.starts_lifetime


def test_endless_greylisting_slows_down_and_ends() -> None:
    """It waits longer with the time that has passed, and is given up with everything else."""
    reply, waits, now = refused("451 4.7.1 greylisted"), [], NOW
    while True:
        delivery = Delivery(
            id=1, issue_id=1, subscriber_id=1, address="a@b.example", first_attempt_at=NOW
        )
        settled = settle(delivery, reply, policy=POLICY, now=now, jitter=0.0)
        if settled.next_attempt_at is None:
            break
        waits.append(settled.next_attempt_at - now)
        now = settled.next_attempt_at
    assert settled.state is DeliveryState.FAILED
    assert settled.cause is Cause.GREYLISTED
    assert now == NOW + POLICY.lifetime
    assert waits[:-1] == sorted(waits[:-1])
    assert len(waits) < 60


def test_greylisting_is_for_now_only() -> None:
    """A final refusal that mentions grey lists is final."""
    assert is_greylisting(Reply(code=451, text="4.7.1 Graylisted"))
    assert not is_greylisting(Reply(code=554, text="5.7.1 greylisting failed"))
