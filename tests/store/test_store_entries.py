"""Entries as the store keeps them: what they are known by, their past, their marks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import event, select, text

from digest.collect.parsing.normalise import fingerprint
from digest.curate.states import candidates, is_late
from digest.model import (
    Entry,
    EntryClock,
    EntryKey,
    EntryState,
    FeedState,
    Issue,
    IssueKey,
    IssueState,
    KeptEntry,
    Mark,
    Period,
    Story,
    Wording,
)
from digest.store import SqlStore, open_store
from digest.store.arrivals import KEPT_EDITS
from digest.store.codec import encode_entry
from digest.store.database import connect
from digest.store.tables import entry_aliases

FEED = "https://blog.example/feed.xml"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
THIS_WEEK = Period(start=NOW - WEEK, end=NOW)
OK = FeedState(url=FEED, last_ok_at=NOW)
WORDS = "The wall held through the night, and the ferries left on time in the morning."


def entry(number: int, published_at: datetime | None = NOW - HOUR, **changes: object) -> Entry:
    usual = Entry(
        key=EntryKey(feed=FEED, id=f"https://blog.example/{number}"),
        title=f"Report number {number}",
        url=f"https://blog.example/{number}",
        fingerprint="",
        published_at=published_at,
        summary=f"{WORDS} Part {number}.",
    )
    made = replace(usual, **changes)  # type: ignore[arg-type] # a table of changes
    seen = fingerprint(title=made.title, url=made.url, summary=made.summary, content=made.content)
    return replace(made, fingerprint=seen)


def named(one: Entry, entry_id: str) -> Entry:
    return replace(one, key=EntryKey(feed=FEED, id=entry_id))


def read_before(store: SqlStore) -> None:
    """Let the feed have had its first fetch, long ago."""
    store.feeds.save_refresh(OK, [entry(0, NOW - 52 * WEEK)], now=NOW - 52 * WEEK)


def kept(store: SqlStore, number: int) -> KeptEntry:
    found = store.feeds.entry(entry(number).key)
    assert found is not None
    return found


def numbers(found: tuple[KeptEntry, ...]) -> list[int]:
    return [int(one.entry.key.id.rpartition("/")[2]) for one in found]


def told(store: SqlStore, period: Period) -> list[int]:
    """What an issue of the period may draw on."""
    return numbers(candidates(store.feeds.entries_in([FEED], period, newsletter="weekly"), period))


def issue(*keys: EntryKey, period: Period = THIS_WEEK) -> Issue:
    wording = Wording(value="Words")
    story = Story(
        entries=keys,
        url="https://blog.example/",
        headline=wording,
        excerpt=wording,
        source="Example",
        published_at=NOW,
    )
    return Issue(
        key=IssueKey(newsletter="weekly", period=period),
        slug=f"weekly-{period.end:%Y-%m-%d}",
        title=wording,
        subject=wording,
        preheader=wording,
        also_published=(story,),
    )


def test_a_new_id_is_found_at_once_the_next_time(store: SqlStore) -> None:
    """A republished entry keeps its key and is known by its new id as well."""
    store.feeds.save_refresh(OK, [entry(1)], now=NOW)
    again = named(entry(1), "urn:uuid:another")
    assert store.feeds.save_refresh(OK, [again], now=NOW + DAY) == (0, 0)
    by_alias = store.feeds.entry(again.key)
    assert by_alias is not None
    assert (by_alias.entry.key, by_alias.first_seen_at) == (entry(1).key, NOW)
    edited = replace(named(entry(9, None), "urn:uuid:another"))
    assert store.feeds.save_refresh(OK, [edited], now=NOW + DAY) == (0, 1)
    assert kept(store, 1).entry.title == "Report number 9"
    with store.database.reading() as connection:
        aliases = connection.execute(select(entry_aliases.c.alias, entry_aliases.c.entry_id))
        assert [tuple(row) for row in aliases] == [("urn:uuid:another", entry(1).key.id)]


def test_an_edit_is_counted_and_its_past_kept(store: SqlStore) -> None:
    """The document is the newest, history has the others in order, and the date stays."""
    first = entry(1)
    store.feeds.save_refresh(OK, [first], now=NOW)
    second = entry(1, NOW + HOUR, title="Better")
    third = named(entry(1, url="https://blog.example/slug", title="Better"), "https://slug.example")
    assert store.feeds.save_refresh(OK, [second], now=NOW + HOUR) == (0, 1)
    assert store.feeds.save_refresh(OK, [third], now=NOW + DAY) == (1, 0)  # id, URL, date: another
    now = kept(store, 1)
    assert (now.entry, now.edits, now.edited_at) == (second, 1, NOW + HOUR)
    assert (now.dated_at, now.first_seen_at) == (NOW - HOUR, NOW)
    assert store.feeds.history(first.key) == (first,)


def test_what_an_entry_was_at_a_time(store: SqlStore) -> None:
    """Between two edits it was the one before the later; before all, the oldest that is kept."""
    for hours in range(3):
        edited = entry(1, title=f"Version {hours}")
        store.feeds.save_refresh(OK, [edited], now=NOW + hours * HOUR)
    key = entry(1).key
    found = [store.feeds.as_of(key, NOW + hours * HOUR / 2) for hours in (-1, 0, 1, 2, 3, 4, 9)]
    assert [each.title[-1] for each in found if each] == ["0", "0", "0", "1", "1", "2", "2"]
    assert store.feeds.as_of(replace(key, id="unknown"), NOW) is None


def test_history_is_capped(store: SqlStore) -> None:
    """Of an entry that changes in every round, the last twenty versions are kept."""
    for number in range(KEPT_EDITS + 6):
        store.feeds.save_refresh(OK, [entry(1, title=f"Version {number}")], now=NOW)
    assert kept(store, 1).edits == KEPT_EDITS + 5
    titles = [past.title for past in store.feeds.history(entry(1).key)]
    assert titles == [f"Version {number}" for number in range(5, KEPT_EDITS + 5)]


def test_what_an_entry_carries_comes_back(store: SqlStore) -> None:
    """Help lines and the mark of full text are kept."""
    full = entry(1, support=("Call 0800 1234",), full_text=True)
    store.feeds.save_refresh(OK, [full], now=NOW)
    assert kept(store, 1).entry == full


def test_one_id_for_two_entries(store: SqlStore) -> None:
    """Both are kept, and a second round brings nothing."""
    posts = [named(entry(number), "1") for number in (1, 2)]
    assert store.feeds.save_refresh(OK, posts, now=NOW) == (2, 0)
    assert store.feeds.save_refresh(OK, posts[::-1], now=NOW) == (0, 0)
    changed = [posts[0], replace(posts[1], title="New", summary="Words", fingerprint="other")]
    assert store.feeds.save_refresh(OK, changed, now=NOW) == (0, 1)


def test_a_late_arrival_is_in_the_next_issue(store: SqlStore) -> None:
    """What is dated in a drafted period but came afterwards is told once, in the next issue."""
    read_before(store)
    store.feeds.save_refresh(OK, [entry(1), entry(2)], now=NOW - HOUR / 2)
    assert told(store, THIS_WEEK) == [1, 2]
    store.issues.add(issue(entry(1).key), now=NOW)
    store.feeds.save_refresh(OK, [entry(3, NOW - DAY)], now=NOW + DAY)
    next_week = Period(start=NOW, end=NOW + WEEK)
    assert told(store, next_week) == [3]  # 2 had its chance
    store.issues.add(issue(entry(3).key, period=next_week), now=NOW + WEEK)
    assert told(store, Period(start=NOW + WEEK, end=NOW + 2 * WEEK)) == []


def test_a_round_just_before_the_draft_is_not_late(store: SqlStore) -> None:
    """Where each round comes with its draft, after the period's end, nothing gets two chances."""
    read_before(store)
    store.feeds.save_refresh(OK, [entry(1), entry(2)], now=NOW + HOUR)
    assert told(store, THIS_WEEK) == [1, 2]
    store.issues.add(issue(entry(1).key), now=NOW + HOUR)
    assert told(store, Period(start=NOW, end=NOW + WEEK)) == []


