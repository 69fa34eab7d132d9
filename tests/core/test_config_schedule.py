"""``[schedule]``: every notation, every contradiction, and where each finding stands."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError, Problem
from digest.model import DateRange, EntryClock, MonthDay, Newsletter, Schedule, Weekday

HEAD = """\
name = "The Weekly"
from = "The Weekly <weekly@newsletter.example>"
postal_address = "1 High Street, Anytown"
feeds = ["https://one.example/feed.xml"]
"""
CHRISTMAS = DateRange(first=date(2026, 12, 24), last=date(2027, 1, 2))


def write(folder: Path, schedule: str, *, head: str = "") -> Path:
    (folder / "digest.toml").write_text("")
    (folder / "newsletters").mkdir()
    text = f'{HEAD}{head}\n[schedule]\ntime_zone = "Europe/London"\n{schedule}\n'
    (folder / "newsletters" / "weekly.toml").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, schedule: str, *, head: str = "") -> Newsletter:
    return load_config(write(folder, schedule, head=head), environment={}).newsletter("weekly")


def found(folder: Path, schedule: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(write(folder, schedule), environment={})
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'on = "last tuesday"', {"on": (MonthDay(nth=-1, weekday=Weekday.TUESDAY),)}, id="last"
        ),
        pytest.param(
            'on = "First Monday"', {"on": (MonthDay(nth=1, weekday=Weekday.MONDAY),)}, id="first"
        ),
        pytest.param(
            'on = "2nd friday"', {"on": (MonthDay(nth=2, weekday=Weekday.FRIDAY),)}, id="2nd"
        ),
        pytest.param('on = "last day"', {"on": (MonthDay(nth=-1),)}, id="last-day"),
        pytest.param(
            'on = ["1", 15, "1st"]', {"on": (MonthDay(nth=1), MonthDay(nth=15))}, id="list"
        ),
        pytest.param('on = ""', {}, id="empty"),
        pytest.param('months = ["March", "december", "march"]', {"months": (3, 12)}, id="months"),
        pytest.param(
            'every = "2 weeks"\nstarting = "2026-06-04"',
            {"every": 2, "starting": date(2026, 6, 4)},
            id="weeks",
        ),
        pytest.param(
            "every = 2\nstarting = 2026-06-04",
            {"every": 2, "starting": date(2026, 6, 4)},
            id="number",
        ),
        pytest.param(
            'on = "15"\nevery = "1 year"\nstarting = "2026-06-04"',
            {"on": (MonthDay(nth=15),), "every": 12, "starting": date(2026, 6, 4)},
            id="year",
        ),
        pytest.param('cut_off = "2 days"', {"cut_off": timedelta(days=2)}, id="cut-off"),
        pytest.param('cut_off = "0 hours"\nweekends = false', {"weekends": False}, id="weekends"),
        pytest.param(
            'blackout = ["2026-12-24/2027-01-02", 2026-12-24]',
            {"blackout": (CHRISTMAS, DateRange(first=CHRISTMAS.first, last=CHRISTMAS.first))},
            id="blackout",
        ),
        pytest.param("paused = true", {"paused": True}, id="paused"),
    ],
)
def test_what_can_be_written(tmp_path: Path, text: str, expected: dict[str, object]) -> None:
    """Each notation gives its value, and leaves the others as they are by default."""
    weekly = "" if "on =" in text and '""' not in text else 'days = ["thursday"]\n'
    days: dict[str, object] = {"days": (Weekday.THURSDAY,)} if weekly else {}
    fields = {**days, **expected}
    assert read(tmp_path, weekly + text).schedule == Schedule(
        time_zone="Europe/London",
        **fields,  # type: ignore[arg-type]  # fields by name
    )


@pytest.mark.parametrize("clock", list(EntryClock))
def test_the_clock_of_entries(tmp_path: Path, clock: EntryClock) -> None:
    """A newsletter says which date puts posts into its issues."""
    assert read(tmp_path, "", head=f'clock = "{clock}"').clock is clock


@pytest.mark.parametrize(
    ("text", "field", "message", "fix"),
    [
        pytest.param(
            'on = "last tuseday"', "on", "a day of the month", '"last tuesday"', id="typo"
        ),
        pytest.param('on = "32"', "on", "no month has a day 32", "last day", id="32nd"),
        pytest.param('on = "now and then"', "on", "a day of the month", "for example", id="prose"),
        pytest.param("on = true", "on", "a day of the month", "for example", id="yes"),
        pytest.param('months = ["juni"]', "months[1]", "should be a month", "june", id="month"),
        pytest.param('every = "3 days"', "every", "not days", "2 weeks", id="days"),
        pytest.param("every = 0", "every", "weeks or months", "2 weeks", id="zero"),
        pytest.param(
            'every = "2 weeks"\nstarting = "soon"', "starting", "a date", "2026-06-04", id="soon"
        ),
        pytest.param('cut_off = "1 month"', "cut_off", "unknown unit", "12 hours", id="unit"),
        pytest.param(
            'blackout = ["2027-01-02/2026-12-24"]',
            "blackout[1]",
            "ends before it starts",
            "2026-12-24/2027-01-02",
            id="backwards",
        ),
        pytest.param('blackout = ["xmas"]', "blackout[1]", "a date", "2026-12-25", id="no-date"),
        pytest.param(
            'blackout = ["2026-01-01/2028-01-01"]',
            "blackout[1]",
            "longer than a year",
            "paused = true",
            id="years",
        ),
        pytest.param('paused = "yes"', "paused", "true or false", "", id="quoted"),
        pytest.param(
            'days = ["monday"]\non = "15"', "on", "beside days", "delete on, or", id="on-and-days"
        ),
        pytest.param(
            'cron = "0 8 * * mon"\nmonths = ["may"]\non = "15"',
            "cron",
            "beside on and months",
            "delete cron",
            id="cron-and-more",
        ),
        pytest.param('every = "2 weeks"', "every", "from which week", "starting =", id="no-start"),
        pytest.param(
            'on = "15"\nevery = "2 months"',
            "every",
            "from which month",
            "starting =",
            id="no-month",
        ),
        pytest.param('starting = "2026-06-04"', "starting", "every", "2 weeks", id="no-turn"),
        pytest.param(
            'on = "15"\nevery = "2 weeks"\nstarting = "2026-06-04"',
            "every",
            "counts weeks",
            "2 months",
            id="weeks-of-months",
        ),
        pytest.param(
            'every = "2 months"\nstarting = "2026-06-04"',
            "every",
            "which day of the month",
            "first monday",
            id="months-of-days",
        ),
        pytest.param(
            'on = "15"\nmonths = ["may"]\nevery = "2 months"\nstarting = "2026-06-04"',
            "every",
            "beside months",
            "delete every, or delete months",
            id="two-choices-of-months",
        ),
        pytest.param(
            'on = "31"\nmonths = ["february"]', "on", "none of the months", "last day", id="31-feb"
        ),
        pytest.param(
            'on = ["15", "fifth monday", "30"]\nmonths = ["february"]',
            "on",
            "a day 30",
            "last day",
            id="one-of-several",
        ),
        pytest.param(
            'on = "29"\nevery = "4 years"\nstarting = "2026-02-01"',
            "on",
            "a day 29",
            "last day",
            id="never-a-leap-year",
        ),
        pytest.param(
            'days = ["thursday"]\ncut_off = "8 days"',
            "cut_off",
            "longer than the 1 week",
            '"1 week"',
            id="longer-than-a-week",
        ),
        pytest.param(
            'cron = "0 7,12 * * *"\ncut_off = "6 hours"',
            "cut_off",
            "longer than the 5 hours",
            '"5 hours"',
            id="longer-than-a-morning",
        ),
        pytest.param(
            'on = ["1", "last day"]\ncut_off = "36 hours"',
            "cut_off",
            "longer than the 1 day",
            '"1 day"',
            id="two-days-of-the-month",
        ),
    ],
)
def test_findings(tmp_path: Path, text: str, field: str, message: str, fix: str) -> None:
    """Each mistake is one finding at its line, with what is wrong and what would be right."""
    (problem,) = found(tmp_path, text)
    key = field.partition("[")[0]
    lines = (tmp_path / "newsletters" / "weekly.toml").read_text().splitlines()
    assert problem.field == f"schedule.{field}"
    assert problem.line is not None
    assert lines[problem.line - 1].startswith(key)
    assert message in problem.message
    assert fix in problem.fix


def test_a_cut_off_as_long_as_the_interval_will_do(tmp_path: Path) -> None:
    """An issue may be closed when the one before goes out, and no earlier."""
    text = 'days = ["thursday"]\ncut_off = "7 days"'
    assert read(tmp_path, text).schedule.cut_off == timedelta(days=7)


def test_a_daily_closed_on_weekends_is_told_of(tmp_path: Path) -> None:
    """Weekend issues that would have nothing to tell are warned about, by their days."""
    config = load_config(write(tmp_path, "weekends = false"), environment={})
    (warning,) = [each for each in config.warnings if each.field == "schedule.weekends"]
    assert "Saturday and Sunday" in warning.message


def test_a_weekly_that_closes_on_weekends_is_fine(tmp_path: Path) -> None:
    """A cut-off that rolls back to Friday costs no issue where there is one a week."""
    text = 'days = ["monday"]\ncut_off = "1 day"\nweekends = false'
    config = load_config(write(tmp_path, text), environment={})
    assert [each for each in config.warnings if each.field == "schedule.weekends"] == []


@pytest.mark.parametrize(
    ("cap", "schedule", "warned"),
    [
        ("5 per week", "", True),
        ("7 per week", "", False),
        ("5 per week", 'days = ["thursday"]', False),
        ("2 per day", 'cron = "0 7,12,18 * * mon"', True),
        ("5 per week", "paused = true", False),
        ("", "", False),
    ],
    ids=["daily", "daily-fits", "weekly", "thrice-a-day", "paused", "no-cap"],
)
def test_a_newsletter_over_the_cap_is_warned_of(
    tmp_path: Path, cap: str, schedule: str, *, warned: bool
) -> None:
    """More issues than a reader may get mails is found, with the line of the schedule."""
    write(tmp_path, schedule)
    (tmp_path / "digest.toml").write_text(f'[deliver]\nfrequency_cap = "{cap}"\n')
    found = load_config(tmp_path, environment={}).warnings
    about_cap = [each for each in found if "frequency_cap" in each.message]
    assert [each.field for each in about_cap] == (["schedule"] if warned else [])
    assert all(each.line and "raise frequency_cap" in each.fix for each in about_cap)


def test_local_time_is_off_unless_it_is_said(tmp_path: Path) -> None:
    """The key makes the schedule one of readers' own clocks."""
    (tmp_path / "on").mkdir()
    (tmp_path / "off").mkdir()
    assert read(tmp_path / "on", "local_time = true").schedule.local_time
    assert not read(tmp_path / "off", "").schedule.local_time
