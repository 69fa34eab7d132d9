"""Days, months, turns and dates as people write them in schedules."""

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digest.config.quantities import parse_calendar_length, parse_duration
from digest.config.wording import UnfitError, listed, nearest, shown
from digest.model import DateRange, LengthUnit, MonthDay, Weekday

MONTHS = tuple(name.casefold() for name in month_name[1:])

_PLACES = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3,
    "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "last": -1,
}  # fmt: skip
_NUMBER = re.compile(r"(\d{1,2})(st|nd|rd|th|\.)?")
_LAST_DAY = 31
_ON_FIX = 'for example "last tuesday", "first monday", "last day" or "15"'
_DATE_FIX = 'for example "2026-12-25", or "2026-12-24/2027-01-02" for all days from one to another'
_LONGEST_BLACKOUT = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Every ``count``-th week, or month where ``months`` says so; None where nothing says which."""

    count: int = 1
    months: bool | None = None


EVERY_TIME = Turn()


def parse_month_days(value: object) -> tuple[MonthDay, ...]:
    """``"last tuesday"``, ``"last day"``, ``"15"`` or 15, or a list of such.

    :raises UnfitError: for anything else.
    """
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(_month_day(item) for item in items if item != ""))


def _month_day(value: object) -> MonthDay:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    words = value.casefold().split() if isinstance(value, str) else []
    if len(words) == 1 and (match := _NUMBER.fullmatch(words[0])):
        if 1 <= int(match[1]) <= _LAST_DAY:
            return MonthDay(nth=int(match[1]))
        raise UnfitError(f"no month has a day {match[1]}", fix='"last day" is each month\'s last')
    if words == ["last", "day"]:
        return MonthDay(nth=-1)
    place, weekday = words if len(words) == len(("last", "tuesday")) else ("", "")
    if place in _PLACES and weekday in set(Weekday):
        return MonthDay(nth=_PLACES[place], weekday=Weekday(weekday))
    message = f"should be a day of the month, not {shown(value)}"
    raise UnfitError(message, fix=_meant(place, weekday) or _ON_FIX)


def _meant(place: str, weekday: str) -> str:
    """The words that were probably meant; empty where they cannot be told."""
    near = [nearest(place, _PLACES), nearest(weekday, (*Weekday, "day"))]
    return f"did you mean {shown(' '.join(near))}?" if all(near) else ""


def parse_month(value: object) -> int:
    """A month by its English name, in any letter case, as its number.

    :raises UnfitError: for anything else.
    """
    name = value.strip().casefold() if isinstance(value, str) else ""
    if name in MONTHS:
        return MONTHS.index(name) + 1
    meant = nearest(name, MONTHS)
    fix = f"did you mean {shown(meant)}?" if meant else f"use {listed(MONTHS)}"
    raise UnfitError(f"should be a month, not {shown(value)}", fix=fix)


def parse_turn(value: object) -> Turn:
    """``"2 weeks"``, ``"3 months"``, ``"1 year"`` or a number; an empty text for every time.

    :raises UnfitError: for anything else.
    """
    if value == "":
        return EVERY_TIME
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return Turn(count=value)
    fix = 'for example "2 weeks", or "3 months" with a day in on'
    try:
        length = parse_calendar_length(value)
    except ValueError as error:
        raise UnfitError(f"should be weeks or months, not {shown(value)}", fix=fix) from error
    if length.unit is LengthUnit.DAY:
        raise UnfitError(f"counts weeks or months, not days as in {shown(value)}", fix=fix)
    years = 12 if length.unit is LengthUnit.YEAR else 1
    return Turn(count=length.count * years, months=length.unit is not LengthUnit.WEEK)


def parse_cut_off(value: object) -> timedelta:
    """``"12 hours"`` or ``"2 days"``; an empty text for none.

    :raises UnfitError: for anything else.
    """
    if value == "":
        return timedelta(0)
    try:
        return parse_duration(value)
    except ValueError as error:
        raise UnfitError(str(error), fix='for example "12 hours" or "2 days"') from error


def parse_date(value: object) -> date:
    """``"2026-06-04"``; TOML's own local date will do as well.

    :raises UnfitError: for anything else.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value.strip() if isinstance(value, str) else "")
    except ValueError as error:
        message = f"should be a date, not {shown(value)}"
        raise UnfitError(message, fix='year-month-day, for example "2026-06-04"') from error


def parse_blackout(value: object) -> DateRange:
    """``"2026-12-25"``, or ``"2026-12-24/2027-01-02"`` with both ends included.

    :raises UnfitError: for anything else, and for what ends before it starts or lasts for years.
    """
    parts = value.split("/") if isinstance(value, str) else [value]
    try:
        first, last = parse_date(parts[0]), parse_date(parts[-1])
    except UnfitError as error:
        raise UnfitError(str(error), fix=_DATE_FIX) from error
    if len(parts) > len(("from", "to")):
        raise UnfitError(f"should be one or two dates, not {shown(value)}", fix=_DATE_FIX)
    if last < first:
        message = f"{shown(value)} ends before it starts"
        raise UnfitError(message, fix=f"write {shown(f'{last}/{first}')}")
    if last - first > _LONGEST_BLACKOUT:
        message = f"{shown(value)} is longer than a year"
        raise UnfitError(message, fix="write paused = true for as long as nothing is to go out")
    return DateRange(first=first, last=last)
