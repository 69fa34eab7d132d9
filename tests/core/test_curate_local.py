"""Local time: every reader once, at that time of their own day, whatever clocks do."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.timing.local import due_times, scheduled_wall
from digest.curate.timing.occurrences import occurrences_after
from digest.curate.timing.wallclock import moment_of
from digest.model import Schedule, Weekday

ZONES = sorted(available_timezones())
THURSDAY = Schedule(
    time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(7, 30), local_time=True
)
DUE = datetime(2026, 6, 18, 6, 30, tzinfo=UTC)
A_DAY_AND_A_BIT = timedelta(hours=27)
SECOND = timedelta(seconds=1)


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc,arg-type]  # the clock's own parts


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        pytest.param("Europe/London", DUE, id="the-newsletter's-own"),
        pytest.param("Pacific/Auckland", utc(2026, 6, 17, 19, 30), id="half-a-day-before"),
        pytest.param("Pacific/Kiritimati", utc(2026, 6, 17, 17, 30), id="first-of-all"),
        pytest.param("America/New_York", utc(2026, 6, 18, 11, 30), id="later"),
        pytest.param("Pacific/Pago_Pago", utc(2026, 6, 18, 18, 30), id="last-of-all"),
        pytest.param("Asia/Kathmandu", utc(2026, 6, 18, 1, 45), id="three-quarters-of-an-hour"),
    ],
)
def test_each_gets_it_at_that_time_of_their_own_day(zone: str, expected: datetime) -> None:
    """07:30 on Thursday is 07:30 on Thursday wherever the reader is."""
    times = due_times(THURSDAY, DUE, [zone])
    assert times is not None
    assert times.zones == {zone: expected}
    assert (times.usual, times.first) == (DUE, min(DUE, expected))


def test_a_time_that_the_schedule_does_not_have_is_nobody_s_own() -> None:
    """An issue drafted out of turn goes to everybody at once."""
    assert due_times(THURSDAY, DUE + timedelta(minutes=5), ZONES) is None


def test_a_zone_that_is_no_more_is_left_out() -> None:
    """A reader whose zone the database has dropped gets it when the newsletter's time comes."""
    times = due_times(THURSDAY, DUE, ["Atlantis/Sunken", "../etc/passwd", "Europe", "Asia/Tokyo"])
    assert times is not None
    assert list(times.zones) == ["Asia/Tokyo"]


def test_a_time_that_the_newsletter_s_clock_skips_is_not_skipped_elsewhere() -> None:
    """01:30 does not exist in London that night, and is 01:30 all the same in Lisbon's winter."""
    schedule = Schedule(time_zone="Europe/London", at=time(1, 30), local_time=True)
    due = moment_of(datetime(2026, 3, 29, 1, 30), ZoneInfo("Europe/London"))  # noqa: DTZ001 - a wall-clock time
    assert due == utc(2026, 3, 29, 1)
    assert scheduled_wall(schedule, due) == datetime(2026, 3, 29, 1, 30)  # noqa: DTZ001 - as above
    times = due_times(schedule, due, ["Asia/Tokyo"])
    assert times is not None
    assert times.zones["Asia/Tokyo"] == utc(2026, 3, 28, 16, 30)


clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
some_zones = st.sampled_from(ZONES)


@given(
    home=some_zones,
    at=clocks,
    since=st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware
    readers=st.lists(some_zones, max_size=6),
)
def test_every_zone_once_and_never_before_its_time(
    home: str, at: time, since: datetime, readers: list[str]
) -> None:
    """Any zone, any day: one moment for each zone, the first at which its clock shows the time."""
    schedule = Schedule(time_zone=home, at=at, local_time=True)
    occurrence = next(occurrences_after(schedule, since))
    times = due_times(schedule, occurrence.sends_at, readers)
    assert times is not None
    assert set(times.zones) == set(readers)
    wall = scheduled_wall(schedule, occurrence.sends_at)
    assert wall is not None
    assert wall.time() == at
    for name, moment in times.zones.items():
        _check_first_showing(ZoneInfo(name), wall, moment)
        assert abs(moment - times.usual) <= A_DAY_AND_A_BIT


def _check_first_showing(zone: ZoneInfo, wall: datetime, moment: datetime) -> None:
    """The clock shows that time or later, and a second before it had not yet come to it."""
    shown = moment.astimezone(zone).replace(tzinfo=None)
    assert shown >= wall
    before = (moment - SECOND).astimezone(zone).replace(tzinfo=None)
    assert before < wall or before > shown
    if shown != wall:
        assert before < wall


@pytest.mark.parametrize("year", [2011, 2026])
def test_days_on_which_clocks_change(year: int) -> None:
    """Through a whole year, in zones of all kinds, two days' issues never change places."""
    for name in ("Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca"):
        schedule = Schedule(time_zone="UTC", at=time(0, 10), local_time=True)
        found = islice(occurrences_after(schedule, utc(year, 1, 1)), 366)
        moments = []
        for occurrence in found:
            times = due_times(schedule, occurrence.sends_at, [name])
            assert times is not None
            moments.append(times.zones[name])
        assert moments == sorted(moments)
        assert len(set(moments)) >= len(moments) - 1, "Samoa skipped one day"