def test_nothing_old_floods(store: SqlStore) -> None:
    """Neither a feed's archive nor posts older than the reach back are late arrivals."""
    archive = [entry(number, NOW - number * DAY) for number in range(1, 30)]
    store.feeds.save_refresh(OK, archive, now=NOW + HOUR)
    store.feeds.save_refresh(OK, [entry(40, NOW - 15 * DAY)], now=NOW + 2 * HOUR)
    store.feeds.save_refresh(OK, [entry(41, NOW - 13 * DAY)], now=NOW + 2 * HOUR)
    assert told(store, Period(start=NOW, end=NOW + WEEK)) == [41]
    years_ago = Period(start=NOW - 60 * WEEK, end=NOW - 59 * WEEK)
    assert told(store, years_ago) == []


@pytest.mark.parametrize("length", [DAY, WEEK, 31 * DAY], ids=["daily", "weekly", "monthly"])
def test_no_entry_of_a_feed_that_lags_is_lost(store: SqlStore, length: timedelta) -> None:
    """Whatever the delay within reach, each entry is told exactly once."""
    read_before(store)
    told_so_far: list[int] = []
    for step in range(1, 8):
        start = NOW + (step - 1) * length
        for number, lag in ((step * 10, 0.1), (step * 10 + 1, 0.6), (step * 10 + 2, 0.95)):
            late = entry(number, start + length * lag - length * 0.9 * (number % 2))
            store.feeds.save_refresh(OK, [late], now=start + length * lag)
        period = Period(start=start, end=start + length)
        found = store.feeds.entries_in([FEED], period, newsletter="weekly")
        chosen = [one.entry.key for one in candidates(found, period)]
        store.issues.add(issue(*chosen, period=period), now=start + length)
        told_so_far += numbers(candidates(found, period))
    assert sorted(told_so_far) == sorted(s * 10 + n for s in range(1, 8) for n in range(3))


