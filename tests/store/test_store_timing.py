"""When each delivery is due: readers' time zones, and what is frozen of them."""

from datetime import UTC, datetime, timedelta

from digest.model import (
    Consent,
    Delivery,
    DeliveryState,
    DueTimes,
    Issue,
    IssueKey,
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
