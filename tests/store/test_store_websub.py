"""Subscriptions at hubs and what they pushed, in a real database."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import StoreError
from digest.model import HubState, HubSubscription, Push
from digest.store import SqlStore

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
FEED = "https://quay.example/feed.xml"
ROOM = {"most": 10, "most_bytes": 1_000}
NEW = HubSubscription(
    feed_url=FEED,
    hub="https://hub.example/",
    topic=FEED,
    callback="https://letters.example/hub/t1",
    token="t1",
    secret="shh",
)


def push(body: bytes = b"<rss/>", feed: str = FEED) -> Push:
    return Push(feed_url=feed, body=body, content_type="text/xml", received_at=NOW)


def test_a_subscription_comes_back_whole(store: SqlStore) -> None:
    """Each field is kept, and found by the token alone."""
    full = replace(
        NEW,
        state=HubState.RENEWING,
        requested_at=NOW,
        verified_at=NOW - timedelta(days=6),
        lease_until=NOW + timedelta(days=4),
        next_action_at=NOW + timedelta(hours=6),
        pushed_at=NOW - timedelta(hours=1),
        missed_at=NOW - timedelta(minutes=1),
        failures=3,
        last_error="down",
    )
    assert store.hubs.add(full)
    assert store.hubs.find("t1") == full
    assert store.hubs.find("t2") is None
    assert store.hubs.subscriptions() == (full,)


def test_a_feed_has_one_subscription(store: SqlStore) -> None:
    """A second one is not kept, and the first stays."""
    assert store.hubs.add(NEW)
    assert not store.hubs.add(replace(NEW, token="t2"))
    assert [one.token for one in store.hubs.subscriptions()] == ["t1"]


def test_a_change_is_one_transaction(store: SqlStore) -> None:
    """Many that count at once count right."""
    store.hubs.add(NEW)

    def count(subscription: HubSubscription) -> HubSubscription:
        return replace(subscription, failures=subscription.failures + 1)

    threads = [
        threading.Thread(target=lambda: [store.hubs.change("t1", count) for _ in range(5)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.hubs.find("t1")
    assert found is not None
    assert found.failures == 20


def test_a_change_that_breaks_changes_nothing(store: SqlStore) -> None:
    """An error in the decision rolls back."""
    store.hubs.add(NEW)
    with pytest.raises(ZeroDivisionError):
        store.hubs.change("t1", lambda one: replace(one, failures=1 // 0))
    assert store.hubs.find("t1") == NEW


def test_what_is_forgotten_is_gone_with_its_pushes(store: SqlStore) -> None:
    """A decision of None deletes; changing what is not there does nothing."""
    store.hubs.add(NEW)
    store.hubs.keep_push(push(), **ROOM)
    assert store.hubs.change("t1", lambda _: None) is None
    assert store.hubs.subscriptions() == ()
    assert store.hubs.next_push() is None
    assert store.hubs.change("t1", lambda one: one) is None


def test_pushes_are_worked_off_in_order(store: SqlStore, reopen: Callable[[], SqlStore]) -> None:
    """Documents come back as they were, oldest first, in another process too, until dropped."""
    store.hubs.add(NEW)
    bodies = [b"one", b"two\x00\xff", b"three"]
    assert all(store.hubs.keep_push(push(body), **ROOM) for body in bodies)
    later = reopen()
    first = later.hubs.next_push()
    assert first is not None
    assert replace(first, id=0) == push(b"one")
    later.hubs.drop_push(first.id)
    second = store.hubs.next_push()
    assert second is not None
    assert second.body == b"two\x00\xff"
    third = store.hubs.next_push(after=second.id)
    assert third is not None
    assert store.hubs.next_push(after=third.id) is None


def test_there_is_room_for_so_much(store: SqlStore) -> None:
    """Beyond the number or the size that may wait, nothing is kept."""
    store.hubs.add(NEW)
    assert store.hubs.keep_push(push(b"x" * 600), **ROOM)
    assert not store.hubs.keep_push(push(b"x" * 600), **ROOM)
    assert store.hubs.keep_push(push(b"x" * 400), **ROOM)
    assert not store.hubs.keep_push(push(b""), most=2, most_bytes=10_000)


def test_a_push_for_nothing_is_not_kept(store: SqlStore) -> None:
    """A subscription that was forgotten in the meantime takes nothing in."""
    with pytest.raises(StoreError):
        store.hubs.keep_push(push(), **ROOM)