def test_a_date_ahead_holds_an_entry_until_it_comes(store: SqlStore) -> None:
    """It is in no issue before its date, and in that of its date when the clock gets there."""
    read_before(store)
    store.feeds.save_refresh(OK, [entry(1, NOW + 9 * DAY)], now=NOW - DAY)
    weeks = [Period(start=NOW + n * WEEK, end=NOW + (n + 1) * WEEK) for n in range(-1, 3)]
    assert [told(store, week) for week in weeks] == [[], [], [1], []]


def test_a_date_ahead_may_be_put_right(store: SqlStore) -> None:
    """A year mistyped and mended does not hold the entry for ever; a past date never moves."""
    read_before(store)
    store.feeds.save_refresh(OK, [entry(1, NOW + 400 * DAY), entry(2)], now=NOW - HOUR)
    store.feeds.save_refresh(OK, [entry(1, NOW - 2 * HOUR), entry(2, NOW)], now=NOW - HOUR / 2)
    assert kept(store, 1).dated_at == NOW - 2 * HOUR
    assert kept(store, 2).dated_at == NOW - HOUR


def test_marks_are_kept_and_taken_off(store: SqlStore) -> None:
    """A marked entry is no candidate until its mark is off; an unknown one cannot be marked."""
    read_before(store)
    store.feeds.save_refresh(OK, [entry(1), entry(2)], now=NOW - HOUR / 2)
    mark = Mark(state=EntryState.SKIPPED, why="an advertisement")
    assert store.feeds.mark(entry(1).key, mark)
    assert kept(store, 1).mark == mark
    assert told(store, THIS_WEEK) == [2]
    assert store.feeds.mark(entry(1).key, None)
    assert told(store, THIS_WEEK) == [1, 2]
    assert not store.feeds.mark(entry(77).key, mark)


def test_a_released_entry_is_told_whatever_its_date(store: SqlStore) -> None:
    """What an editor released is a candidate until an issue uses it, even from an archive."""
    old = entry(1, NOW - 100 * DAY)
    store.feeds.save_refresh(OK, [old, entry(2, None)], now=NOW - 90 * DAY)
    for number in (1, 2):
        store.feeds.mark(entry(number).key, Mark(state=EntryState.NEW, why="released"))
    assert sorted(told(store, THIS_WEEK)) == [1, 2]
    store.issues.add(issue(old.key), now=NOW)
    assert told(store, Period(start=NOW, end=NOW + WEEK)) == [2]


def test_entries_are_found_as_people_name_them(store: SqlStore) -> None:
    """By whole key, id, alias or URL, with or without scheme and trackers."""
    one = entry(1, url="https://www.blog.example/a/b/")
    store.feeds.save_refresh(OK, [named(one, "tag:1#x"), entry(2)], now=NOW)
    for name in (f"{FEED}#tag:1#x", "tag:1#x", "http://blog.example/a/b?utm_source=x"):
        assert [found.entry.title for found in store.feeds.find(name)] == ["Report number 1"]
    assert store.feeds.find("https://blog.example/nothing") == ()


def test_recent_entries_come_newest_first(store: SqlStore) -> None:
    """Of the feeds asked for, as many as asked for."""
    store.feeds.save_refresh(OK, [entry(n, NOW - n * DAY) for n in range(5)], now=NOW)
    store.issues.add(issue(entry(1).key), now=NOW)
    found = store.feeds.recent([FEED], newsletter="weekly", limit=3)
    assert numbers(found) == [0, 1, 2]
    assert [one.used_in for one in found] == ["", "weekly-2026-03-05", ""]
    assert store.feeds.recent(["https://other.example"], newsletter="", limit=3) == ()


