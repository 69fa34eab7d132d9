"""Subscribers, consent and suppression as the store keeps them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.audience.consent import next_consent
from digest.model import (
    Consent,
    Enrolment,
    NewSubscriber,
    Subscriber,
    SuppressionReason,
    Variant,
    Volume,
)
from digest.model.address import normalise_address
from digest.store import SqlStore

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def subscribe(
    store: SqlStore,
    address: str = "ada@example.org",
    consent: Consent = Consent.CONFIRMED,
    *,
    name: str = "",
    newsletter: str = "weekly",
    now: datetime = NOW,
) -> Subscriber:
    subscription = store.audience.subscribe(
        address=address, name=name, newsletter=newsletter, consent=consent, now=now
    )
    return subscription.subscriber


def test_a_subscription_comes_back(store: SqlStore) -> None:
    """One person, one newsletter, one consent, with the moment it was given."""
    person = subscribe(store, " Ada@Example.ORG ", name="Ada")
    (kept,) = store.audience.subscriptions()
    assert (kept.subscriber, kept.newsletter) == (person, "weekly")
    assert (kept.consent, kept.since) == (Consent.CONFIRMED, NOW)
    assert person.address == "Ada@Example.ORG"
    assert store.audience.subscriber(person.id) == person
    assert store.audience.subscriber(person.id + 1) is None


@pytest.mark.parametrize("spelling", ["ADA@example.org", " ada@EXAMPLE.org"])
def test_spellings_of_one_address_are_one_person(store: SqlStore, spelling: str) -> None:
    """Case and surrounding space make no second subscriber."""
    assert subscribe(store).id == subscribe(store, spelling).id
    assert len(list(store.audience.subscriptions())) == 1


@pytest.mark.parametrize("wish", Consent)
@pytest.mark.parametrize("current", Consent)
def test_consent_follows_its_rule(store: SqlStore, current: Consent, wish: Consent) -> None:
    """The store decides nothing of its own: next_consent does; ``since`` moves with a change."""
    subscribe(store, consent=current)
    subscribe(store, consent=wish, now=LATER)
    (kept,) = store.audience.subscriptions()
    assert kept.consent is next_consent(current, wish)
    assert kept.since == (NOW if kept.consent is current else LATER)


def test_newsletters_are_consented_to_one_by_one(store: SqlStore) -> None:
    """Leaving one newsletter leaves the other alone."""
    person = subscribe(store)
    subscribe(store, newsletter="daily")
    assert store.audience.unsubscribe(person.id, newsletter="weekly", now=LATER)
    consents = {s.newsletter: s.consent for s in store.audience.subscriptions()}
    assert consents == {"daily": Consent.CONFIRMED, "weekly": Consent.UNSUBSCRIBED}


def test_unsubscribing_twice_is_harmless(store: SqlStore) -> None:
    """The second time, and for strangers, there is nothing left to end."""
    person = subscribe(store)
    assert store.audience.unsubscribe(person.id, newsletter="weekly", now=NOW)
    assert not store.audience.unsubscribe(person.id, newsletter="weekly", now=LATER)
    assert not store.audience.unsubscribe(99, newsletter="weekly", now=LATER)
    (kept,) = store.audience.subscriptions()
    assert kept.since == NOW


def test_an_import_reports_what_came_of_its_rows(store: SqlStore) -> None:
    """Added, changed, unchanged, ended and suppressed are told apart."""
    subscribe(store, "stays@example.org")
    subscribe(store, "waits@example.org", Consent.PENDING)
    subscribe(store, "left@example.org", Consent.UNSUBSCRIBED)
    store.audience.suppress("bad@example.org", reason=SuppressionReason.COMPLAINT, now=NOW)
    rows = [
        NewSubscriber(address=address)
        for address in (
            "stays@example.org",
            "waits@example.org",
            "Left@example.org",
            "new@example.org",
            "NEW@example.org",
            "Bad@example.org",
        )
    ]
    enrolment = store.audience.subscribe_all(rows, newsletter="weekly", now=LATER)
    assert enrolment == Enrolment(
        added=2,
        changed=1,
        unchanged=2,
        ended=("Left@example.org",),
        suppressed=("Bad@example.org",),
    )
    again = store.audience.subscribe_all(rows, newsletter="weekly", now=LATER)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 5)


def test_a_person_known_from_another_newsletter_is_added_to_this_one(store: SqlStore) -> None:
    """An import adds subscriptions to people who exist already."""
    person = subscribe(store, newsletter="daily")
    rows = [NewSubscriber(address="ada@example.org")]
    assert store.audience.subscribe_all(rows, newsletter="weekly", now=NOW).added == 1
    assert {s.subscriber.id for s in store.audience.subscriptions()} == {person.id}


def test_an_import_over_many_portions_keeps_every_row(store: SqlStore) -> None:
    """Thousands of rows arrive whole and in order, repeats across portions included."""
    rows = [NewSubscriber(address=f"reader{n % 2_200:05}@example.org") for n in range(2_500)]
    enrolment = store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
    assert (enrolment.added, enrolment.unchanged) == (2_200, 300)
    addresses = [s.subscriber.address for s in store.audience.subscriptions(newsletter="weekly")]
    assert addresses == [f"reader{n:05}@example.org" for n in range(2_200)]
    assert store.audience.count(newsletter="weekly", consent=Consent.CONFIRMED) == 2_200
    assert store.audience.count(newsletter="weekly", consent=Consent.PENDING) == 0


def test_names_are_corrected_by_lists_and_not_by_strangers(store: SqlStore) -> None:
    """A confirmed row renames; a pending one, which anybody can ask for, does not."""
    person = subscribe(store, name="Ada")
    subscribe(store, consent=Consent.PENDING, name="Buy now")
    assert store.audience.subscriber(person.id) == person
    subscribe(store, name="Ada L.")
    subscribe(store, name="")
    renamed = store.audience.subscriber(person.id)
    assert renamed is not None
    assert renamed.name == "Ada L."


def test_a_reader_of_the_stream_may_write_meanwhile(store: SqlStore) -> None:
    """Streaming holds no transaction open between two subscriptions."""
    rows = [NewSubscriber(address=f"reader{n:05}@example.org") for n in range(1_500)]
    store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
    for subscription in store.audience.subscriptions():
        if subscription.subscriber.id % 500 == 0:
            store.audience.unsubscribe(subscription.subscriber.id, newsletter="weekly", now=LATER)
    assert store.audience.count(newsletter="weekly", consent=Consent.UNSUBSCRIBED) == 3


def test_suppression_is_by_mailbox_and_keeps_its_first_reason(store: SqlStore) -> None:
    """Every spelling is suppressed and released as one."""
    store.audience.suppress("Ada@Example.org", reason=SuppressionReason.COMPLAINT, now=NOW)
    store.audience.suppress("ada@example.org", reason=SuppressionReason.HARD_BOUNCE, now=LATER)
    (kept,) = store.audience.suppressions()
    assert (kept.address, kept.reason, kept.since) == (
        "Ada@Example.org",
        SuppressionReason.COMPLAINT,
        NOW,
    )
    assert store.audience.release("ADA@example.org")
    assert not store.audience.release("ada@example.org")
    assert store.audience.suppressions() == ()


ADDRESSES = st.sampled_from(["a@example.org", "A@example.org", "b@example.org", "c@example.org"])
LISTS = st.lists(
    st.builds(NewSubscriber, address=ADDRESSES, consent=st.sampled_from(Consent)), max_size=8
)


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(lists=st.lists(LISTS, max_size=3), number=st.integers(min_value=0))
def test_a_list_comes_to_the_same_as_its_rows_one_by_one(
    store: SqlStore, lists: list[list[NewSubscriber]], number: int
) -> None:
    """However rows are batched, each person ends where the rule says, and the report adds up."""
    newsletter = f"letter-{number}-{len(list(store.audience.subscriptions()))}"
    expected: dict[str, Consent] = {}
    for rows in lists:
        for row in rows:
            key = normalise_address(row.address)
            expected[key] = next_consent(expected.get(key), row.consent)
        report = store.audience.subscribe_all(rows, newsletter=newsletter, now=NOW)
        outcomes = report.added + report.changed + report.unchanged + len(report.ended)
        assert outcomes == len(rows)
    kept = store.audience.subscriptions(newsletter=newsletter)
    assert {normalise_address(s.subscriber.address): s.consent for s in kept} == expected


def test_choices_are_kept_and_frozen_with_the_subscription(store: SqlStore) -> None:
    """What was chosen comes back, outlives a later import, and is changed by its person alone."""
    wish = Variant(topics=("town", "sea", "sea"), volume=Volume.SHORT)
    row = NewSubscriber(address="ann@example.org", variant=wish)
    store.audience.subscribe_all([row], newsletter="weekly", now=NOW)
    again = [replace(row, variant=None), replace(row, variant=Variant(), consent=Consent.PENDING)]
    done = store.audience.subscribe_all(again, newsletter="weekly", now=NOW)
    (kept,) = store.audience.subscriptions()
    assert kept.variant == Variant(topics=("sea", "town"), volume=Volume.SHORT)
    assert (done.changed, done.unchanged) == (0, 2)

    assert store.audience.choose(kept.subscriber.id, newsletter="weekly", variant=Variant())
    assert not store.audience.choose(kept.subscriber.id, newsletter="other", variant=wish)
    found = store.audience.subscription(kept.subscriber.id, newsletter="weekly")
    assert found == replace(kept, variant=Variant())
    assert store.audience.subscription(99, newsletter="weekly") is None


def test_a_confirmed_row_changes_a_choice(store: SqlStore) -> None:
    """An import that says what somebody wants is a change, and the second time is none."""
    row = NewSubscriber(address="ann@example.org")
    store.audience.subscribe_all([row], newsletter="weekly", now=NOW)
    asking = [replace(row, variant=Variant(volume=Volume.SHORT))]
    first = store.audience.subscribe_all(asking, newsletter="weekly", now=NOW)
    second = store.audience.subscribe_all(asking, newsletter="weekly", now=NOW)
    assert (first.changed, second.changed) == (1, 0)
    assert next(store.audience.subscriptions()).variant.volume is Volume.SHORT
