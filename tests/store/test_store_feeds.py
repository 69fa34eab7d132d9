"""Feeds and entries as the store keeps them."""

import threading
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import (
    Entry,
    EntryKey,
    FeedHealth,
    FeedState,
    Issue,
    IssueKey,
    IssueState,
    Period,
    Story,
    Wording,
)
from digest.store import SqlStore
from digest.store.arrivals import dated_at

FEED = "https://example.org/feed.xml"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
WEEK = Period(start=NOW - timedelta(days=7), end=NOW)
HOUR = timedelta(hours=1)
OK = FeedState(url=FEED, last_ok_at=NOW)


def entry(entry_id: str, published_at: datetime | None = NOW - HOUR, *, text: str = "a") -> Entry:
    return Entry(
        key=EntryKey(feed=FEED, id=entry_id),
        title=f"Title {entry_id}",
        url=f"https://example.org/{entry_id}",
        fingerprint=text,
        summary=text,
        published_at=published_at,
    )


def issue(*keys: EntryKey, newsletter: str = "weekly", period: Period = WEEK) -> Issue:
    wording = Wording(value="Words")
    story = Story(
        entries=keys,
        url="https://example.org/",
        headline=wording,
        excerpt=wording,
        source="Example",
        published_at=NOW,
    )
    return Issue(
        key=IssueKey(newsletter=newsletter, period=period),
        slug=f"{newsletter}-{period.end:%Y-%m-%d}",
        title=wording,
        subject=wording,
        preheader=wording,
        also_published=(story,),
    )


def ids(store: SqlStore, period: Period = WEEK) -> list[str]:
    kept = store.feeds.entries_in([FEED], period, newsletter="weekly")
    return [one.entry.key.id for one in kept]


def test_an_unknown_feed_has_the_default_state(store: SqlStore) -> None:
    """Every URL asked for is answered."""
    assert store.feeds.states([FEED]) == {FEED: FeedState(url=FEED)}


def test_a_state_comes_back_whole(store: SqlStore) -> None:
    """Each field of a feed's state is kept, and overwritten by the next."""
    full = FeedState(
        url=FEED,
        title="Example",
        health=FeedHealth.FAILING,
        etag='W/"1"',
        last_modified="Thu, 05 Mar 2026 07:30:00 GMT",
        body_hash="ab" * 32,
        error_streak=3,
        last_error="timed out",
        last_checked_at=NOW,
        last_ok_at=NOW - HOUR,
        next_check_at=NOW + HOUR,
        latency=timedelta(seconds=1, microseconds=5),
        interval=timedelta(days=1),
        gap=timedelta(days=3, microseconds=1),
        overdue_at=NOW + HOUR,
        ttl=timedelta(hours=2),
        failing_since=NOW - HOUR,
        moved_to="https://new.example/feed.xml",
        moved_since=NOW - HOUR,
        asked_url="https://old.example/feed.xml",
        hub="https://hub.example/",
        topic="https://example.org/topic",
        remark="moved",
    )
    assert all(getattr(full, field.name) for field in fields(FeedState))
    store.feeds.save_refresh(full, (), now=NOW)
    assert store.feeds.states([FEED])[FEED] == full
    store.feeds.save_refresh(OK, (), now=NOW)
    assert store.feeds.states([FEED])[FEED] == OK


def test_more_feeds_than_one_statement_names(store: SqlStore) -> None:
    """Thousands of feeds can be asked about at once."""
    urls = [f"https://example.org/{n}" for n in range(2_500)]
    store.feeds.save_refresh(FeedState(url=urls[-1], title="last"), (), now=NOW)
    states = store.feeds.states(urls)
    assert list(states) == urls
    assert states[urls[-1]].title == "last"


def test_a_rerun_adds_nothing(store: SqlStore) -> None:
    """The same document again is 0 new and 0 changed."""
    entries = [entry("1"), entry("2"), entry("2")]
    assert store.feeds.save_refresh(OK, entries, now=NOW) == (2, 0)
    assert store.feeds.save_refresh(OK, entries, now=NOW + HOUR) == (0, 0)


def test_an_edit_changes_the_words_and_never_the_date(store: SqlStore) -> None:
    """An edited entry is shown as edited, in the period where it was."""
    store.feeds.save_refresh(OK, [entry("1")], now=NOW)
    edited = entry("1", NOW + HOUR, text="b")
    assert store.feeds.save_refresh(OK, [edited], now=NOW + HOUR) == (0, 1)
    kept = store.feeds.entry(edited.key)
    assert kept is not None
    assert (kept.entry, kept.dated_at, kept.first_seen_at) == (edited, NOW - HOUR, NOW)


