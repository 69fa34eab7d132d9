"""Cron expressions: what is read, and what is refused with which advice."""

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Weekday
from digest.model.cron import CronExpression


@pytest.mark.parametrize(
    ("text", "times"),
    [
        pytest.param("30 7 * * thu", [time(7, 30)], id="one"),
        pytest.param("0,30 8-9 * * *", [time(8), time(8, 30), time(9), time(9, 30)], id="list"),
        pytest.param("*/20 6 * * *", [time(6), time(6, 20), time(6, 40)], id="step"),
        pytest.param("5 6-12/3 * * *", [time(6, 5), time(9, 5), time(12, 5)], id="stepped range"),
        pytest.param("0 9,9,8 * * *", [time(8), time(9)], id="unsorted list with repeats"),
    ],
)
def test_times(text: str, times: list[time]) -> None:
    """Minutes and hours make ascending times of day, each once."""
    assert list(CronExpression.parse(text).times) == times


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param("mon-fri", list(Weekday)[:5], id="range"),
        pytest.param("Sat,SUNDAY", list(Weekday)[5:], id="list, letter case, full name"),
        pytest.param("sun-mon", [Weekday.MONDAY, Weekday.SUNDAY], id="range round the weekend"),
        pytest.param("tues,thurs", [Weekday.TUESDAY, Weekday.THURSDAY], id="longer short names"),
        pytest.param(
            "mon-fri/2", [Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY], id="stepped"
        ),
        pytest.param("*", list(Weekday), id="every"),
    ],
)
def test_weekdays(days: str, expected: list[Weekday]) -> None:
    """Days of the week are read by name, short or long, in lists and ranges."""
    assert list(CronExpression.parse(f"0 8 * * {days}").weekdays) == expected


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        pytest.param("jan,JULY", (1, 7), id="names"),
        pytest.param("nov-feb", (1, 2, 11, 12), id="range round the new year"),
        pytest.param("1-12/3", (1, 4, 7, 10), id="numbers, stepped"),
        pytest.param("sept", (9,), id="a longer short name"),
    ],
)
def test_months(months: str, expected: tuple[int, ...]) -> None:
    """Months are read by name or number."""
    assert CronExpression.parse(f"0 8 1 {months} *").months == expected


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        pytest.param("0 8 * * 1", "write the day's name: mon, tue", id="numeric day of the week"),
        pytest.param("0 8 * * 1-5", "write the day's name", id="numeric days in a range"),
        pytest.param("0 8 * * mon,0", "write the day's name", id="a number among names"),
        pytest.param("0 8 * * */2", "name the days", id="step over all days of the week"),
        pytest.param("0 8 * *", "should have 5 fields, not 4", id="too few fields"),
        pytest.param("0 0 8 * * mon", "should have 5 fields, not 6", id="seconds"),
        pytest.param("@daily", "should have 5 fields, not 1", id="macro"),
        pytest.param("", "should have 5 fields, not 0", id="nothing"),
        pytest.param("60 8 * * *", "'60' is no minute: use 0 to 59", id="minute too large"),
        pytest.param("0 24 * * *", "'24' is no hour: use 0 to 23", id="hour too large"),
        pytest.param("0 8 0 * *", "use 1 to 31", id="day too small"),
        pytest.param("0 8 1 13 *", "use 1 to 12, or jan to dec", id="month too large"),
        pytest.param("0 22-2 * * *", "runs backwards", id="backward range"),
        pytest.param("5/15 8 * * *", "0-59/15", id="step without a range"),
        pytest.param("*/0 8 * * *", "a number from 1", id="step of nothing"),
        pytest.param("0 8 ? * mon", "use 1 to 31", id="a question mark"),
        pytest.param("0 8, * * *", "use 0 to 23", id="an empty item"),
        pytest.param("0 8 1 ma *", "use 1 to 12", id="a name too short to be clear"),
        pytest.param("٣ 8 * * *", "use 0 to 59", id="digits that are not ASCII"),
        pytest.param("0 8 1-7 * mon", "write * for one of them", id="both kinds of day"),
        pytest.param("0 8 30 feb *", "never happens", id="a day that does not exist"),
    ],
)
def test_refusals(text: str, advice: str) -> None:
    """What cannot be meant is refused with a sentence that says what would be right."""
    with pytest.raises(ValueError, match=re.escape(advice)):
        CronExpression.parse(text)


def test_falls_on_a_leap_day() -> None:
    """29 February is a date like another, where it exists."""
    leap = CronExpression.parse("0 8 29 feb *")
    assert leap.falls_on(date(2028, 2, 29))
    assert not leap.falls_on(date(2027, 3, 1))


def test_an_unlimited_day_of_month_may_be_written_out() -> None:
    """`1-31` limits nothing, so a day of the week may stand beside it."""
    assert CronExpression.parse("0 8 1-31 * mon").falls_on(date(2026, 11, 23))


@given(text=st.text(alphabet="0123456789*/-, monfrijulx#?", max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text does anything but parse, into non-empty parts, or raise ValueError."""
    try:
        cron = CronExpression.parse(text)
    except ValueError:
        return
    assert all((cron.times, cron.month_days, cron.months, cron.weekdays))
