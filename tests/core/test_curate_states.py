"""Where entries stand, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.curate.states import counted_at, is_late, reach_back, state_of, unfit
from digest.model import (
    Entry,
    EntryClock,
    EntryKey,
    EntryState,
    IssueState,
    KeptEntry,
    Mark,
    Newsletter,
    Period,
    Schedule,
    Sender,
    Topic,
)

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Period(start=NOW - 3 * DAY, end=NOW + 4 * DAY)
WEEKLY = Newsletter(
    id="weekly",
    name="The Weekly",
    sender=Sender(address="weekly@news.example"),
    postal_address="1 High Street",
    schedule=Schedule(time_zone="Pacific/Auckland"),
    feeds=("https://a.example/feed",),
    topics=(Topic(id="all", name="All"),),
    default_topic="all",
)
ENTRY = Entry(
    key=EntryKey(feed="https://a.example/feed", id="1"),
    title="A title",
    url="https://a.example/1",
    fingerprint="f",
)
KEPT = KeptEntry(entry=ENTRY, first_seen_at=NOW - DAY, dated_at=NOW - DAY)
LATE = replace(KEPT, dated_at=WEEK.start - DAY)


@pytest.mark.parametrize(
    ("kept", "issue", "state", "words"),
    [
        pytest.param(KEPT, None, EntryState.NEW, "no issue", id="new"),
        pytest.param(replace(KEPT, dated_at=NOW + DAY), None, "new", "no issue", id="a-day-ahead"),
        pytest.param(LATE, None, "new", "too late for the issue of its date", id="late"),
        pytest.param(
            replace(KEPT, used_in="weekly-1"), IssueState.DRAFT, "queued", "weekly-1", id="draft"
        ),
        pytest.param(
            replace(KEPT, used_in="w-1"), IssueState.APPROVED, "queued", "approved", id="approved"
        ),
        pytest.param(
            replace(KEPT, used_in="w-1"), IssueState.SENT, "used", "told in w-1", id="sent"
        ),
        pytest.param(replace(KEPT, used_in="w-1"), None, "used", "told in w-1", id="of-another"),
        pytest.param(
            replace(KEPT, dated_at=NOW + 2 * DAY), None, "held", "2026-03-07", id="dated-ahead"
        ),
        pytest.param(
            replace(KEPT, mark=Mark(state=EntryState.HELD, why="wait")),
            None,
            "held",
            "wait",
            id="m",
        ),
        pytest.param(
            replace(KEPT, mark=Mark(state=EntryState.SKIPPED, why="ad")),
            None,
            "skipped",
            "ad",
            id="s",
        ),
        pytest.param(
            replace(KEPT, dated_at=None, mark=Mark(state=EntryState.NEW, why="after all")),
            None,
            "new",
            "after all",
            id="released",
        ),
        pytest.param(
            replace(KEPT, dated_at=None, backlog=True), None, "too-old", "undated", id="undated"
        ),
        pytest.param(replace(LATE, backlog=True), None, "too-old", "dated before", id="archive"),
        pytest.param(
            replace(KEPT, dated_at=NOW - 90 * DAY), None, "too-old", "2026-03-02", id="long-ago"
        ),
        pytest.param(
            replace(KEPT, entry=replace(ENTRY, url="")), None, "broken", "no link", id="linkless"
        ),
    ],
)
def test_states_say_why(
    kept: KeptEntry, issue: IssueState | None, state: EntryState, words: str
) -> None:
    """Each way an entry can stand, with the words that tell an editor why."""
    standing = state_of(kept, WEEKLY, WEEK, now=NOW, used_issue_state=issue)
    assert standing.state == state
    assert words in standing.why


def test_a_held_date_comes() -> None:
    """With the clock, an entry dated ahead goes from held to new to too old."""
    kept = replace(KEPT, dated_at=NOW + 10 * DAY, backlog=True)
    seen = []
    for days in range(0, 30, 3):
        now = NOW + days * DAY
        period = Period(start=now - now.weekday() * DAY, end=now + 7 * DAY)
        seen.append(state_of(kept, WEEKLY, period, now=now).state.value)
    assert [state for at, state in enumerate(seen) if state not in seen[:at]] == [
        "held",
        "new",
        "too-old",
    ]


@pytest.mark.parametrize(
    ("length", "reach"), [(1, 14), (7, 14), (31, 31)], ids=["daily", "weekly", "monthly"]
)
def test_the_reach_back(length: int, reach: int) -> None:
    """A period's own length, and two weeks at least."""
    period = Period(start=NOW, end=NOW + length * DAY)
    assert NOW - reach_back(period) == reach * DAY


@pytest.mark.parametrize(
    ("dated", "seen", "late"),
    [
        pytest.param(-1, 1, True, id="late"),
        pytest.param(-14, 0, True, id="at-the-reach"),
        pytest.param(-15, 1, False, id="beyond-it"),
        pytest.param(-1, -1, False, id="seen-in-time"),
        pytest.param(1, 1, False, id="of-this-period"),
    ],
)
def test_late(dated: int, seen: int, *, late: bool) -> None:
    """Dated before the period, within reach, and first seen in it."""
    start = WEEK.start
    kept = replace(KEPT, dated_at=start + dated * DAY, first_seen_at=start + seen * DAY)
    assert is_late(kept, WEEK) is late
    assert (unfit(kept, WEEK) == "") is (late or dated == 1)
    assert not is_late(replace(kept, backlog=True), WEEK)


SEEN = replace(KEPT, dated_at=WEEK.start - 90 * DAY)
BY_SIGHT = EntryClock.FIRST_SEEN


@pytest.mark.parametrize(
    ("kept", "counted"),
    [
        pytest.param(SEEN, SEEN.first_seen_at, id="an-old-date"),
        pytest.param(replace(SEEN, dated_at=NOW + 90 * DAY), SEEN.first_seen_at, id="a-date-ahead"),
        pytest.param(replace(SEEN, backlog=True), SEEN.dated_at, id="backlog"),
        pytest.param(replace(SEEN, backlog=True, dated_at=None), None, id="undated-backlog"),
    ],
)
def test_the_clock_of_first_sight(kept: KeptEntry, counted: datetime | None) -> None:
    """First sight counts whatever the date says, but for what a new feed had already."""
    assert counted_at(kept, BY_SIGHT) == counted
    assert counted_at(kept, EntryClock.PUBLISHED) == kept.dated_at
    assert not is_late(kept, WEEK, clock=BY_SIGHT)
    told = unfit(kept, WEEK, clock=BY_SIGHT) == ""
    assert told is (not kept.backlog)
    standing = state_of(kept, replace(WEEKLY, clock=BY_SIGHT), WEEK, now=NOW)
    assert (standing.state is EntryState.NEW) is told
