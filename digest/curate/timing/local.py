"""Local time: when each reader's own clock shows the time at which an issue goes out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.curate.timing.wallclock import moment_of, wall_clock
from digest.model import DueTimes, Schedule
from digest.model.days import times_of_day

_DAY = timedelta(days=1)


def due_times(schedule: Schedule, due_at: datetime, zones: Iterable[str]) -> DueTimes | None:
    """When an issue that is due at ``due_at`` is due for the readers of each zone.

    On the same day and at the same time of their own clocks: at the first moment after it where
    such a clock skips it, the first time where it shows it twice. Readers without a zone, or with
    one that the zone database has no more, get it at ``due_at``. None where ``due_at`` is no time
    of the schedule: such an issue goes to everybody at once.
    """
    wall = scheduled_wall(schedule, due_at)
    if wall is None:
        return None
    known = ((name, _zone(name)) for name in zones)
    return DueTimes(
        usual=due_at, zones={name: moment_of(wall, zone) for name, zone in known if zone}
    )


def scheduled_wall(schedule: Schedule, due_at: datetime) -> datetime | None:
    """What the schedule says for a moment (naive), even where its own clock skipped that time."""
    zone = ZoneInfo(schedule.time_zone)
    day = wall_clock(schedule, due_at).date()
    # A clock may skip a day as a whole, which moves its times to the start of the next one.
    walls = (
        datetime.combine(each, at) for each in (day, day - _DAY) for at in times_of_day(schedule)
    )
    return next((wall for wall in walls if moment_of(wall, zone) == due_at), None)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
