"""Occurrences: days of the month, turns, cut-offs and blackouts; none of them loses time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.timing.occurrences import (
    blacked_out,
    occurrences_after,
    occurrences_between,
    occurrences_until,
)
from digest.model import DateRange, MonthDay, Schedule, Weekday
from digest.model.days import is_blacked_out, times_of_day
from tests.core.timetables import moments, schedules, utc

LONDON = ZoneInfo("Europe/London")
THURSDAYS = Schedule(time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(7, 30))
LAST_TUESDAY = MonthDay(nth=-1, weekday=Weekday.TUESDAY)


def days_sent(schedule: Schedule, after: datetime, count: int) -> list[str]:
    """The local days on which the next issues go out, month and day."""
    zone = ZoneInfo(schedule.time_zone)
    coming = islice(occurrences_after(schedule, after), count)
    return [f"{each.sends_at.astimezone(zone):%m-%d}" for each in coming]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"on": (LAST_TUESDAY,)}, ["01-27", "02-24", "03-31"], id="last-tuesday"),
        pytest.param({"on": (MonthDay(nth=-1),)}, ["01-31", "02-28", "03-31"], id="last-day"),
        pytest.param({"on": (MonthDay(nth=31),)}, ["01-31", "03-31", "05-31"], id="31st"),
        pytest.param(
            {"on": (MonthDay(nth=1), MonthDay(nth=15))}, ["01-15", "02-01", "02-15"], id="two-days"
        ),
        pytest.param(
            {"on": (MonthDay(nth=5, weekday=Weekday.FRIDAY),)},
            ["01-30", "05-29", "07-31"],
            id="fifth-friday",
        ),
        pytest.param(
            {"on": (MonthDay(nth=1),), "months": (3, 6, 9, 12)},
            ["03-01", "06-01", "09-01", "12-01"],
            id="quarterly",
        ),
        pytest.param(
            {"on": (MonthDay(nth=2, weekday=Weekday.MONDAY),), "months": (12,)},
            ["12-14", "12-13"],
            id="yearly",
        ),
        pytest.param(
            {"on": (MonthDay(nth=10),), "every": 2, "starting": date(2025, 12, 30)},
            ["02-10", "04-10", "06-10"],
            id="every-other-month",
        ),
        pytest.param(
            {"days": (Weekday.THURSDAY,), "every": 2, "starting": date(2026, 1, 12)},
            ["01-15", "01-29", "02-12"],
            id="every-other-thursday",
        ),
        pytest.param(
            {"days": (Weekday.MONDAY, Weekday.FRIDAY), "every": 3, "starting": date(2026, 1, 18)},
            ["01-12", "01-16", "02-02", "02-06"],
            id="a-week-starts-on-monday",
        ),
        pytest.param(
            {"days": (Weekday.THURSDAY,), "months": (2,)}, ["02-05", "02-12"], id="months-of-days"
        ),
    ],
)
def test_which_days(changes: dict[str, object], expected: list[str]) -> None:
    """Days of the month, months and turns say when issues go out."""
    fields = {"days": (), **changes}
    schedule = replace(THURSDAYS, **fields)  # type: ignore[arg-type]  # fields by name
    assert days_sent(schedule, utc(2026, 1, 8), len(expected)) == expected


@pytest.mark.parametrize("starting", [date(2026, 1, 1), date(2031, 12, 18)], ids=["past", "ahead"])
def test_turns_run_both_ways(starting: date) -> None:
    """A turn is counted from its start into the past as well as into the future."""
    every = replace(THURSDAYS, every=2, starting=starting)
    found = {each.sends_at for each in occurrences_between(every, utc(2025, 1, 1), utc(2033, 1, 1))}
    weekly = occurrences_between(THURSDAYS, utc(2025, 1, 1), utc(2033, 1, 1))
    assert found == {
        each.sends_at for each in weekly if (each.sends_at.date() - starting).days % 14 == 0
    }


def test_a_turn_counts_weeks_over_new_year() -> None:
    """A year of 53 weeks does not put every other week out of step."""
    schedule = replace(THURSDAYS, every=2, starting=date(2020, 12, 17))
    assert days_sent(schedule, utc(2020, 12, 16), 4) == ["12-17", "12-31", "01-14", "01-28"]


@pytest.mark.parametrize(
    ("changes", "cut_off"),
    [
        pytest.param({"cut_off": timedelta(hours=12)}, "Wed 19:30", id="hours"),
        pytest.param({"cut_off": timedelta(days=2)}, "Tue 07:30", id="days"),
        pytest.param({"cut_off": timedelta(days=5)}, "Sat 07:30", id="weekend"),
        pytest.param(
            {"cut_off": timedelta(days=5), "weekends": False}, "Fri 07:30", id="saturday-rolls-back"
        ),
        pytest.param(
            {"cut_off": timedelta(days=4), "weekends": False}, "Fri 07:30", id="sunday-rolls-back"
        ),
        pytest.param(
            {"cut_off": timedelta(days=3), "weekends": False}, "Mon 07:30", id="monday-stays"
        ),
    ],
)
@pytest.mark.parametrize("week", ["2026-03-23", "2026-03-30", "2026-10-25"], ids=str)
def test_cut_offs(changes: dict[str, object], cut_off: str, week: str) -> None:
    """An issue is cut off that much earlier on the wall clock, whatever clocks do in between."""
    schedule = replace(THURSDAYS, **changes)  # type: ignore[arg-type]  # fields by name
    after = datetime.fromisoformat(week).replace(tzinfo=LONDON)
    occurrence = next(occurrences_after(schedule, after))
    assert f"{occurrence.cut_off.astimezone(LONDON):%a %H:%M}" == cut_off
    assert f"{occurrence.sends_at.astimezone(LONDON):%a %H:%M}" == "Thu 07:30"


def test_a_weekend_without_a_cut_off_of_its_own_has_no_issue() -> None:
    """A daily that is closed on weekends tells Friday to Monday in Monday's issue."""
    daily = replace(THURSDAYS, days=(), weekends=False)
    found = list(islice(occurrences_after(daily, utc(2026, 1, 8, 12)), 4))
    assert [f"{each.sends_at:%a}" for each in found] == ["Fri", "Mon", "Tue", "Wed"]


