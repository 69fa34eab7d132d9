"""Durations and sizes as people write them."""

import re
from datetime import timedelta

from digest.config.wording import UnfitError, shown
from digest.model import CalendarLength, FrequencyCap, LengthUnit, Rate

_QUANTITY = re.compile(r"^\s*(\d+)\s*([A-Za-z]+)\s*$")
_CAP = re.compile(r"(\d+)\s+per\s+(?:(\d+)\s+)?(hour|day|week)s?", re.IGNORECASE)
_LONGEST_WINDOW = timedelta(days=366)
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_RATE = re.compile(r"^\s*(\d+)\s*(?:/|per)\s*([A-Za-z]+)\s*$")
_PERIODS = {"s": "second", "sec": "second", "min": "minute", "m": "minute", "h": "hour", "d": "day"}
_BYTES = {"B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


def parse_duration(value: object) -> timedelta:
    """``"30 minutes"`` as a timedelta; units from seconds to weeks.

    :raises ValueError: for anything else, saying what would be right.
    """
    if isinstance(value, timedelta):
        return value
    count, unit = _split(value, example="30 minutes")
    seconds = _SECONDS.get(unit.lower().removesuffix("s"))
    if seconds is None:
        message = f"unknown unit {shown(unit)}; use seconds, minutes, hours, days or weeks"
        raise ValueError(message)
    try:
        return timedelta(seconds=count * seconds)
    except OverflowError as error:
        message = f"{shown(value)} is longer than can be reckoned with"
        raise ValueError(message) from error


def written_duration(value: timedelta) -> str:
    """A whole number of seconds or more as :func:`parse_duration` reads it: ``"30 minutes"``."""
    seconds = int(value.total_seconds())
    unit = next(unit for unit in reversed(_SECONDS) if seconds % _SECONDS[unit] == 0)
    count = seconds // _SECONDS[unit]
    return f"{count} {unit}{'' if count == 1 else 's'}"


def parse_frequency_cap(value: object) -> FrequencyCap | None:
    """``"5 per week"`` or ``"10 per 30 days"``; None for an empty text.

    :raises UnfitError: for anything else.
    """
    if value == "":
        return None
    match = _CAP.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        message = f"should be a number of mails and a stretch of time, not {shown(value)}"
        raise UnfitError(message, fix='for example "5 per week"; empty for no limit')
    count, stretches = int(match[1]), int(match[2] or 1)
    if not count or not stretches:
        raise UnfitError("lets no mail go out", fix='for example "5 per week"; empty for no limit')
    seconds = stretches * _SECONDS[match[3].lower()]
    if seconds > _LONGEST_WINDOW.total_seconds():
        raise UnfitError("reaches back more than a year", fix='for example "5 per week"')
    return FrequencyCap(count=count, window=timedelta(seconds=seconds))


def parse_size(value: object) -> int:
    """``"10 MB"`` in bytes (decimal prefixes); a plain number is bytes already.

    :raises ValueError: for anything else, saying what would be right.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    count, unit = _split(value, example="10 MB")
    factor = _BYTES.get(unit.upper())
    if factor is None:
        message = f"unknown unit {shown(unit)}; use B, KB, MB or GB"
        raise ValueError(message)
    return count * factor


def parse_rate(value: object) -> Rate | None:
    """``"600/minute"`` as a rate, by the second, minute, hour or day; None for an empty text.

    :raises ValueError: for anything else, saying what would be right.
    """
    if value == "":
        return None
    match = _RATE.match(value) if isinstance(value, str) else None
    if match is None or int(match[1]) < 1:
        message = f'{shown(value)} should be a number of messages and a time, such as "600/minute"'
        raise ValueError(message)
    unit = match[2].lower()
    period = _PERIODS.get(unit, unit.removesuffix("s"))
    if period not in _SECONDS or period == "week":
        message = f"unknown time {shown(match[2])}; use second, minute, hour or day"
        raise ValueError(message)
    return Rate(count=int(match[1]), per=timedelta(seconds=_SECONDS[period]))


def parse_calendar_length(value: object) -> CalendarLength:
    """``"1 month"`` or ``"2 weeks"`` as a length on the calendar.

    :raises ValueError: for anything else, saying what would be right.
    """
    count, unit = _split(value, example="1 week")
    name = unit.lower().removesuffix("s")
    if name not in set(LengthUnit) or count < 1:
        message = f"{shown(value)} is no period; write 1 or more days, weeks, months or years"
        raise ValueError(message)
    return CalendarLength(count=count, unit=LengthUnit(name))


def _split(value: object, *, example: str) -> tuple[int, str]:
    match = _QUANTITY.match(value) if isinstance(value, str) else None
    if match is None:
        message = f"{shown(value)} should be a number and a unit, such as {shown(example)}"
        raise ValueError(message)
    return int(match[1]), match[2]
