"""Periods: when a newsletter's issues fall due, and from when to when each of them reaches.

Everything that leaves this module is aware UTC; on the wall clock of the newsletter's time zone,
see :mod:`digest.curate.timing.wallclock`.
"""

from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from digest.curate.timing.occurrences import (
    Occurrence,
    blacked_out,
    occurrences_after,
    occurrences_between,
    occurrences_until,
)
from digest.curate.timing.wallclock import earlier, moment_of, wall_clock
from digest.model import CalendarLength, Newsletter, Period, Schedule
from digest.model.days import times_of_day

__all__ = [
    "due_period",
    "next_due",
    "next_period",
    "next_periods",
    "send_time",
    "times_of_day",
    "upcoming",
    "wall_clock",
]

_INSTANT = timedelta(microseconds=1)


def due_period(newsletter: Newsletter, *, now: datetime, latest: Period | None) -> Period | None:
    """The newest period that has ended by ``now``, or None when ``latest`` covers it already.

    After missed runs, days that were blacked out and pauses there is one period, not one for each.
    Without a length it starts where ``latest`` ended, so that nothing is lost; with one, that
    length back on the calendar. While the newsletter is paused, none is due.
    """
    if newsletter.schedule.paused:
        return None
    newest = next(occurrences_until(newsletter.schedule, now), None)
    if newest is None or (latest is not None and latest.end >= newest.cut_off):
        return None
    return _period(newsletter.schedule, newest, latest)


def next_period(newsletter: Newsletter, *, now: datetime, latest: Period | None) -> Period:
    """The period that falls due next after ``now``, or would if the newsletter were not paused."""
    return next_periods(newsletter, now=now, latest=latest, count=1)[0]


def next_periods(
    newsletter: Newsletter, *, now: datetime, latest: Period | None, count: int
) -> tuple[Period, ...]:
    """The next ``count`` periods after ``now``, each starting where the one before ended."""
    after = max(now, latest.end) if latest else now
    periods: list[Period] = []
    for occurrence in islice(occurrences_after(newsletter.schedule, after), count):
        latest = _period(newsletter.schedule, occurrence, latest)
        periods.append(latest)
    return tuple(periods)


def next_due(schedule: Schedule, now: datetime) -> datetime:
    """The first moment after ``now`` at which an issue falls due: at which it is cut off."""
    return next(occurrences_after(schedule, now)).cut_off


def upcoming(schedule: Schedule, now: datetime, count: int) -> tuple[datetime, ...]:
    """The next ``count`` moments after ``now`` at which issues fall due, ascending."""
    coming = islice(occurrences_after(schedule, now), count)
    return tuple(occurrence.cut_off for occurrence in coming)


def send_time(schedule: Schedule, period: Period) -> datetime | None:
    """When the issue of a period goes out at the earliest; None for at once, after its end.

    Only periods that end where the schedule cuts off have such a time: one that somebody asked
    for out of turn goes out when it is ready.
    """
    cut_off = next(occurrences_between(schedule, period.end - _INSTANT, period.end), None)
    return cut_off.sends_at if cut_off and cut_off.sends_at > period.end else None


def _period(schedule: Schedule, occurrence: Occurrence, latest: Period | None) -> Period:
    if latest is not None and schedule.length is None:
        return Period(start=latest.end, end=occurrence.cut_off)
    before = next(occurrences_until(schedule, occurrence.cut_off - _INSTANT), None)
    if schedule.length is not None:
        start = _reaching_back(schedule, occurrence, before, schedule.length)
    else:
        start = before.cut_off if before else occurrence.cut_off - _INSTANT
    return Period(start=start, end=occurrence.cut_off)


def _reaching_back(
    schedule: Schedule, occurrence: Occurrence, before: Occurrence | None, length: CalendarLength
) -> datetime:
    """A length back from the occurrence, or from the first one blacked out right before it."""
    missed = blacked_out(schedule, before.cut_off, occurrence.cut_off) if before else ()
    walls = [each.wall for each in missed] or [occurrence.wall]
    return moment_of(earlier(walls[0], length), ZoneInfo(schedule.time_zone))
