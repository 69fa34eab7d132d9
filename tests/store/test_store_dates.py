"""When entries count as published, of all of them at once and without their texts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import Entry, EntryDate, EntryKey, FeedState
from digest.ports import EntryStore
from digest.store import SqlStore
from tests.fake_feeds import FakeFeedStore

FEED = "https://blog.example/feed.xml"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
ENTRY = Entry(
    key=EntryKey(feed=FEED, id="1"),
    title="One",
    url="https://blog.example/1",
    fingerprint="1",
    published_at=NOW - timedelta(days=400),
)


@pytest.mark.parametrize("kind", ["real", "fake"])
def test_dates_are_of_dated_entries_of_the_feeds_asked(kind: str, store: SqlStore) -> None:
    """An undated entry of a first fetch has none, and other feeds have no part in it."""
    feeds = store.feeds if kind == "real" else FakeFeedStore()
    undated = replace(
        ENTRY, key=EntryKey(feed=FEED, id="2"), url="https://blog.example/2", published_at=None,
        title="Two", fingerprint="2",
    )  # fmt: skip
    feeds.save_refresh(FeedState(url=FEED), [ENTRY, undated], now=NOW)
    asked: EntryStore = feeds
    assert asked.dates([FEED, FEED]) == (
        EntryDate(feed=FEED, dated_at=NOW - timedelta(days=400), first_seen_at=NOW),
    )
    assert asked.dates(["https://other.example/"]) == asked.dates([]) == ()
