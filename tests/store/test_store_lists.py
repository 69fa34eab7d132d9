"""What remote lists hold, kept."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from digest.model import Feed
from digest.store import SqlStore
from digest.store.tables import listed_feeds

NOW = datetime(2026, 6, 16, 9, 0, tzinfo=UTC)
LIST = "https://l.example/x.opml"
A = Feed(url="https://a.example/", title="A", tags=("x", "ü"))
B = Feed(url="https://b.example/")
C = Feed(url="https://c.example/", title="C")


def test_a_list_is_kept_in_its_order(store: SqlStore) -> None:
    """Title, tags and order come back; an unknown list holds nothing."""
    assert store.lists.replace(LIST, [B, A], now=NOW) == (2, 0)
    assert store.lists.feeds([LIST, "https://other/"]) == {LIST: (B, A), "https://other/": ()}


def test_replacing_twice_changes_nothing(store: SqlStore) -> None:
    """The same list again adds and removes nothing, and keeps when each feed came."""
    store.lists.replace(LIST, [A, B], now=NOW)
    assert store.lists.replace(LIST, [A, B], now=NOW + timedelta(days=1)) == (0, 0)
    with store.database.reading() as connection:
        assert set(connection.scalars(select(listed_feeds.c.added_at))) == {NOW}


def test_a_feed_that_goes_is_marked_and_may_come_back(store: SqlStore) -> None:
    """A removed feed is remembered with the time; back again, it counts as added."""
    later = NOW + timedelta(days=1)
    store.lists.replace(LIST, [A, B], now=NOW)
    assert store.lists.replace(LIST, [C, A], now=later) == (1, 1)
    assert store.lists.feeds([LIST])[LIST] == (C, A)
    with store.database.reading() as connection:
        removed = select(listed_feeds.c.removed_at).where(listed_feeds.c.url == B.url)
        assert connection.scalar(removed) == later
    assert store.lists.replace(LIST, [A, B, C], now=later) == (1, 0)
    assert store.lists.feeds([LIST])[LIST] == (A, B, C)


def test_lists_do_not_touch_each_other(store: SqlStore) -> None:
    """The same feed may be in several lists."""
    store.lists.replace(LIST, [A], now=NOW)
    store.lists.replace("https://m.example/", [A, B], now=NOW)
    store.lists.replace(LIST, [], now=NOW)
    assert store.lists.feeds([LIST, "https://m.example/"]) == {
        LIST: (),
        "https://m.example/": (A, B),
    }
