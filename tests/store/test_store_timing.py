"""When each delivery is due: readers' time zones, and what is frozen of them."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model import (
    Consent,
    Delivery,
    DeliveryState,
    DueTimes,
    FrequencyCap,
    Issue,
    IssueKey,
    IssueState,
    NewSubscriber,
    Period,
    RenderedIssue,
    Settlement,
    Wording,
)
from digest.store import SqlStore

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
RENDERING = RenderedIssue(subject="s", preheader="p", html="h", text="t", digest="d")


def approved(store: SqlStore, *, newsletter: str = "weekly", end: datetime = NOW) -> int:
    words = Wording(value="Words")
    issue = Issue(
        key=IssueKey(newsletter=newsletter, period=Period(start=end - timedelta(days=7), end=end)),
        slug=f"{newsletter}-{end:%m%d%H%M}",
        title=words,
        subject=words,
        preheader=words,
    )
    kept = store.issues.add(issue, now=NOW)
    assert kept is not None
    return store.issues.approve(kept, RENDERING, by="Ada", now=NOW).id


def people(store: SqlStore, **zones: str) -> None:
    rows = [NewSubscriber(address=f"{k}@example.org", time_zone=zone) for k, zone in zones.items()]
    store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)


def claim(store: SqlStore, issue_id: int, now: datetime) -> tuple[Delivery, ...]:
    claimed = store.ledger.claim(issue_id, limit=9, owner="me", until=now + HOUR, now=now)
    store.ledger.settle(
        [Settlement(delivery_id=one.id, state=DeliveryState.SENT) for one in claimed], now=now
    )
    return claimed


def names(found: tuple[Delivery, ...]) -> list[str]:
    return sorted(one.address.partition("@")[0] for one in found)


def test_each_zone_is_due_at_its_own_time(store: SqlStore) -> None:
    """Rows come due zone by zone, those without a zone or with an unknown one at the usual time."""
    people(store, ann="Asia/Tokyo", bo="", cy="America/Lima", di="Atlantis/Sunken")
    issue_id = approved(store)
    times = DueTimes(
        usual=NOW, zones={"Asia/Tokyo": NOW - 9 * HOUR, "America/Lima": NOW + 5 * HOUR}
    )
    assert times.first == NOW - 9 * HOUR
    early = NOW - 9 * HOUR
    store.ledger.freeze(issue_id, newsletter="weekly", now=early, times=times)
    assert store.ledger.next_due(issue_id) == early
    first = claim(store, issue_id, early)
    assert (names(first), first[0].due_at) == (["ann"], early)
    assert claim(store, issue_id, NOW - timedelta(seconds=1)) == ()
    assert store.ledger.next_due(issue_id) == NOW
    assert names(claim(store, issue_id, NOW)) == ["bo", "di"]
    assert names(claim(store, issue_id, NOW + 5 * HOUR)) == ["cy"]
    assert store.ledger.next_due(issue_id) is None


def test_without_times_all_are_due_at_once(store: SqlStore) -> None:
    """A zone alone moves nothing."""
    people(store, ann="Asia/Tokyo", bo="")
    issue_id = approved(store)
    store.ledger.freeze(issue_id, newsletter="weekly", now=NOW)
    assert [one.due_at for one in claim(store, issue_id, NOW)] == [None, None]


def test_a_zone_is_changed_by_its_person_and_by_a_confirmed_list_alone(store: SqlStore) -> None:
    """A list that says nothing keeps the zone and the name; a stranger's row moves nobody."""
    people(store, ann="Asia/Tokyo")
    (one,) = store.audience.subscriptions()

    def zone_after(row: NewSubscriber) -> tuple[str, str]:
        store.audience.subscribe_all([row], newsletter="weekly", now=NOW)
        person = store.audience.subscriber(one.subscriber.id)
        assert person is not None
        return person.name, person.time_zone

    address = "ann@example.org"
    assert zone_after(NewSubscriber(address=address, name="Ann")) == ("Ann", "Asia/Tokyo")
    stranger = NewSubscriber(address=address, time_zone="UTC", consent=Consent.PENDING)
    assert zone_after(stranger) == ("Ann", "Asia/Tokyo")
    assert zone_after(NewSubscriber(address=address, time_zone="UTC")) == ("Ann", "UTC")
    assert store.audience.locate(one.subscriber.id, time_zone="Asia/Seoul")
    assert not store.audience.locate(99, time_zone="Asia/Seoul")
    assert store.audience.time_zones(newsletter="weekly") == ("Asia/Seoul",)
    assert store.audience.time_zones(newsletter="daily") == ()
    store.audience.unsubscribe(one.subscriber.id, newsletter="weekly", now=NOW)
    assert store.audience.time_zones(newsletter="weekly") == ()


TWO_A_WEEK = FrequencyCap(count=2, window=timedelta(days=7))
DAY = timedelta(days=1)


