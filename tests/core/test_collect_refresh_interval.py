"""How often a feed is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.upkeep.interval import (
    IntervalLimits,
    Rhythm,
    allowed_after,
    next_interval,
    rhythm_of,
)
from digest.model import FeedState

NOW = datetime(2024, 2, 3, 12, tzinfo=UTC)
URL = "https://site.example/feed"
LIMITS = IntervalLimits(
    start=timedelta(minutes=30), shortest=timedelta(minutes=10), longest=timedelta(days=1)
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NONE = timedelta(0)


def every(gap: timedelta, count: int, *, newest: timedelta = NONE) -> list[datetime]:
    return [NOW - newest - gap * n for n in range(count)]


def interval(
    dates: list[datetime], *, allowed: timedelta = NONE, url: str = URL, now: datetime = NOW
) -> timedelta:
    rhythm = rhythm_of(dates, now=NOW)
    state = FeedState(url=url, gap=rhythm.gap, overdue_at=rhythm.overdue_at)
    return next_interval(state, allowed=allowed, limits=LIMITS, now=now)


MONDAYS = [NOW - 7 * DAY * week - 12 * MINUTE * post for week in range(4) for post in range(5)]


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [
        pytest.param([], 30 * MINUTE, id="nothing-dated"),
        pytest.param([NOW - HOUR], 30 * MINUTE, id="one-entry"),
        pytest.param([NOW - 40 * DAY], DAY, id="one-old-entry"),
        pytest.param([NOW + DAY, NOW + 2 * DAY], 30 * MINUTE, id="dates-ahead-tell-nothing"),
        pytest.param(every(MINUTE, 30), 10 * MINUTE, id="a-wire-service"),
        pytest.param(every(2 * HOUR, 30), 30 * MINUTE, id="every-two-hours"),
        pytest.param(every(DAY, 15), 6 * HOUR, id="daily"),
        pytest.param(every(7 * DAY, 15), DAY, id="weekly"),
        pytest.param(
            MONDAYS, (7 * DAY * 2 + 12 * MINUTE * 16 - 48 * MINUTE * 2) / 18 / 4, id="batches"
        ),
        pytest.param([*every(DAY, 10), NOW - 1000 * DAY], 6 * HOUR, id="an-old-pinned-entry"),
        pytest.param(every(HOUR, 20, newest=20 * HOUR), 15 * MINUTE, id="a-night-is-no-silence"),
        pytest.param(every(HOUR, 20, newest=3 * DAY), 12 * HOUR, id="three-days-are"),
        pytest.param(every(DAY, 20, newest=100 * DAY), DAY, id="a-silent-one"),
    ],
)
def test_the_interval_follows_the_feed(dates: list[datetime], wanted: timedelta) -> None:
    """A quarter of the usual gap, within the limits, and up to a tenth around that."""
    low = max(wanted * 0.9, LIMITS.shortest)
    high = min(wanted * 1.1, LIMITS.longest)
    assert low <= interval(dates) <= high + timedelta(seconds=1)


def test_silence_lengthens_the_interval_step_by_step() -> None:
    """The longer a feed says nothing, the less often it is asked, up to the longest interval."""
    daily = every(DAY, 20)
    asked = [interval(daily, now=NOW + days * DAY) for days in (0, 1, 2, 3, 4, 6, 30)]
    assert asked == sorted(asked)
    assert asked[0] < 7 * HOUR
    assert asked[-1] > 21 * HOUR


def test_the_longest_gap_is_no_silence() -> None:
    """An office that rests each weekend is asked on Mondays as on other days."""
    rhythm = rhythm_of([*every(HOUR, 8), *every(HOUR, 8, newest=3 * DAY)], now=NOW)
    assert rhythm == Rhythm(gap=HOUR, overdue_at=NOW + 3 * DAY - 7 * HOUR)


@pytest.mark.parametrize(
    ("fresh_for", "ttl", "expected"),
    [
        pytest.param(None, None, NONE, id="nothing-said"),
        pytest.param(HOUR, None, HOUR, id="http"),
        pytest.param(None, HOUR, HOUR, id="ttl"),
        pytest.param(HOUR, 3 * HOUR, 3 * HOUR, id="the-longer"),
        pytest.param(365 * DAY, HOUR, DAY, id="capped"),
        pytest.param(-HOUR, None, NONE, id="stale-already"),
    ],
)
def test_what_the_publisher_allows(
    fresh_for: timedelta | None, ttl: timedelta | None, expected: timedelta
) -> None:
    """The longer of the two wishes, and never beyond the longest interval."""
    assert allowed_after(FeedState(url=URL, ttl=ttl), fresh_for, limits=LIMITS) == expected


def test_feeds_of_one_rhythm_spread() -> None:
    """Within a tenth, by URL alone, also where a limit binds."""
    for dates in (every(DAY, 9), every(7 * DAY, 9), every(MINUTE, 9)):
        urls = [f"https://site.example/{n}" for n in range(60)]
        asked = [interval(dates, url=url) for url in urls]
        assert asked == [interval(dates, url=url) for url in urls]
        assert len(set(asked)) > 25
        assert max(asked) <= 1.25 * min(asked)


AGES = st.lists(st.timedeltas(min_value=-5 * DAY, max_value=2000 * DAY), max_size=40)


@given(AGES, st.timedeltas(min_value=NONE, max_value=400 * DAY), st.text(max_size=20))
def test_any_dates_give_an_interval_within_the_limits(
    ages: list[timedelta], fresh_for: timedelta, url: str
) -> None:
    """Never sooner than allowed or the shortest, never later than the longest."""
    allowed = allowed_after(FeedState(url=url), fresh_for, limits=LIMITS)
    asked = interval([NOW - age for age in ages], allowed=allowed, url=url)
    assert max(LIMITS.shortest, allowed) <= asked <= LIMITS.longest