def test_an_issue_that_never_went_out_had_no_chance(store: SqlStore) -> None:
    """What a cancelled issue left is late for the next one, if it came after its date's period."""
    read_before(store)
    store.feeds.save_refresh(OK, [entry(1)], now=NOW + HOUR)
    made = store.issues.add(issue(), now=NOW + 2 * HOUR)
    assert made is not None
    next_week = Period(start=NOW, end=NOW + WEEK)
    assert told(store, next_week) == []
    store.issues.change_state(
        made.id, to=IssueState.CANCELLED, allowed=(IssueState.DRAFT,), now=NOW
    )
    assert told(store, next_week) == [1]


def test_entries_of_the_first_version_learn_what_they_are_known_by(empty_url: str) -> None:
    """The migration works their keys out, and which of them came with a feed's first fetch."""
    database = connect(empty_url)
    config = Config()
    config.set_main_option("script_location", "digest.store:migrations")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_first")
        connection.execute(
            text(
                "INSERT INTO feeds (url, title, health, etag, last_modified, body_hash,"
                " error_streak, last_error, last_ok_at)"
                " VALUES (:url, '', 'active', '', '', '', 0, '', '2026-03-01 00:00:00')"
            ),
            {"url": FEED},
        )
        for number, seen in ((1, "2026-03-01 00:00:00"), (2, "2026-03-02 00:00:00")):
            one = entry(number, None if number == 2 else NOW - HOUR)
            connection.execute(
                text(f"INSERT INTO entries VALUES (:feed, :id, NULL, '{seen}', :print, :document)"),
                {
                    "feed": FEED,
                    "id": one.key.id,
                    "print": one.fingerprint,
                    "document": encode_entry(one),
                },
            )
    database.close()
    store = open_store(empty_url)
    again = [named(entry(1), "urn:new:1"), named(entry(2, None), "urn:new:2")]
    assert store.feeds.save_refresh(OK, again, now=NOW) == (0, 0)
    assert [kept(store, number).backlog for number in (1, 2)] == [True, False]
    store.close()


@pytest.mark.usefixtures("path")
def test_a_round_reads_no_whole_feed(store: SqlStore) -> None:
    """However many entries are kept, those that could be the same are found by indexes alone."""
    read_before(store)
    statements: list[tuple[str, tuple[object, ...]]] = []

    @event.listens_for(store.database.engine, "before_cursor_execute")
    def note(*call: object) -> None:
        statements.append((str(call[2]), tuple(call[3]) if isinstance(call[3], tuple) else ()))

    store.feeds.save_refresh(OK, [named(entry(0), "urn:x"), entry(1), entry(2)], now=NOW)
    asked = [one for one in statements if one[0].startswith("SELECT")]
    with store.database.reading() as connection:
        plans = [
            str(row.detail)
            for text, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]
    assert any("entries_by_page" in plan for plan in plans)
    assert any("entries_by_text" in plan for plan in plans)
    assert not [plan for plan in plans if "SCAN" in plan]


@pytest.mark.parametrize(
    ("clock", "this_week", "next_week"),
    [
        pytest.param(EntryClock.PUBLISHED, [1, 4], [2], id="published"),
        pytest.param(EntryClock.FIRST_SEEN, [2, 3], [4], id="first-seen"),
    ],
)
def test_which_clock_puts_entries_into_a_period(
    store: SqlStore, clock: EntryClock, this_week: list[int], next_week: list[int]
) -> None:
    """By its date or by when it was found, each entry is in one period; backlog by its date."""
    start, end = THIS_WEEK.start, THIS_WEEK.end
    next_period = Period(start=end, end=end + WEEK)
    read_before(store)
    store.feeds.save_refresh(OK, [entry(2, end + DAY), entry(3, start - 99 * DAY)], now=end - HOUR)
    store.feeds.save_refresh(OK, [entry(4, end - DAY)], now=end + 2 * DAY)
    store.feeds.save_refresh(OK, [entry(1, start)], now=start - HOUR)

    def found(period: Period) -> list[int]:
        kept = store.feeds.entries_in([FEED], period, newsletter="weekly", clock=clock)
        return sorted(
            numbers(tuple(each for each in kept if not is_late(each, period, clock=clock)))
        )

    assert (found(THIS_WEEK), found(next_period)) == (this_week, next_week)
