"""How much of feeds' archives is kept, and pages of them beside what was collected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digest.model import BEGINNING, Entry, EntryKey, FeedArchive, FeedState, Period
from digest.store import SqlStore

FEED = "https://example.org/feed.xml"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
OK = FeedState(url=FEED, etag='"1"', interval=timedelta(hours=6), last_ok_at=NOW)
NOTHING = FeedArchive(url=FEED)
YEARS = timedelta(days=2000)


def entry(name: str, at: datetime | None = NOW - YEARS, *, text: str = "a", **more: str) -> Entry:
    return Entry(
        key=EntryKey(feed=FEED, id=name),
        title=more.get("title", f"Title of {name}"),
        url=more.get("url", f"https://example.org/{name}"),
        fingerprint=text,
        summary=text,
        published_at=at,
    )


def test_what_is_known_comes_back(store: SqlStore) -> None:
    """Nothing at first; then the last of what was saved."""
    assert store.feeds.archives([FEED]) == {FEED: NOTHING}
    known = FeedArchive(url=FEED, complete_since=BEGINNING, complete_until=NOW, page=f"{FEED}?2")
    store.feeds.save_archive(replace(known, page=""), (), backlog=True, now=NOW)
    store.feeds.save_archive(known, (), backlog=True, now=NOW)
    assert store.feeds.archives([FEED, "x"]) == {FEED: known, "x": FeedArchive(url="x")}


def test_a_page_again_adds_nothing(store: SqlStore) -> None:
    """What is known is not counted, and the feed's state stays as it is."""
    store.feeds.save_refresh(OK, [entry("new", NOW)], now=NOW)
    page = [entry("new", NOW), entry("old-1"), entry("old-2")]
    assert store.feeds.save_archive(NOTHING, page, backlog=True, now=NOW) == 2
    assert store.feeds.save_archive(NOTHING, page, backlog=True, now=NOW) == 0
    assert store.feeds.states([FEED])[FEED] == OK


def test_an_archive_changes_nothing_that_is_kept(store: SqlStore) -> None:
    """An earlier version of an entry is no edit of it."""
    store.feeds.save_refresh(OK, [entry("one", text="as it is")], now=NOW)
    earlier = [entry("one", text="as it was")]
    store.feeds.save_archive(NOTHING, earlier, backlog=True, now=NOW)
    kept = store.feeds.entry(EntryKey(feed=FEED, id="one"))
    assert kept
    assert (kept.entry.summary, kept.edits) == ("as it is", 0)


def test_an_entry_under_another_id_is_known(store: SqlStore) -> None:
    """The same page, title and date: an archive may name entries otherwise than the feed does."""
    store.feeds.save_refresh(OK, [entry("https://example.org/one-post")], now=NOW)
    renamed = entry(
        "tag:example.org,2020:one-post",
        title="Title of https://example.org/one-post",
        url="https://example.org/https://example.org/one-post",
    )
    assert store.feeds.save_archive(NOTHING, [renamed], backlog=True, now=NOW) == 0


def test_old_entries_are_never_late(store: SqlStore) -> None:
    """First seen now, dated just before the period: of another issue's time, and no news."""
    store.feeds.save_refresh(OK, [], now=NOW)
    week = Period(start=NOW - timedelta(days=7), end=NOW + timedelta(days=1))
    page = [entry("before", week.start - timedelta(days=1)), entry("undated", None)]
    store.feeds.save_archive(NOTHING, page, backlog=True, now=NOW)
    assert store.feeds.entries_in([FEED], week, newsletter="weekly") == ()
    store.feeds.save_archive(NOTHING, [entry("within", NOW)], backlog=True, now=NOW)
    (kept,) = store.feeds.entries_in([FEED], week, newsletter="weekly")
    assert kept.entry.key.id == "within"


def test_a_feed_that_was_never_asked_can_have_an_archive(store: SqlStore) -> None:
    """Its first round afterwards is its first: what that brings is backlog too."""
    assert store.feeds.save_archive(NOTHING, [entry("old")], backlog=True, now=NOW) == 1
    assert store.feeds.states([FEED])[FEED] == FeedState(url=FEED)
    assert store.feeds.save_refresh(OK, [entry("old"), entry("newer")], now=NOW) == (1, 0)
    assert all(each.backlog for each in store.feeds.find("newer"))