def test_the_backlog_of_a_new_feed_is_never_new(store: SqlStore) -> None:
    """Undated entries are backlog at a feed's first success, and news from then on."""
    failed = FeedState(url=FEED, error_streak=1)
    store.feeds.save_refresh(failed, (), now=NOW - 3 * HOUR)
    store.feeds.save_refresh(OK, [entry("old", None)], now=NOW - 2 * HOUR)
    store.feeds.save_refresh(OK, [entry("old", None, text="b"), entry("new", None)], now=NOW - HOUR)
    assert ids(store) == ["new"]
    old = store.feeds.entry(EntryKey(feed=FEED, id="old"))
    assert old is not None
    assert old.dated_at is None


@pytest.mark.parametrize(
    ("published_at", "backlog", "expected"),
    [
        pytest.param(NOW - HOUR, True, NOW - HOUR, id="dated-backlog"),
        pytest.param(None, True, None, id="undated-backlog"),
        pytest.param(None, False, NOW, id="undated"),
        pytest.param(NOW + HOUR, False, NOW + HOUR, id="a-little-ahead"),
        pytest.param(NOW + 25 * HOUR, False, NOW + 25 * HOUR, id="far-ahead"),
        pytest.param(NOW + 25 * HOUR, True, NOW + 25 * HOUR, id="far-ahead-backlog"),
    ],
)
def test_dates(published_at: datetime | None, backlog: bool, expected: datetime | None) -> None:  # noqa: FBT001 - a parameter of the table
    """What an entry's date becomes."""
    assert dated_at(published_at, backlog=backlog, now=NOW) == expected


def test_periods_are_half_open_and_oldest_first(store: SqlStore) -> None:
    """The start belongs to a period and the end to the next."""
    store.feeds.save_refresh(
        OK,
        [entry("end", WEEK.end), entry("late", NOW - HOUR), entry("start", WEEK.start)],
        now=NOW,
    )
    assert ids(store) == ["start", "late"]
    assert ids(store, Period(start=NOW, end=NOW + HOUR)) == ["end"]


def test_entries_of_other_feeds_stay_out(store: SqlStore) -> None:
    """Only the feeds asked for count, each once."""
    store.feeds.save_refresh(OK, [entry("1")], now=NOW)
    assert store.feeds.entries_in(["https://example.org/b"], WEEK, newsletter="weekly") == ()
    assert len(store.feeds.entries_in([FEED, FEED], WEEK, newsletter="weekly")) == 1


def test_used_in_speaks_of_one_newsletter(store: SqlStore) -> None:
    """What one newsletter used is still new for another."""
    store.feeds.save_refresh(OK, [entry("1")], now=NOW)
    store.issues.add(issue(entry("1").key), now=NOW)
    (mine,) = store.feeds.entries_in([FEED], WEEK, newsletter="weekly")
    (theirs,) = store.feeds.entries_in([FEED], WEEK, newsletter="daily")
    assert (mine.used_in, theirs.used_in) == ("weekly-2026-03-05", "")
    kept = store.feeds.entry(entry("1").key)
    assert kept is not None
    assert kept.used_in == "weekly-2026-03-05"


def test_the_first_issue_that_used_an_entry_is_named(store: SqlStore) -> None:
    """A later issue with the same entry (a roundup) does not duplicate it."""
    store.feeds.save_refresh(OK, [entry("1")], now=NOW)
    store.issues.add(issue(entry("1").key), now=NOW)
    later = replace(WEEK, end=NOW + timedelta(days=7))
    store.issues.add(issue(entry("1").key, period=later), now=NOW)
    (kept,) = store.feeds.entries_in([FEED], WEEK, newsletter="weekly")
    assert kept.used_in == "weekly-2026-03-05"


@pytest.mark.parametrize("state", [IssueState.CANCELLED, IssueState.SKIPPED])
def test_issues_that_never_went_out_use_nothing(store: SqlStore, state: IssueState) -> None:
    """Entries of a cancelled or skipped issue are free for the next."""
    store.feeds.save_refresh(OK, [entry("1")], now=NOW)
    kept = store.issues.add(issue(entry("1").key), now=NOW)
    assert kept is not None
    store.issues.change_state(kept.id, to=state, allowed=(IssueState.DRAFT,), now=NOW)
    (free,) = store.feeds.entries_in([FEED], WEEK, newsletter="weekly")
    assert free.used_in == ""


def test_two_refreshes_of_one_feed_at_once_add_each_entry_once(store: SqlStore) -> None:
    """Concurrent rounds agree on what was new."""
    counts: list[tuple[int, int]] = []
    entries = [entry(str(n)) for n in range(50)]

    def refresh() -> None:
        counts.append(store.feeds.save_refresh(OK, entries, now=NOW))

    threads = [threading.Thread(target=refresh) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [(0, 0), (0, 0), (0, 0), (50, 0)]
