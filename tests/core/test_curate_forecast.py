"""The forecast: what is expected of the issues to come, and what it warns of."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from digest.curate.forecast import (
    SIZE_LIMIT,
    Caution,
    ForecastIssue,
    Neighbour,
    Pace,
    Slot,
    forecast,
    shares_day,
)
from digest.curate.timing.periods import next_periods
from digest.model import DateRange, Newsletter, Schedule, Sender, Topic, Weekday

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
THURSDAYS = Schedule(time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(7, 30))
WEEKLY = Newsletter(
    id="weekly",
    name="Weekly",
    sender=Sender(address="weekly@news.example"),
    postal_address="1 High Street",
    schedule=THURSDAYS,
    feeds=(),
    topics=(Topic(id="other", name="Other"),),
    default_topic="other",
    min_stories=3,
    max_stories=10,
)


def slots(
    newsletter: Newsletter, *, count: int = 2, posts: int = 0, stories: int = 0
) -> list[Slot]:
    periods = next_periods(newsletter, now=NOW, latest=None, count=count)
    return [
        Slot(period=period, posts=posts if at == 0 else 0, stories=stories if at == 0 else 0)
        for at, period in enumerate(periods)
    ]


def cautions(issue: ForecastIssue) -> list[Caution]:
    return [warned.caution for warned in issue.warnings]


def test_the_issue_under_way_has_what_is_there_and_the_rest_of_its_pace() -> None:
    """Three of seven days are left on Monday; the week after has the whole pace."""
    pace = Pace(posts_per_week=14, stories_per_post=0.5)
    first, second = forecast(WEEKLY, slots(WEEKLY, posts=10, stories=4), now=NOW, pace=pace)
    assert (first.posts, first.stories) == (10 + 6, 4 + 3)
    assert (second.posts, second.stories) == (14, 7)
    assert first.sends_at == first.period.end == second.period.start


def test_a_period_that_is_over_gets_nothing_more() -> None:
    """What is due now has what it has."""
    due = Slot(period=next_periods(WEEKLY, now=NOW - timedelta(weeks=1), latest=None, count=1)[0])
    (issue,) = forecast(WEEKLY, [due], now=NOW, pace=Pace(posts_per_week=100))
    assert (issue.posts, issue.stories) == (0, 0)


@pytest.mark.parametrize(
    ("stories", "told", "expected"),
    [
        pytest.param(2, 2, [Caution.EMPTY], id="too-few"),
        pytest.param(3, 3, [], id="enough"),
        pytest.param(10, 10, [], id="full"),
        pytest.param(11, 10, [Caution.OVER_SIZE], id="too-many"),
    ],
)
def test_few_and_many_stories(stories: int, told: int, expected: list[Caution]) -> None:
    """Fewer stories than the newsletter wants, and more than it takes, are warned of."""
    (issue,) = forecast(
        WEEKLY, slots(WEEKLY, count=1, posts=20, stories=stories), now=NOW, pace=Pace()
    )
    assert (issue.told, cautions(issue)) == (told, expected)


@pytest.mark.parametrize("stories", [42, 43], ids=["fits", "too-long"])
def test_a_long_mail_is_warned_of(stories: int) -> None:
    """The likely size of the mail is reckoned, and what programs would cut off is said."""
    long = replace(WEEKLY, max_stories=100)
    (issue,) = forecast(long, slots(long, count=1, stories=stories), now=NOW, pace=Pace())
    assert (issue.size > SIZE_LIMIT) == (stories == 43) == (cautions(issue) == [Caution.OVER_SIZE])


def test_an_issue_that_is_skipped_says_so() -> None:
    """Whether too little to tell means no issue depends on the newsletter."""
    (skipped,) = forecast(WEEKLY, slots(WEEKLY, count=1), now=NOW, pace=Pace())
    sent = replace(WEEKLY, skip_when_empty=False)
    (thin,) = forecast(sent, slots(sent, count=1), now=NOW, pace=Pace())
    assert str(skipped.warnings[0]) == "likely empty: 0 of at least 3 stories; it would be skipped"
    assert str(thin.warnings[0]) == "likely empty: 0 of at least 3 stories"


def test_blackouts_and_pauses_are_shown() -> None:
    """What does not go out is said with the issue that has its posts; a pause with each."""
    day = date(2026, 11, 26)
    schedule = replace(THURSDAYS, blackout=(DateRange(first=day, last=day),), paused=True)
    newsletter = replace(WEEKLY, schedule=schedule, min_stories=0)
    first, second = forecast(newsletter, slots(newsletter), now=NOW, pace=Pace())
    assert cautions(first) == [Caution.PAUSED, Caution.BLACKOUT]
    assert "2026-11-26" in first.warnings[1].text
    assert cautions(second) == [Caution.PAUSED]


MONTHLY = replace(
    WEEKLY, id="monthly", schedule=Schedule(time_zone="Asia/Tokyo", cron="0 6 27 * *")
)


@pytest.mark.parametrize(
    ("neighbour", "words"),
    [
        pytest.param(Neighbour(newsletter=MONTHLY), "", id="nothing-in-common"),
        pytest.param(
            Neighbour(newsletter=MONTHLY, shared_feeds=1),
            "collides: monthly goes out the same day, with 1 feed in common",
            id="a-feed",
        ),
        pytest.param(
            Neighbour(newsletter=MONTHLY, shared_feeds=2, shared_readers=40),
            "collides: monthly goes out the same day, with 2 feeds in common and 40 readers",
            id="feeds-and-readers",
        ),
        pytest.param(
            Neighbour(
                newsletter=replace(MONTHLY, schedule=replace(THURSDAYS, days=(Weekday.FRIDAY,))),
                shared_feeds=2,
            ),
            "",
            id="another-day",
        ),
    ],
)
def test_collisions(neighbour: Neighbour, words: str) -> None:
    """Newsletters that share something and a day, on this one's clock, are named."""
    newsletter = replace(WEEKLY, min_stories=0)
    (issue,) = forecast(
        newsletter, slots(newsletter, count=1), now=NOW, pace=Pace(), neighbours=[neighbour]
    )
    assert " | ".join(map(str, issue.warnings)).startswith(words)
    assert bool(issue.warnings) == bool(words)


@pytest.mark.parametrize(
    ("cut_off", "shares"),
    [(timedelta(0), True), (timedelta(days=6), True)],
    ids=["at-once", "closed-days-before"],
)
def test_days_are_those_of_sending(cut_off: timedelta, *, shares: bool) -> None:
    """Where another newsletter is closed days before, its day is the one on which it goes out."""
    other = replace(WEEKLY, schedule=replace(THURSDAYS, cut_off=cut_off, weekends=False))
    thursday = datetime(2026, 11, 26, 18, tzinfo=UTC)
    assert shares_day(WEEKLY, thursday, other) is shares
    assert not shares_day(WEEKLY, thursday + timedelta(days=1), other)
    assert not shares_day(
        WEEKLY, thursday, replace(other, schedule=replace(THURSDAYS, paused=True))
    )
