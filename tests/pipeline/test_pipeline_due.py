"""What is due and drafted: cut-offs, pauses, blackouts, out of turn; by either clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.model import (
    DateRange,
    Entry,
    EntryClock,
    EntryKey,
    Feed,
    FeedState,
    Issue,
    IssueKind,
    IssueState,
    Newsletter,
    Period,
    Schedule,
    Topic,
)
from digest.pipeline.drafting import draft_due_issues, draft_now
from digest.pipeline.due import due_issues, upcoming_period
from digest.pipeline.forecast import forecast_issues
from digest.store import open_store
from tests.core.harbour import NEWSLETTER
from tests.fakes import fake_config, fake_world

URL = "https://quay.example/feed.xml"
WEEKLY = replace(
    NEWSLETTER, feeds=(URL,), topics=(Topic(id="other", name="Other"),), default_topic="other"
)
DAY = timedelta(days=1)


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


class Desk:
    """An app over a real store, whose clock and schedule a test sets."""

    def __init__(self, app: App, directory: Path) -> None:
        self._app = app
        self._directory = directory
        self.newsletter = WEEKLY
        self.now = utc(11, 19, 12)

    @property
    def app(self) -> App:
        others = [replace(WEEKLY, id="monthly")]
        config = fake_config(
            self._directory, newsletters=[self.newsletter, *others], feeds=[Feed(url=URL)]
        )
        return replace(self._app, config=config, clock=lambda: self.now)

    def change(self, **fields: object) -> Newsletter:
        schedule: Schedule = replace(WEEKLY.schedule, **fields)  # type: ignore[arg-type]
        self.newsletter = replace(WEEKLY, schedule=schedule)
        return self.newsletter

    def read(self, *entries: Entry, at: datetime) -> None:
        """Let a round of collecting bring these entries."""
        state = FeedState(url=URL, last_ok_at=at)
        self._app.store.feeds.save_refresh(state, entries, now=at)

    def mine(self) -> list[Period]:
        return [due.period for due in due_issues(self.app) if due.newsletter.id == "weekly"]

    def draft(self) -> Issue:
        (drafted,) = [one for one in draft_due_issues(self.app) if one.newsletter == "weekly"]
        assert drafted.issue is not None
        return drafted.issue.issue


def post(number: int, published_at: datetime | None) -> Entry:
    subjects = ("Ferries", "Moorings", "Herring", "Seagrass", "Lanterns", "Bridges")
    return Entry(
        key=EntryKey(feed=URL, id=str(number)),
        title=f"{subjects[number]} of the year",
        url=f"https://quay.example/{number}",
        fingerprint=str(number),
        published_at=published_at,
        content=f"<p>{subjects[number]} are what this is about.</p>",
    )


def ids(issue: Issue) -> list[str]:
    return sorted(key.id for key in issue.entry_keys)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    world = fake_world(fake_config(tmp_path))
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    desk = Desk(replace(world.app, store=store), tmp_path)
    desk.read(post(0, utc(1, 1)), at=utc(1, 2))
    yield desk
    store.close()


def test_drafted_at_the_cut_off_for_a_later_sending(desk: Desk) -> None:
    """The issue is due days before it goes out, knows its time, and is named after that day."""
    desk.change(cut_off=2 * DAY)
    desk.read(post(1, utc(11, 20)), post(2, utc(11, 25)), at=utc(11, 25, 1))
    desk.now = utc(11, 24, 7, 29)
    assert desk.mine() != [Period(start=utc(11, 17, 7, 30), end=utc(11, 24, 7, 30))]
    desk.now = utc(11, 24, 7, 30)
    issue = desk.draft()
    assert issue.key.period == Period(start=utc(11, 17, 7, 30), end=utc(11, 24, 7, 30))
    assert (issue.send_at, issue.slug) == (utc(11, 26, 7, 30), "weekly-2026-11-26")
    assert ids(issue) == ["1"]


def test_a_pause_loses_nothing(desk: Desk) -> None:
    """Nothing is drafted for weeks; the first issue afterwards has it all."""
    desk.read(post(1, utc(11, 18)), at=utc(11, 18, 1))
    first = desk.draft()
    desk.change(paused=True)
    desk.read(post(2, utc(11, 25)), post(3, utc(12, 2)), at=utc(12, 2, 1))
    desk.now = utc(12, 10, 8)
    assert desk.mine() == []
    assert upcoming_period(desk.app, desk.newsletter).start == first.key.period.end
    desk.change()
    assert ids(desk.draft()) == ["2", "3"]


def test_a_blackout_loses_nothing(desk: Desk) -> None:
    """The issue after a blacked-out one has the posts of both."""
    desk.read(post(1, utc(11, 18)), at=utc(11, 18, 1))
    desk.draft()
    day = date(2026, 11, 26)
    desk.change(blackout=(DateRange(first=day, last=day),))
    desk.read(post(2, utc(11, 25)), post(3, utc(12, 2)), at=utc(12, 2, 1))
    desk.now = utc(11, 27)
    assert desk.mine() == []
    desk.now = utc(12, 3, 8)
    assert ids(desk.draft()) == ["2", "3"]


@pytest.mark.parametrize("paused", [True, False], ids=["paused", "blacked-out"])
def test_an_issue_can_be_forced(desk: Desk, *, paused: bool) -> None:
    """A person drafts during a pause or blackout; it waits for no time, and none is told twice."""
    stretch = DateRange(first=date(2026, 11, 20), last=date(2026, 11, 30))
    desk.read(post(1, utc(11, 18)), at=utc(11, 18, 1))
    desk.draft()
    newsletter = desk.change(paused=paused, blackout=() if paused else (stretch,), cut_off=DAY)
    desk.read(post(2, utc(11, 25)), at=utc(11, 25, 1))
    desk.now = utc(11, 27, 12)
    assert desk.mine() == []
    forced = draft_now(desk.app, newsletter)
    assert forced.issue is not None
    assert (ids(forced.issue.issue), forced.issue.issue.send_at) == (["2"], None)
    desk.read(post(3, utc(11, 28)), at=utc(11, 28, 1))
    desk.change(cut_off=DAY)
    desk.now = utc(12, 3, 8)
    assert ids(desk.draft()) == ["3"]


def test_a_roundup_uses_no_period_up(desk: Desk) -> None:
    """The year in one issue changes nothing about when the next digest is due."""
    desk.read(post(1, utc(11, 18)), at=utc(11, 18, 1))
    before = desk.mine()
    year = Period(start=utc(1, 1), end=utc(12, 31))
    roundup = replace(
        desk.draft(), slug="year", kind=IssueKind.ROUNDUP, sections=(), also_published=(), lead=None
    )
    roundup = replace(roundup, key=replace(roundup.key, period=year))
    desk.app.store.issues.add(roundup, now=desk.now)
    assert desk.mine() == []
    desk.now += 7 * DAY
    assert [period.start for period in desk.mine()] == [before[0].end]


def test_first_seen_decides_where_the_newsletter_says_so(desk: Desk) -> None:
    """By that clock a post belongs to the period in which it was found, whatever its date."""
    desk.newsletter = replace(WEEKLY, clock=EntryClock.FIRST_SEEN)
    desk.read(post(1, utc(6, 1)), post(2, utc(12, 24)), post(3, None), at=utc(11, 18))
    desk.read(post(4, utc(11, 18)), at=utc(11, 19, 10))
    assert ids(desk.draft()) == ["1", "2", "3"]
    desk.now = utc(11, 26, 12)
    assert ids(desk.draft()) == ["4"]


def test_a_new_feeds_archive_is_no_news_by_either_clock(desk: Desk) -> None:
    """What was there at the first fetch goes by its own date, also where first sight counts."""
    desk.newsletter = replace(WEEKLY, clock=EntryClock.FIRST_SEEN, feeds=("https://b.example/f",))
    url = desk.newsletter.feeds[0]
    backlog = [
        replace(post(number, at), key=EntryKey(feed=url, id=str(number)))
        for number, at in ((1, utc(3, 1)), (2, utc(11, 17)), (3, None))
    ]
    desk.app.store.feeds.save_refresh(FeedState(url=url), backlog, now=utc(11, 18))
    assert ids(desk.draft()) == ["2"]


def test_the_forecast_of_a_newsletter(desk: Desk) -> None:
    """What is there is counted once, the pace is that of its feed, and neighbours are named."""
    desk.read(*(post(number, utc(11, 20)) for number in (1, 2, 3)), at=utc(11, 20, 1))
    desk.now = utc(11, 25, 7, 30)
    due, running, later = forecast_issues(desk.app, desk.newsletter, count=3)
    assert [due.period.end, running.period.end] == [utc(11, 19, 7, 30), utc(11, 26, 7, 30)]
    assert (due.posts, running.posts, running.stories) == (0, 3, 3)
    assert later.period.start == running.period.end
    assert "monthly goes out the same day, with 1 feed in common" in str(later.warnings[-1])


def test_the_forecast_once_nothing_is_due(desk: Desk) -> None:
    """The running period comes first, from the end of the latest issue."""
    desk.read(post(1, utc(11, 18)), at=utc(11, 18, 1))
    issue = desk.draft()
    (running,) = forecast_issues(desk.app, desk.newsletter, count=1)
    assert running.period == Period(start=issue.key.period.end, end=utc(11, 26, 7, 30))
    assert desk.app.store.issues.get(issue.slug).state is IssueState.DRAFT
