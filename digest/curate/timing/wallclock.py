"""Wall clocks: when a clock shows a time, and lengths counted back on the calendar.

A time that the clock skips in spring counts at the first moment after the gap; a time that comes
twice in autumn counts once, the first time.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model import CalendarLength, LengthUnit, Schedule

_EARLIEST = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall-clock time; no feed is older


def wall_clock(schedule: Schedule, moment: datetime) -> datetime:
    """The moment as the schedule's time zone shows it (aware)."""
    return moment.astimezone(ZoneInfo(schedule.time_zone))


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """When (UTC) a wall clock first shows that naive time or, if it skips it, a later one."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    return moment if shown == wall else _end_of_gap(wall, zone)


def earlier(wall: datetime, length: CalendarLength) -> datetime:
    """That length earlier on the calendar, not before 1970.

    31 March less a month is the end of February.
    """
    try:
        return max(_EARLIEST, _subtract(wall, length))
    except (OverflowError, ValueError):
        return _EARLIEST


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
