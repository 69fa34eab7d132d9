"""Contradictions in a ``[schedule]``: keys that cannot stand together, days that never come."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from digest.config.calendar_notations import Turn, parse_turn
from digest.config.locate import TomlPath
from digest.config.quantities import written_duration
from digest.config.schedule_table import ScheduleTable, made_schedule
from digest.config.tomlfile import TomlFile
from digest.config.wording import UnfitError
from digest.errors import Problem
from digest.model import FrequencyCap, Schedule, Weekday
from digest.model.days import days_between, times_of_day

_BESIDE_CRON = ("days", "time", "on", "months", "every", "starting")
_SAMPLE = timedelta(days=12 * 366)
_WHOLE_CALENDAR = timedelta(days=400 * 366)
"""The calendar repeats every 400 years: what has not come by then never does."""
_LEAP_YEAR = date(2024, 1, 1)
_DAY = timedelta(days=1)
_FRIDAY = 4


def key_problems(file: TomlFile) -> Iterator[Problem]:
    """What can be told from the keys alone, whatever is wrong with other values."""
    table = file.table.get("schedule")
    if not isinstance(table, dict):
        return
    if table.get("cron"):
        beside = [key for key in _BESIDE_CRON if table.get(key)]
        if beside:
            yield _beside(file, "cron", beside)
        return
    if table.get("on") and table.get("days"):
        yield _beside(file, "on", ["days"])
    yield from _turn_problems(file, table)


def schedule_problems(file: TomlFile, table: ScheduleTable) -> Iterator[Problem]:
    """What the calendar says about a table whose values are all sound."""
    schedule = made_schedule(table)
    start = table.starting or _LEAP_YEAR
    never = list(_never(file, schedule, start))
    yield from never
    if not never:
        yield from _too_early(file, schedule, start)


def schedule_warnings(file: TomlFile, table: ScheduleTable) -> Iterator[Problem]:
    """What may be meant as it is written, but seldom is."""
    schedule = made_schedule(table)
    cut_offs: list[tuple[date, datetime]] = []
    for day in days_between(schedule, _LEAP_YEAR, _LEAP_YEAR + 366 * _DAY):
        cut_off = datetime.combine(day, times_of_day(schedule)[0]) - schedule.cut_off
        if not schedule.weekends:
            cut_off -= max(0, cut_off.weekday() - _FRIDAY) * _DAY
        cut_offs.append((day, cut_off))
    idle = {later[0] for earlier, later in pairwise(cut_offs) if later[1] <= earlier[1]}
    if idle:
        days = {Weekday.of(day.isoweekday()): None for day in sorted(idle, key=date.isoweekday)}
        message = f"leaves nothing to tell on {' and '.join(day.title() for day in days)}, "
        message += "which would be cut off no later than an issue before; none goes out then"
        fix = "name weekdays only in days, or write weekends = true"
        yield file.problem(("schedule", "weekends"), message, fix=fix)


def cap_warnings(
    file: TomlFile, table: ScheduleTable, cap: FrequencyCap | None
) -> Iterator[Problem]:
    """A newsletter that alone has more issues than a reader may get mails: they never catch up."""
    schedule = made_schedule(table)
    if cap is None or schedule.paused:
        return
    days = days_between(schedule, _LEAP_YEAR, _LEAP_YEAR + 366 * _DAY)
    times = [datetime.combine(day, at) for day in days for at in times_of_day(schedule)]
    most = max((bisect_left(times, at + cap.window) - i for i, at in enumerate(times)), default=0)
    if most > cap.count:
        message = f"has up to {most} issues in {written_duration(cap.window)}, and [deliver] "
        message += (
            f"frequency_cap lets each reader have {cap.count}: they may fall ever further behind"
        )
        fix = f"raise frequency_cap to {most} or more, or let fewer issues go out"
        yield file.problem(("schedule",), message, fix=fix)


def _beside(file: TomlFile, key: str, others: list[str]) -> Problem:
    names = " and ".join(others) if len(others) < len("abc") else ", ".join(others)
    message = f"stands beside {names}, and only one of them can be followed"
    return file.problem(("schedule", key), message, fix=f"delete {key}, or delete {names}")


def _turn_problems(file: TomlFile, table: dict[str, object]) -> Iterator[Problem]:
    path: TomlPath = ("schedule", "every")
    turn = _turn(table.get("every", ""))
    if turn is None:
        return
    if turn.count == 1 and turn.months is None:
        if table.get("starting"):
            message = "is counted from by every, which is missing"
            fix = 'add every = "2 weeks", say, or delete starting'
            yield file.problem(("schedule", "starting"), message, fix=fix)
        return
    if turn.count > 1 and not table.get("starting"):
        unit = "month" if turn.months or table.get("on") else "week"
        message = f"does not say from which {unit} to count"
        fix = f'add starting = "2026-06-04", say: any day of a {unit} that has an issue'
        yield file.problem(path, message, fix=fix)
    if turn.months is False and table.get("on"):
        message = "counts weeks, and on names days of the month"
        yield file.problem(path, message, fix='count months, such as "2 months", or use days')
    if turn.months and not table.get("on"):
        message = "counts months, and nothing says on which day of the month"
        yield file.problem(path, message, fix='add on = "first monday", say, and delete days')
    if turn.months and table.get("months"):
        yield _beside(file, "every", ["months"])


def _turn(value: object) -> Turn | None:
    try:
        return parse_turn(value)
    except UnfitError:
        return None


def _never(file: TomlFile, schedule: Schedule, start: date) -> Iterator[Problem]:
    if schedule.cron:
        return
    for each in schedule.on:
        if _first_day(replace(schedule, on=(each,)), start) is None:
            what = f"{each.nth}th {each.weekday}" if each.weekday else f"day {each.nth}"
            message = f"none of the months it is for has a {what}"
            yield file.problem(
                ("schedule", "on"), message, fix='write "last day", or name other months'
            )
    if not schedule.on and _first_day(schedule, start) is None:
        message = "never lets an issue go out together with months"
        yield file.problem(("schedule", "every"), message, fix="delete months, or every")


def _first_day(schedule: Schedule, start: date) -> date | None:
    return next(days_between(schedule, start, start + _WHOLE_CALENDAR), None)


def _too_early(file: TomlFile, schedule: Schedule, start: date) -> Iterator[Problem]:
    """A cut-off before the issue before goes out: nobody could say what that one left for it."""
    interval = _shortest_interval(schedule, start) if schedule.cut_off else None
    if interval is not None and schedule.cut_off > interval:
        message = (
            f"{written_duration(schedule.cut_off)} is longer than the "
            f"{written_duration(interval)} that can lie between two issues"
        )
        fix = f'write at most cut_off = "{written_duration(interval)}"'
        yield file.problem(("schedule", "cut_off"), message, fix=fix)


def _shortest_interval(schedule: Schedule, start: date) -> timedelta | None:
    times = [datetime.combine(start, at) for at in times_of_day(schedule)]
    within = [later - earlier for earlier, later in pairwise(times)]
    over_night = times[-1] - times[0]
    days = days_between(schedule, start, start + _SAMPLE)
    between = (later - earlier - over_night for earlier, later in pairwise(days))
    return min((*within, *between), default=None)
