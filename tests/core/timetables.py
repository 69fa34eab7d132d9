"""Schedules of all kinds, for properties of what falls due when."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from digest.curate.timing.occurrences import occurrences_between
from digest.model import DateRange, MonthDay, Schedule, Weekday

ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


month_days = st.builds(
    MonthDay, nth=st.sampled_from([-1, 1, 2, 3, 4]), weekday=st.sampled_from([None, *Weekday])
)
blackouts = st.builds(
    lambda first, days: DateRange(first=first, last=first + timedelta(days=days)),
    st.dates(date(2025, 1, 1), date(2028, 1, 1)),
    st.integers(0, 40),
)
plain = st.builds(
    Schedule,
    time_zone=st.sampled_from(ZONES),
    days=st.lists(st.sampled_from(list(Weekday)), unique=True, max_size=3).map(tuple),
    on=st.one_of(st.just(()), st.lists(month_days, min_size=1, max_size=2).map(tuple)),
    months=st.sampled_from([(), (), (3, 6, 9, 12), (11,)]),
    at=st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 30, 59])),
    every=st.sampled_from([1, 1, 2, 3]),
    starting=st.dates(date(2025, 1, 1), date(2028, 1, 1)),
)
crons = st.builds(
    Schedule,
    time_zone=st.sampled_from(ZONES),
    cron=st.sampled_from(["30 7 * * thu", "0 8 * * mon-fri", "*/30 0-3 * * sun", "0 9 1 * *"]),
)


def _edged(
    schedule: Schedule, cut_off: timedelta, spans: list[DateRange], *, weekends: bool
) -> Schedule:
    return replace(schedule, cut_off=cut_off, blackout=tuple(spans), weekends=weekends)


schedules = st.builds(
    _edged,
    st.one_of(plain, crons).filter(
        # A quarter in step with every second or third month may never meet it.
        lambda each: next(occurrences_between(each, utc(2026, 1, 1), utc(2029, 1, 1)), None)
    ),
    st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(hours=30), timedelta(days=9)]),
    st.lists(blackouts, max_size=2),
    weekends=st.booleans(),
)
moments = st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda age: utc(2026, 1, 1) + age)