def test_blackout_days_have_no_issue() -> None:
    """What falls on a blacked-out day is left out, and can be asked for."""
    schedule = replace(
        THURSDAYS, blackout=(DateRange(first=date(2026, 12, 24), last=date(2027, 1, 2)),)
    )
    assert days_sent(schedule, utc(2026, 12, 10, 8), 3) == ["12-17", "01-07", "01-14"]
    missed = blacked_out(schedule, utc(2026, 12, 17, 8), utc(2027, 1, 7, 8))
    assert [f"{each.sends_at:%m-%d}" for each in missed] == ["12-24", "12-31"]


def test_a_blackout_is_about_the_day_of_sending() -> None:
    """A cut-off may fall on a blacked-out day; a sending may not."""
    day = DateRange(first=date(2026, 1, 6), last=date(2026, 1, 6))
    schedule = replace(THURSDAYS, cut_off=timedelta(days=2), blackout=(day,))
    assert days_sent(schedule, utc(2026, 1, 1), 2) == ["01-08", "01-15"]


@settings(deadline=None)
@given(schedule=schedules, now=moments)
def test_cut_offs_increase_and_come_before_the_sending(schedule: Schedule, now: datetime) -> None:
    """Cut-offs strictly increase, none is after its sending, none is sent on a blacked-out day."""
    zone = ZoneInfo(schedule.time_zone)
    found = list(islice(occurrences_after(schedule, now), 6))
    assert all(earlier.cut_off < later.cut_off for earlier, later in pairwise(found))
    assert all(earlier.sends_at <= later.sends_at for earlier, later in pairwise(found))
    for each in found:
        assert now < each.cut_off <= each.sends_at
        assert each.cut_off.tzinfo is UTC
        assert each.sends_at.tzinfo is UTC
        assert each.wall.weekday() < 5 or schedule.weekends
        shown = each.sends_at.astimezone(zone)
        if shown.replace(tzinfo=None).time() in times_of_day(schedule):
            assert not is_blacked_out(schedule, shown.date())


@settings(deadline=None)
@given(schedule=schedules, now=moments, days=st.integers(1, 400))
def test_both_directions_and_any_part_agree(schedule: Schedule, now: datetime, days: int) -> None:
    """Which occurrences there are does not depend on where one begins to look, nor on which way."""
    until = now + timedelta(days=days)
    between = list(occurrences_between(schedule, now, until))
    forwards = occurrences_after(schedule, now)
    assert list(islice(forwards, len(between))) == between
    assert next(forwards).cut_off > until
    assert list(islice(occurrences_until(schedule, until), len(between))) == between[::-1]
    middle = now + (until - now) / 3
    parts = [*occurrences_between(schedule, now, middle)]
    assert [*parts, *occurrences_between(schedule, middle, until)] == between