def sending(store: SqlStore, newsletter: str, *, at: datetime, **zones: str) -> int:
    rows = [NewSubscriber(address=f"{name}@example.org") for name in zones or {"ann": ""}]
    store.audience.subscribe_all(rows, newsletter=newsletter, now=at)
    issue_id = approved(store, newsletter=newsletter, end=at)
    store.ledger.freeze(issue_id, newsletter=newsletter, now=at)
    return issue_id


def capped(store: SqlStore, issue_id: int, now: datetime, *, limit: int = 9) -> list[str]:
    """Who is sent to at that time, under the cap."""
    claimed = store.ledger.claim(
        issue_id, limit=limit, owner="me", until=now + HOUR, now=now, cap=TWO_A_WEEK
    )
    settled = [Settlement(delivery_id=one.id, state=DeliveryState.SENT) for one in claimed]
    store.ledger.settle(settled, now=now)
    return names(claimed)


def test_a_mail_too_many_waits_until_the_window_frees(store: SqlStore) -> None:
    """Two newsletters' mails fill a week; the third's goes when the first is a week ago."""
    assert capped(store, sending(store, "one", at=NOW), NOW) == ["ann"]
    assert capped(store, sending(store, "two", at=NOW + DAY), NOW + DAY) == ["ann"]
    third = sending(store, "three", at=NOW + 2 * DAY)
    assert capped(store, third, NOW + 2 * DAY) == []
    assert store.ledger.next_due(third) == NOW + 7 * DAY
    assert dict(store.ledger.tally(third).counts) == {DeliveryState.QUEUED: 1}
    assert capped(store, third, NOW + 7 * DAY - timedelta(seconds=1)) == []
    assert capped(store, third, NOW + 7 * DAY) == ["ann"]


def test_issues_held_at_the_same_time_go_one_after_the_other(store: SqlStore) -> None:
    """An older issue that is still held when the next is frozen is not dropped: both go."""
    for name in ("one", "two"):
        assert capped(store, sending(store, name, at=NOW), NOW) == ["ann"]
    older = sending(store, "daily", at=NOW + DAY)
    newer = sending(store, "daily", at=NOW + 2 * DAY)
    assert capped(store, older, NOW + 2 * DAY) + capped(store, newer, NOW + 2 * DAY) == []
    free = NOW + 7 * DAY
    assert [store.ledger.next_due(one) for one in (older, newer)] == [free, free]
    assert capped(store, older, free) == ["ann"]
    assert capped(store, newer, free) == ["ann"]
    assert capped(store, sending(store, "one", at=free), free) == []


def test_who_has_room_is_not_held_up_by_who_has_none(store: SqlStore) -> None:
    """A window of held readers does not end the run for those behind them."""
    many = {f"r{n}": "" for n in range(30)}
    for name in ("one", "two"):
        issue_id = sending(store, name, at=NOW, **many)
        assert len(capped(store, issue_id, NOW, limit=50)) == 30
    third = sending(store, "three", at=NOW, **many, zoe="")
    assert capped(store, third, NOW, limit=3) == ["zoe"]


@pytest.mark.parametrize(
    ("state", "goes"),
    [
        (DeliveryState.DEFERRED, False),
        (DeliveryState.UNCERTAIN, False),
        (DeliveryState.FAILED, True),
        (None, False),
    ],
    ids=["deferred", "uncertain", "failed", "in-flight"],
)
def test_a_mail_under_way_counts(
    store: SqlStore, state: DeliveryState | None, *, goes: bool
) -> None:
    """What may still arrive takes its place in the window; what failed does not."""
    assert capped(store, sending(store, "one", at=NOW), NOW) == ["ann"]
    other = sending(store, "two", at=NOW)
    (begun,) = store.ledger.claim(other, limit=9, owner="me", until=NOW + HOUR, now=NOW)
    if state is not None:
        later = NOW + HOUR
        settlement = Settlement(delivery_id=begun.id, state=state, next_attempt_at=later)
        store.ledger.settle([settlement], now=NOW)
    assert bool(capped(store, sending(store, "three", at=NOW), NOW)) is goes


def test_a_mail_that_was_begun_is_never_put_off(store: SqlStore) -> None:
    """A retry goes at its time, or it would be given up before the window frees."""
    retried = sending(store, "zero", at=NOW)
    (begun,) = store.ledger.claim(retried, limit=9, owner="me", until=NOW + HOUR, now=NOW)
    settlement = Settlement(
        delivery_id=begun.id, state=DeliveryState.DEFERRED, next_attempt_at=NOW + HOUR
    )
    store.ledger.settle([settlement], now=NOW)
    store.issues.change_state(retried, to=IssueState.PAUSED, allowed=(IssueState.SENDING,), now=NOW)
    assert capped(store, sending(store, "one", at=NOW), NOW) == ["ann"]
    assert capped(store, sending(store, "two", at=NOW), NOW) == []
    store.issues.change_state(retried, to=IssueState.SENDING, allowed=(IssueState.PAUSED,), now=NOW)
    assert capped(store, retried, NOW + HOUR) == ["ann"]
