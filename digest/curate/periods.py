"""Periods: when a newsletter falls due, on the wall clock of its time zone.

A time that the clock skips in spring counts at the first moment after the gap; a time that comes
twice in autumn counts once, the first time. Everything that leaves this module is aware UTC.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from digest.model import (
    CalendarLength,
    CronExpression,
    LengthUnit,
    Newsletter,
    Period,
    Schedule,
    Weekday,
)

_DAY = timedelta(days=1)
_EARLIEST = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall-clock time; no feed is older


def due_period(newsletter: Newsletter, *, now: datetime, latest: Period | None) -> Period | None:
    """The newest period that has ended by ``now``, or None when ``latest`` covers it already.

    After missed runs there is one period, not one for each. Without a length it starts where
    ``latest`` ended, so that nothing is lost; with one, that length back on the calendar.
    """
    schedule = newsletter.schedule
    occurrences = _backwards(schedule, now)
    due = next(occurrences)
    if latest is not None and latest.end >= due.moment:
        return None
    if schedule.length is not None:
        start = _moment(_back(due.wall, schedule.length), ZoneInfo(schedule.time_zone))
    else:
        start = latest.end if latest is not None else next(occurrences).moment
    return Period(start=start, end=due.moment)


def next_due(schedule: Schedule, now: datetime) -> datetime:
    """The first moment after ``now`` at which an issue falls due."""
    return next(_forwards(schedule, now))


def upcoming(schedule: Schedule, now: datetime, count: int) -> tuple[datetime, ...]:
    """The next ``count`` moments after ``now`` at which issues fall due, ascending."""
    return tuple(islice(_forwards(schedule, now), count))


def times_of_day(schedule: Schedule) -> tuple[time, ...]:
    """The wall-clock times at which issues fall due, ascending, on each day that has one."""
    return _cron(schedule.cron).times if schedule.cron else (schedule.at,)


def wall_clock(schedule: Schedule, moment: datetime) -> datetime:
    """The moment as the schedule's time zone shows it (aware)."""
    return moment.astimezone(ZoneInfo(schedule.time_zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Occurrence:
    """A due time: as the schedule writes it (naive), and when that is (UTC)."""

    wall: datetime
    moment: datetime


@lru_cache(maxsize=64)
def _cron(text: str) -> CronExpression:
    return CronExpression.parse(text)


def _falls_on(schedule: Schedule, day: date) -> bool:
    if schedule.cron:
        return _cron(schedule.cron).falls_on(day)
    return not schedule.days or Weekday.of(day.isoweekday()) in schedule.days


def _on(schedule: Schedule, day: date) -> list[_Occurrence]:
    """A day's occurrences, ascending; times skipped in one gap make one, the earliest."""
    if not _falls_on(schedule, day):
        return []
    zone = ZoneInfo(schedule.time_zone)
    walls: dict[datetime, datetime] = {}
    for at in times_of_day(schedule):
        wall = datetime.combine(day, at)
        walls.setdefault(_moment(wall, zone), wall)
    return [_Occurrence(wall=wall, moment=moment) for moment, wall in walls.items()]


def _forwards(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    # A day may be skipped as a whole, which moves its times into the next one.
    day = wall_clock(schedule, after).date() - _DAY
    newest = after
    while True:
        for occurrence in _on(schedule, day):
            if occurrence.moment > newest:
                newest = occurrence.moment
                yield newest.astimezone(UTC)
        day += _DAY


def _backwards(schedule: Schedule, until: datetime) -> Iterator[_Occurrence]:
    """Occurrences at or before ``until``, descending."""
    day = wall_clock(schedule, until).date() + _DAY
    oldest: datetime | None = None
    while True:
        for occurrence in reversed(_on(schedule, day)):
            if occurrence.moment <= until and (oldest is None or occurrence.moment < oldest):
                oldest = occurrence.moment
                yield occurrence
        day -= _DAY


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """When a wall clock first shows that time or, if it skips it, a later one."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    return moment if shown == wall else _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes, by bisection.

    PEP 495: in a gap, fold 0 takes the offset from before it and fold 1 the one from after it, so
    that fold 1 is a moment before the change and fold 0 one at or after it.
    """
    before = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    after = int(wall.replace(tzinfo=zone, fold=0).timestamp())
    old = datetime.fromtimestamp(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return datetime.fromtimestamp(after, UTC)


def _back(wall: datetime, length: CalendarLength) -> datetime:
    """That length earlier on the calendar; 31 March less a month is the end of February."""
    try:
        return max(_EARLIEST, _subtract(wall, length))
    except (OverflowError, ValueError):
        return _EARLIEST


def _subtract(wall: datetime, length: CalendarLength) -> datetime:
    match length.unit:
        case LengthUnit.DAY:
            return wall - timedelta(days=length.count)
        case LengthUnit.WEEK:
            return wall - timedelta(weeks=length.count)
        case LengthUnit.MONTH:
            months = length.count
        case LengthUnit.YEAR:
            months = 12 * length.count
    year, month = divmod(wall.year * 12 + wall.month - 1 - months, 12)
    last_day = monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last_day))
