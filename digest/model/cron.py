"""Cron expressions: five fields, with the days of the week by name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Self

from digest.model.schedule import Weekday

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY_NAMES = "mon, tue, wed, thu, fri, sat or sun"
_NUMBER = re.compile(r"[0-9]{1,4}")
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CronExpression:
    """When something happens on a wall clock, after crontab(5), from minutes to weekdays.

    Every part holds what it allows, in ascending order, and is never empty. Days of the month
    and of the week are never both limited: programs disagree on whether that means "and" or "or".
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    month_days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[Weekday, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``minute hour day-of-month month day-of-week``, such as ``30 7 * * mon-fri``.

        Each field is ``*`` or a list of values and ranges, with steps: ``1,15``, ``8-18/2``,
        ``*/15``. Months may be names and days of the week must be; ranges of names may wrap
        round (``fri-mon``).

        :raises ValueError: for anything else, saying what would be right.
        """
        parts = text.split()
        if len(parts) != len(_FIELDS):
            message = (
                f"{text!r} should have 5 fields, not {len(parts)}: minute, hour, "
                "day of the month, month, day of the week, such as '30 7 * * thu'"
            )
            raise ValueError(message)
        minutes, hours, month_days, months, weekdays = (
            field.parse(part) for field, part in zip(_FIELDS, parts, strict=True)
        )
        _check_days(text, month_days, months, weekdays)
        return cls(
            minutes=minutes,
            hours=hours,
            month_days=month_days,
            months=months,
            weekdays=tuple(Weekday.of(number) for number in weekdays),
        )

    @property
    def times(self) -> tuple[time, ...]:
        """The times of day, ascending, on each day it falls on."""
        return tuple(time(hour, minute) for hour in self.hours for minute in self.minutes)

    def falls_on(self, day: date) -> bool:
        """Whether anything happens on that day of the calendar."""
        return (
            day.month in self.months
            and day.day in self.month_days
            and Weekday.of(day.isoweekday()) in self.weekdays
        )


def _check_days(
    text: str, month_days: tuple[int, ...], months: tuple[int, ...], weekdays: tuple[int, ...]
) -> None:
    if len(month_days) < _MONTH_DAY.size and len(weekdays) < _WEEKDAY.size:
        message = (
            f"{text!r} limits both the day of the month and the day of the week, which some "
            "programs read as 'and' and others as 'or'; write * for one of them"
        )
        raise ValueError(message)
    if all(_LONGEST_MONTHS[month - 1] < month_days[0] for month in months):
        message = f"{text!r} never happens: no such month has a day {month_days[0]}"
        raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One of the five fields: its bounds, and the names that stand for its numbers."""

    title: str
    first: int
    last: int
    names: tuple[str, ...] = ()
    by_name_only: bool = False

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def parse(self, text: str) -> tuple[int, ...]:
        """The values the field allows, ascending."""
        return tuple(sorted({value for item in text.split(",") for value in self._item(item)}))

    def _item(self, text: str) -> Iterator[int]:
        span, slash, step_text = text.partition("/")
        step = self._step(text, step_text) if slash else 1
        if span == "*":
            if self.by_name_only and step > 1:
                raise self._wrong(text, f"name the days: {_DAY_NAMES}")
            return iter(range(self.first, self.last + 1, step))
        first_text, dash, last_text = span.partition("-")
        first = self._value(first_text)
        if not dash and slash:
            raise self._wrong(text, f"a step needs a range, such as {self._example}/{step_text}")
        last = self._value(last_text) if dash else first
        if last < first:
            if not (self._is_name(first_text) and self._is_name(last_text)):
                raise self._wrong(text, "the range runs backwards; write the smaller value first")
            last += self.size
        return (self._wrapped(value) for value in range(first, last + 1, step))

    def _wrapped(self, value: int) -> int:
        return (value - self.first) % self.size + self.first

    def _value(self, text: str) -> int:
        if self._is_name(text):
            return self.first + self.names.index(self._named(text))
        if not _NUMBER.fullmatch(text):
            raise self._wrong(text, f"use {self._allowed}, with * , - and /")
        if self.by_name_only:
            why = "a number means another day to other programs"
            raise self._wrong(text, f"{why}; write the day's name: {_DAY_NAMES}")
        if not self.first <= int(text) <= self.last:
            raise self._wrong(text, f"use {self._allowed}")
        return int(text)

    def _is_name(self, text: str) -> bool:
        return bool(self._named(text))

    def _named(self, text: str) -> str:
        start = text.lower()
        if len(start) < _SHORTEST_NAME:
            return ""
        return next((name for name in self.names if name.startswith(start)), "")

    def _step(self, item: str, text: str) -> int:
        if not _NUMBER.fullmatch(text) or int(text) < 1:
            raise self._wrong(item, "a step is a number from 1, such as */2")
        return int(text)

    @property
    def _allowed(self) -> str:
        numbers = f"{self.first} to {self.last}"
        if self.by_name_only:
            return _DAY_NAMES
        return f"{numbers}, or jan to dec" if self.names else numbers

    @property
    def _example(self) -> str:
        return "mon-fri" if self.by_name_only else f"{self.first}-{self.last}"

    def _wrong(self, text: str, fix: str) -> ValueError:
        return ValueError(f"{text!r} is no {self.title}: {fix}")


_MONTH_DAY = _Field(title="day of the month", first=1, last=31)
_WEEKDAY = _Field(
    title="day of the week",
    first=1,
    last=7,
    names=tuple(day.value for day in Weekday),
    by_name_only=True,
)
_FIELDS = (
    _Field(title="minute", first=0, last=59),
    _Field(title="hour", first=0, last=23),
    _MONTH_DAY,
    _Field(title="month", first=1, last=12, names=_MONTHS),
    _WEEKDAY,
)
