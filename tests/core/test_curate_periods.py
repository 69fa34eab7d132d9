"""Periods: what is due, on the wall clock, across changes of the clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.timing.periods import (
    due_period,
    next_due,
    next_period,
    next_periods,
    send_time,
    times_of_day,
    upcoming,
)
from digest.model import (
    CalendarLength,
    DateRange,
    LengthUnit,
    Newsletter,
    Period,
    Schedule,
    Sender,
    Topic,
    Weekday,
)
from tests.core import timetables
from tests.core.timetables import utc

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


CHRISTMAS = (DateRange(first=date(2026, 12, 24), last=date(2027, 1, 2)),)
DAILY = replace(THURSDAYS, days=())


def test_nothing_falls_due_while_paused() -> None:
    """A pause keeps everything back; the first issue after it covers all since the last one."""
    latest = Period(start=utc(2026, 10, 1), end=utc(2026, 10, 8, 6, 30))
    assert due(replace(THURSDAYS, paused=True), utc(2026, 11, 27), latest) is None
    assert due(THURSDAYS, utc(2026, 11, 27), latest) == Period(
        start=latest.end, end=utc(2026, 11, 26, 7, 30)
    )


def test_the_next_period_of_a_paused_newsletter() -> None:
    """What would come next can be asked during a pause; it starts where the last issue ended."""
    latest = Period(start=utc(2026, 10, 1), end=utc(2026, 10, 8, 6, 30))
    paused = newsletter(replace(THURSDAYS, paused=True))
    assert next_period(paused, now=utc(2026, 11, 27), latest=latest) == Period(
        start=latest.end, end=utc(2026, 12, 3, 7, 30)
    )


def test_what_a_blackout_leaves_is_in_the_next_issue() -> None:
    """Nothing is due on a blacked-out day, and the issue after it reaches back over it."""
    schedule = replace(THURSDAYS, blackout=CHRISTMAS)
    latest = Period(start=utc(2026, 12, 10, 7, 30), end=utc(2026, 12, 17, 7, 30))
    assert due(schedule, utc(2027, 1, 6), latest) is None
    covering = Period(start=latest.end, end=utc(2027, 1, 7, 7, 30))
    assert due(schedule, utc(2027, 1, 8), latest) == covering
    assert due(schedule, utc(2027, 1, 8)) == covering


def test_a_length_reaches_back_over_a_blackout() -> None:
    """A week's length that tiles goes on tiling: it is counted from the first issue left out."""
    week = CalendarLength(count=1, unit=LengthUnit.WEEK)
    schedule = replace(THURSDAYS, blackout=CHRISTMAS, length=week)
    assert due(schedule, utc(2027, 1, 8)) == Period(
        start=utc(2026, 12, 17, 7, 30), end=utc(2027, 1, 7, 7, 30)
    )


def test_an_issue_is_due_at_its_cut_off_and_sent_later() -> None:
    """The period ends at the cut-off; the time of sending is that of the schedule."""
    schedule = replace(THURSDAYS, cut_off=timedelta(days=4), weekends=False)
    period = due(schedule, utc(2026, 11, 20, 7, 30))
    assert period == Period(start=utc(2026, 11, 13, 7, 30), end=utc(2026, 11, 20, 7, 30))
    assert send_time(schedule, period) == utc(2026, 11, 26, 7, 30)
    assert next_due(schedule, period.end) == utc(2026, 11, 27, 7, 30)


@pytest.mark.parametrize(
    "schedule", [THURSDAYS, replace(THURSDAYS, cut_off=timedelta(hours=1))], ids=["none", "hour"]
)
def test_only_scheduled_periods_wait_for_a_time(schedule: Schedule) -> None:
    """What was asked for out of turn, and what is never cut off early, goes out when ready."""
    ends = utc(2026, 11, 26, 7, 30)
    asked = Period(start=utc(2026, 11, 20), end=ends)
    assert send_time(schedule, asked) is None


def test_the_next_periods_touch() -> None:
    """Periods to come follow each other, the first from the end of the latest issue."""
    schedule = replace(DAILY, blackout=CHRISTMAS)
    latest = Period(start=utc(2026, 12, 20), end=utc(2026, 12, 21, 12))
    first, *rest = next_periods(newsletter(schedule), now=utc(2026, 12, 22), latest=latest, count=4)
    assert first.start == latest.end
    assert [f"{period.end:%m-%d}" for period in (first, *rest)] == [
        "12-22", "12-23", "01-03", "01-04",
    ]  # fmt: skip
    assert all(one.end == other.start for one, other in pairwise((first, *rest)))


def test_an_issue_ahead_of_its_time_is_followed_by_the_next_one() -> None:
    """Where the latest issue covers time to come, the next period starts only then."""
    latest = Period(start=utc(2026, 11, 26), end=utc(2026, 12, 3, 7, 30))
    assert next_period(newsletter(THURSDAYS), now=utc(2026, 11, 27), latest=latest) == Period(
        start=latest.end, end=utc(2026, 12, 10, 7, 30)
    )


@settings(deadline=None)
@given(
    schedule=timetables.schedules,
    asked=st.lists(timetables.moments, min_size=1, max_size=12),
    paused=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_no_time_is_lost_or_covered_twice(
    schedule: Schedule, asked: list[datetime], paused: list[bool]
) -> None:
    """Whenever it is asked, with what restarts and pauses ever, periods touch and never overlap."""
    latest = None
    periods: list[Period] = []
    for now, is_paused in zip(sorted(asked), paused, strict=False):
        at_hand = replace(schedule, paused=is_paused)
        period = due(at_hand, now, latest)
        assert not (period and is_paused)
        if period:
            assert period.start < period.end <= now
            assert due(at_hand, now, period) is None
            periods.append(period)
            latest = period
    assert all(one.end == other.start for one, other in pairwise(periods))


@settings(deadline=None)
@given(
    schedule=timetables.schedules,
    asked=st.lists(timetables.moments, min_size=2, max_size=12),
    skipped=st.sets(st.integers(0, 10)),
)
def test_missed_runs_change_nothing_but_the_number_of_issues(
    schedule: Schedule, asked: list[datetime], skipped: set[int]
) -> None:
    """Runs that did not happen leave the same time covered, up to the same moment."""
    first, *middle, last = sorted(asked)
    start = due(schedule, first)

    def covered(moments: list[datetime]) -> datetime | None:
        latest = start
        for now in (*moments, last):
            latest = due(schedule, now, latest) or latest
        return latest.end if latest else None

    some = [moment for index, moment in enumerate(middle) if index not in skipped]
    assert covered(middle) == covered(some)


@settings(deadline=None)
@given(schedule=timetables.schedules, now=timetables.moments)
def test_what_comes_next_is_what_falls_due(schedule: Schedule, now: datetime) -> None:
    """The periods that are foretold are those that fall due, each with its time of sending."""
    latest = due(schedule, now)
    for period in next_periods(newsletter(schedule), now=now, latest=latest, count=3):
        assert due(schedule, period.end - timedelta(microseconds=1), latest) is None
        assert due(schedule, period.end, latest) == period
        send_at = send_time(schedule, period)
        assert send_at is None or send_at > period.end
        latest = period
