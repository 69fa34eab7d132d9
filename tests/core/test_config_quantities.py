"""Durations, sizes and calendar lengths, as people write them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.quantities import parse_calendar_length, parse_duration, parse_size
from digest.model import CalendarLength, LengthUnit


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("45 seconds", timedelta(seconds=45)),
        ("1 minute", timedelta(minutes=1)),
        (" 2Hours ", timedelta(hours=2)),
        ("5 days", timedelta(days=5)),
        ("1 week", timedelta(weeks=1)),
    ],
)
def test_durations(text: str, duration: timedelta) -> None:
    """A number and a unit, in singular or plural and any letter case, make a duration."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "size"), [("512 KB", 512_000), ("10 MB", 10_000_000), ("1gb", 10**9), (7, 7)]
)
def test_sizes(text: object, size: int) -> None:
    """Sizes have decimal prefixes; a bare number counts bytes."""
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1 month", CalendarLength(count=1, unit=LengthUnit.MONTH)),
        ("2 weeks", CalendarLength(count=2, unit=LengthUnit.WEEK)),
    ],
)
def test_calendar_lengths(text: str, length: CalendarLength) -> None:
    """Months and years are lengths on the calendar, not numbers of days."""
    assert parse_calendar_length(text) == length


@given(st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.none(), st.floats()))
def test_anything_else_is_a_value_error(value: object) -> None:
    """Whatever is written, the answer is a quantity or a ValueError and no other error."""
    for parse in (parse_duration, parse_size, parse_calendar_length):
        with suppress(ValueError):
            assert parse(value) is not None
