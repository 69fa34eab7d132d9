"""Schedules: when issues fall due, and the periods they cover."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    """A half-open stretch of time ``[start, end)``, aware UTC."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


class Weekday(StrEnum):
    """Days by name, so that nobody has to know which day 1 is."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, isoweekday: int) -> Self:
        """The day for ISO 8601's number (1 is Monday)."""
        return list(cls)[isoweekday - 1]


class LengthUnit(StrEnum):
    """Calendar units of a period's length."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLength:
    """A length on the calendar, such as 2 weeks or 1 month."""

    count: int
    unit: LengthUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """A day of the month: the ``nth`` weekday, or the ``nth`` day without one; -1 is the last."""

    nth: int
    weekday: Weekday | None = None

    def in_month(self, year: int, month: int) -> date | None:
        """Which day of that month it is; None where the month has none."""
        first, length = monthrange(year, month)
        if self.weekday is None:
            days = range(1, length + 1)
        else:
            to_weekday = (list(Weekday).index(self.weekday) - first) % 7
            days = range(1 + to_weekday, length + 1, 7)
        place = self.nth - 1 if self.nth > 0 else len(days) + self.nth
        return date(year, month, days[place]) if 0 <= place < len(days) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """Calendar days, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When issues fall due, on the wall clock of ``time_zone`` (an IANA name).

    Either ``days`` (empty means every day) and ``at``, or ``cron``: five fields with day *names*.
    ``on`` (days of the month) takes the place of ``days``; ``months`` (1 to 12) narrows either.
    ``every`` n-th week or month is counted from the one ``starting`` lies in. ``length`` is how far
    an issue's period reaches back; None means to the occurrence before.

    Issues go out at those times. Their periods end ``cut_off`` earlier, and on the Friday before
    where that is a weekend and ``weekends`` is False. On ``blackout`` days none falls due. With
    ``local_time``, each reader gets them when the reader's own clock shows that time.
    """

    time_zone: str
    days: tuple[Weekday, ...] = ()
    at: time = time(7, 0)
    cron: str = ""
    length: CalendarLength | None = None
    on: tuple[MonthDay, ...] = ()
    months: tuple[int, ...] = ()
    every: int = 1
    starting: date | None = None
    cut_off: timedelta = timedelta(0)
    weekends: bool = True
    blackout: tuple[DateRange, ...] = ()
    paused: bool = False
    local_time: bool = False
