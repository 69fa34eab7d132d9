"""Periods: what is due, on the wall clock, across changes of the clock."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.periods import due_period, next_due, times_of_day, upcoming
from digest.model import (
    CalendarLength,
    LengthUnit,
    Newsletter,
    Period,
    Schedule,
    Sender,
    Topic,
    Weekday,
)

ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "UTC",
)


def newsletter(schedule: Schedule) -> Newsletter:
    """A newsletter of which only the schedule matters."""
    return Newsletter(
        id="weekly",
        name="Weekly",
        sender=Sender(address="weekly@news.example"),
        postal_address="1 High Street",
        schedule=schedule,
        feeds=(),
        topics=(Topic(id="other", name="Other"),),
        default_topic="other",
    )


def due(schedule: Schedule, now: datetime, latest: Period | None = None) -> Period | None:
    return due_period(newsletter(schedule), now=now, latest=latest)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


THURSDAYS = Schedule(time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(7, 30))


def test_first_period_reaches_to_the_occurrence_before() -> None:
    """Without an issue before it, the newest period that has ended is due."""
    assert due(THURSDAYS, utc(2026, 11, 27)) == Period(
        start=utc(2026, 11, 19, 7, 30), end=utc(2026, 11, 26, 7, 30)
    )


def test_due_at_the_very_moment() -> None:
    """A period is due from the moment it ends, and not before."""
    end = utc(2026, 11, 26, 7, 30)
    at_end = due(THURSDAYS, end)
    before = due(THURSDAYS, end - timedelta(microseconds=1))
    assert at_end is not None
    assert before is not None
    assert (at_end.end, before.end) == (end, utc(2026, 11, 19, 7, 30))


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=2)], ids=["equal", "later"])
def test_covered_period_is_not_due_again(late: timedelta) -> None:
    """Nothing is due when the latest issue ends at or after the newest end."""
    latest = Period(start=utc(2026, 11, 1), end=utc(2026, 11, 26, 7, 30) + late)
    assert due(THURSDAYS, utc(2026, 11, 27), latest) is None


def test_missed_runs_make_one_period_without_loss() -> None:
    """After weeks of silence there is one period, and it starts where the last issue ended."""
    latest = Period(start=utc(2026, 10, 1), end=utc(2026, 10, 8, 6, 30))
    assert due(THURSDAYS, utc(2026, 11, 28), latest) == Period(
        start=latest.end, end=utc(2026, 11, 26, 7, 30)
    )


def test_explicit_length_wins_over_the_latest_issue() -> None:
    """A length on the calendar is kept whatever the issue before covered."""
    schedule = replace(THURSDAYS, length=CalendarLength(count=1, unit=LengthUnit.DAY))
    latest = Period(start=utc(2026, 10, 1), end=utc(2026, 10, 8, 6, 30))
    assert due(schedule, utc(2026, 11, 28), latest) == Period(
        start=utc(2026, 11, 25, 7, 30), end=utc(2026, 11, 26, 7, 30)
    )


@pytest.mark.parametrize(
    ("count", "unit", "start"),
    [
        pytest.param(2, LengthUnit.WEEK, utc(2026, 3, 17, 9), id="weeks over the spring change"),
        pytest.param(1, LengthUnit.MONTH, utc(2026, 2, 28, 9), id="month, clamped"),
        pytest.param(13, LengthUnit.MONTH, utc(2025, 2, 28, 9), id="months over a year"),
        pytest.param(1, LengthUnit.YEAR, utc(2025, 3, 31, 8), id="year"),
        pytest.param(9_999_999, LengthUnit.YEAR, utc(1969, 12, 31, 23), id="absurdly many years"),
        pytest.param(10**12, LengthUnit.DAY, utc(1969, 12, 31, 23), id="absurdly many days"),
    ],
)
def test_calendar_lengths(count: int, unit: LengthUnit, start: datetime) -> None:
    """Lengths are subtracted on the wall clock; nothing reaches back before 1970."""
    length = CalendarLength(count=count, unit=unit)
    schedule = Schedule(time_zone="Europe/London", cron="0 9 31 3 *", length=length)
    period = due(schedule, utc(2026, 4, 1))
    assert period is not None
    assert period.end == utc(2026, 3, 31, 8)
    assert period.start == start


@pytest.mark.parametrize(
    ("zone", "cron", "day", "expected"),
    [
        pytest.param("Europe/London", "30 1 * * *", (2026, 3, 29), "01:00", id="London gap"),
        pytest.param("America/New_York", "15 2 * * *", (2026, 3, 8), "07:00", id="New York gap"),
        pytest.param(
            "Australia/Lord_Howe", "10 2 * * *", (2026, 10, 4), "15:30", id="half-hour gap"
        ),
        pytest.param("Europe/London", "30 1 * * *", (2026, 10, 25), "00:30", id="London fold"),
        pytest.param("America/New_York", "30 1 * * *", (2026, 11, 1), "05:30", id="New York fold"),
        pytest.param("Asia/Kathmandu", "0 7 * * *", (2026, 6, 1), "01:15", id="odd offset"),
    ],
)
def test_clock_changes(zone: str, cron: str, day: tuple[int, int, int], expected: str) -> None:
    """A skipped time counts at the end of the gap, a repeated one the first time only."""
    schedule = Schedule(time_zone=zone, cron=cron)
    midnight = datetime(*day, tzinfo=ZoneInfo(zone))
    moments = upcoming(schedule, midnight.astimezone(UTC), 2)
    assert f"{moments[0]:%H:%M}" == expected
    assert moments[1].astimezone(ZoneInfo(zone)).date() == midnight.date() + timedelta(days=1)


def test_times_skipped_together_count_once() -> None:
    """Two times in one gap, and the moment after it, are one occurrence."""
    schedule = Schedule(time_zone="Europe/London", cron="0,15,30 1,2 * * *")
    moments = upcoming(schedule, utc(2026, 3, 29), 3)
    assert [f"{moment:%H:%M}" for moment in moments] == ["01:00", "01:15", "01:30"]


def test_a_skipped_day() -> None:
    """Where a whole day is skipped, its times come at the first moment after it, once."""
    schedule = Schedule(time_zone="Pacific/Apia", cron="0 7,12 * * *")
    moments = upcoming(schedule, utc(2011, 12, 29, 23), 3)
    assert [f"{moment:%d %H:%M}" for moment in moments] == ["30 10:00", "30 17:00", "30 22:00"]


def test_explicit_length_tiles_over_a_gap() -> None:
    """A length is counted from the time as written, so a skipped one leaves no hole."""
    schedule = Schedule(
        time_zone="Europe/London",
        days=(Weekday.SUNDAY,),
        at=time(1, 30),
        length=CalendarLength(count=1, unit=LengthUnit.WEEK),
    )
    ends = upcoming(schedule, utc(2026, 3, 16), 3)
    periods = [due(schedule, end) for end in ends]
    assert [period.start for period in periods[1:] if period] == list(ends[:-1])


def test_next_due_is_after_now() -> None:
    """At the moment an issue falls due, the next one is a week away."""
    assert next_due(THURSDAYS, utc(2026, 11, 26, 7, 30)) == utc(2026, 12, 3, 7, 30)


def test_no_days_means_every_day() -> None:
    """A schedule that names no days runs on each."""
    schedule = Schedule(time_zone="UTC", at=time(6))
    assert [moment.day for moment in upcoming(schedule, utc(2026, 11, 22, 7), 3)] == [23, 24, 25]


schedules = st.builds(
    Schedule,
    time_zone=st.sampled_from(ZONES),
    days=st.lists(st.sampled_from(list(Weekday)), unique=True, max_size=3).map(tuple),
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    cron=st.sampled_from(
        [
            "",
            "",
            "30 7 * * thu",
            "0 8 * * mon-fri",
            "0 9 1 * *",
            "*/30 0-3 * * sun",
            "30 1,2 * * *",
            "15 0,23 28-31 * *",
            "0 12 29 feb *",
        ]
    ),
)
moments_of_time = st.timedeltas(timedelta(0), timedelta(days=36 * 365)).map(
    lambda age: utc(2000, 1, 1) + age
)


@given(schedule=schedules, now=moments_of_time)
def test_periods_tile_time(schedule: Schedule, now: datetime) -> None:
    """Occurrences strictly increase in UTC, and each period starts where the one before ended."""
    ends = upcoming(schedule, now, 12)
    assert ends[0] > now
    assert all(earlier < later for earlier, later in pairwise(ends))
    assert all(end.tzinfo is UTC for end in ends)
    latest = None
    for previous, end in pairwise(ends):
        fresh = due(schedule, end)
        assert fresh == Period(start=previous, end=end)
        latest = due(schedule, end, latest)
        assert latest == fresh
        assert due(schedule, end, latest) is None


@given(schedule=schedules, now=moments_of_time)
def test_due_and_next_meet(schedule: Schedule, now: datetime) -> None:
    """Nothing falls due between the newest end at or before now and the next one after it."""
    period = due(schedule, now)
    assert period is not None
    assert period.end <= now < next_due(schedule, now)
    assert next_due(schedule, period.end) == next_due(schedule, now)
    assert next_due(schedule, period.start) == period.end


@given(schedule=schedules, now=moments_of_time)
def test_due_times_are_the_ones_written(schedule: Schedule, now: datetime) -> None:
    """Every due moment shows a time the schedule names, or ends a gap that hides one."""
    zone = ZoneInfo(schedule.time_zone)
    for moment in upcoming(schedule, now, 5):
        shown = moment.astimezone(zone)
        minute_before = (moment - timedelta(minutes=1)).astimezone(zone)
        after_gap = shown.utcoffset() != minute_before.utcoffset()
        assert shown.time() in times_of_day(schedule) or after_gap
        assert shown.fold == 0
