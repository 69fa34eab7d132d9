"""Days: which days of the calendar a schedule names, and at what times of theirs."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import lru_cache

from digest.model.cron import CronExpression
from digest.model.schedule import Schedule, Weekday

_DAY = timedelta(days=1)


def falls_on(schedule: Schedule, day: date) -> bool:
    """Whether the schedule names a day, blacked out or not."""
    if schedule.cron:
        return _cron(schedule.cron).falls_on(day)
    named = not schedule.months or day.month in schedule.months
    return named and _is_in_turn(schedule, day) and _is_named(schedule, day)


def days_between(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    """The days from ``first`` to ``last`` that the schedule names, ascending."""
    day = first
    while day <= last:
        if falls_on(schedule, day):
            yield day
        day += _DAY


def times_of_day(schedule: Schedule) -> tuple[time, ...]:
    """The wall-clock times at which issues go out, ascending, on each day that has one."""
    return _cron(schedule.cron).times if schedule.cron else (schedule.at,)


def is_blacked_out(schedule: Schedule, day: date) -> bool:
    """Whether no issue goes out on a day, though the schedule may name it."""
    return any(day in stretch for stretch in schedule.blackout)


@lru_cache(maxsize=64)
def _cron(text: str) -> CronExpression:
    return CronExpression.parse(text)


def _is_in_turn(schedule: Schedule, day: date) -> bool:
    """Whether a day's week, or its month where days of the month are named, has its turn."""
    start = schedule.starting
    if schedule.every == 1 or start is None:
        return True
    if schedule.on:
        since = 12 * (day.year - start.year) + day.month - start.month
    else:
        since = (_monday(day) - _monday(start)).days // 7
    return since % schedule.every == 0


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _is_named(schedule: Schedule, day: date) -> bool:
    if schedule.on:
        return any(each.in_month(day.year, day.month) == day for each in schedule.on)
    return not schedule.days or Weekday.of(day.isoweekday()) in schedule.days
