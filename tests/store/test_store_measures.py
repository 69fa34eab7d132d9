"""What feeds brought, as ``feeds status`` shows it."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model import Entry, EntryKey, FeedMeasures, FeedState, Image
from digest.store import SqlStore

FEED = "https://example.org/feed.xml"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(
    number: int,
    age: timedelta | None,
    *,
    content: str = "",
    image: bool = False,
    full_text: bool = False,
) -> Entry:
    return Entry(
        key=EntryKey(feed=FEED, id=str(number)),
        title="t",
        url="https://example.org/",
        fingerprint="f",
        published_at=None if age is None else NOW - age,
        content=content,
        image=Image(url="https://example.org/a.png") if image else None,
        full_text=full_text,
    )


def measured(store: SqlStore, *entries: Entry) -> FeedMeasures:
    store.feeds.save_refresh(FeedState(url=FEED, last_ok_at=NOW), entries, now=NOW)
    return store.feeds.measures([FEED], now=NOW)[FEED]


def test_a_feed_that_brought_nothing_measures_nothing(store: SqlStore) -> None:
    """Every URL asked about is answered."""
    assert store.feeds.measures([FEED], now=NOW) == {FEED: FeedMeasures()}


def test_shares(store: SqlStore) -> None:
    """Dates, pictures and whole articles, as parts of one; markup is no text."""
    found = measured(
        store,
        entry(1, DAY, content=f"<p>{'word ' * 300}</p>", image=True),
        entry(2, DAY, content=f'<img src="{"x" * 3000}"><p>short</p>'),
        entry(3, None, full_text=True, image=True),
        entry(4, None),
    )
    assert found.entries == 4
    assert (found.dated, found.with_image, found.full_text) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("ages", "per_week"),
    [
        pytest.param([DAY * n for n in range(56)], 7.0, id="daily-for-eight-weeks"),
        pytest.param([DAY * n for n in range(200)], 57 / 8, id="older-ones-do-not-count"),
        pytest.param([DAY * 7 * n for n in range(4)], 4 / 3, id="known-for-three-weeks"),
        pytest.param([DAY / 24, DAY / 12], 2.0, id="known-for-a-day"),
        pytest.param([DAY * 300], 0.0, id="long-silent"),
        pytest.param([None, None], 0.0, id="undated-backlog"),
        pytest.param([-DAY / 2], 0.0, id="ahead"),
    ],
)
def test_posts_a_week(store: SqlStore, ages: list[timedelta | None], per_week: float) -> None:
    """Over eight weeks, or as long as the feed's oldest entry goes back, a week at least."""
    found = measured(store, *(entry(n, age) for n, age in enumerate(ages)))
    assert found.per_week == pytest.approx(per_week, rel=0.02)


def test_only_the_newest_entries_are_judged(store: SqlStore) -> None:
    """What a feed did years ago says nothing of what it does."""
    old = [entry(n, DAY * 500 + DAY * n) for n in range(100)]
    new = [entry(n, DAY, image=True) for n in range(100, 150)]
    assert measured(store, *old, *new).with_image == 1.0
