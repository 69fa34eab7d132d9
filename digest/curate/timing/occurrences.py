"""Occurrences: when a schedule's issues are cut off, and when they go out.

Cut-offs strictly increase. An occurrence that would be cut off no later than one before it, as a
weekend's issues are when the cut-off keeps to weekdays, has nothing to tell and is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.curate.timing.wallclock import moment_of, wall_clock
from digest.model import Schedule
from digest.model.days import days_between, is_blacked_out, times_of_day

_DAY = timedelta(days=1)
_FRIDAY = 4
_ROLLED_BACK = 2 * _DAY
_ONE_DAY_OFF = 1
"""A day may be skipped as a whole, which moves its times into the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One issue's times: its period ends at ``cut_off``, it goes out at ``sends_at`` (UTC).

    ``wall`` is the cut-off as the schedule's clock would show it, naive.
    """

    cut_off: datetime
    sends_at: datetime
    wall: datetime


def occurrences_after(schedule: Schedule, moment: datetime) -> Iterator[Occurrence]:
    """Occurrences cut off after a moment, ascending; it ends only with the calendar."""
    for after, until in _spans(moment, step=1):
        yield from occurrences_between(schedule, after, until)


def occurrences_until(schedule: Schedule, moment: datetime) -> Iterator[Occurrence]:
    """Occurrences cut off at or before a moment, descending; it ends only with the calendar."""
    for until, after in _spans(moment, step=-1):
        yield from reversed(list(occurrences_between(schedule, after, until)))


def occurrences_between(
    schedule: Schedule, after: datetime, until: datetime
) -> Iterator[Occurrence]:
    """Occurrences cut off after one moment and at or before another, ascending.

    Whether one counts depends on those before it alone that are cut off after ``after``, so that
    it does not matter where the reading begins.
    """
    newest = after
    for day in _days(schedule, after, until):
        for occurrence in _on(schedule, day):
            if occurrence.cut_off > newest:
                newest = occurrence.cut_off
                if newest <= until:
                    yield occurrence


def blacked_out(schedule: Schedule, after: datetime, until: datetime) -> tuple[Occurrence, ...]:
    """What would have been cut off between two moments and is blacked out, ascending."""
    if not schedule.blackout:
        return ()
    lit = occurrences_between(replace(schedule, blackout=()), after, until)
    return tuple(
        each for each in lit if is_blacked_out(schedule, wall_clock(schedule, each.sends_at).date())
    )


def _spans(moment: datetime, *, step: int) -> Iterator[tuple[datetime, datetime]]:
    """Stretches from a moment on (or back, with a step of -1), each twice as long as the last."""
    span = _DAY
    while True:
        try:
            end = moment + step * span
        except OverflowError:
            return
        yield moment, end
        moment, span = end, 2 * span


def _days(schedule: Schedule, after: datetime, until: datetime) -> Iterator[date]:
    """The days whose occurrences may be cut off between two moments."""
    latest = schedule.cut_off + (timedelta(0) if schedule.weekends else _ROLLED_BACK) + _DAY
    try:
        first = wall_clock(schedule, after).date() + schedule.cut_off - _ONE_DAY_OFF * _DAY
        last = wall_clock(schedule, until).date() + latest + _ONE_DAY_OFF * _DAY
    except OverflowError:
        return iter(())
    return days_between(schedule, first, last)


def _on(schedule: Schedule, day: date) -> list[Occurrence]:
    """A day's occurrences, ascending; times skipped in one gap make one, the earliest."""
    if is_blacked_out(schedule, day):
        return []
    zone = ZoneInfo(schedule.time_zone)
    walls: dict[datetime, datetime] = {}
    for at in times_of_day(schedule):
        wall = datetime.combine(day, at)
        walls.setdefault(moment_of(wall, zone), wall)
    return [_occurrence(schedule, wall, moment, zone) for moment, wall in walls.items()]


def _occurrence(
    schedule: Schedule, wall: datetime, sends_at: datetime, zone: ZoneInfo
) -> Occurrence:
    cut_off = wall - schedule.cut_off
    if not schedule.weekends:
        cut_off -= max(0, cut_off.weekday() - _FRIDAY) * _DAY
    moment = sends_at if cut_off == wall else moment_of(cut_off, zone)
    return Occurrence(cut_off=moment.astimezone(UTC), sends_at=sends_at, wall=cut_off)
