"""``[schedule]`` of a newsletter's file: its keys, and what they make together."""

from datetime import date, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator

from digest.config.calendar_notations import (
    EVERY_TIME,
    Turn,
    parse_blackout,
    parse_cut_off,
    parse_date,
    parse_month,
    parse_month_days,
    parse_turn,
)
from digest.config.notations import check_cron, check_zone, parse_day, parse_period, parse_time
from digest.config.settings import Section
from digest.model import CalendarLength, DateRange, MonthDay, Schedule, Weekday

Zone = Annotated[str, AfterValidator(check_zone)]
Cron = Annotated[str, AfterValidator(check_cron)]
Clock = Annotated[time, PlainValidator(parse_time)]
Day = Annotated[Weekday, PlainValidator(parse_day)]
OnDays = Annotated[tuple[MonthDay, ...], PlainValidator(parse_month_days)]
Month = Annotated[int, PlainValidator(parse_month)]
Every = Annotated[Turn, PlainValidator(parse_turn)]
Start = Annotated[date | None, PlainValidator(parse_date)]
CutOff = Annotated[timedelta, PlainValidator(parse_cut_off)]
Blackout = Annotated[DateRange, PlainValidator(parse_blackout)]
Reach = Annotated[CalendarLength | None, PlainValidator(parse_period)]
YesNo = Annotated[bool, Field(strict=True)]


class ScheduleTable(Section):
    """``[schedule]``: when issues are cut off and go out, and how far they reach."""

    time_zone: Zone = Field(examples=["Europe/London"])
    days: tuple[Day, ...] = ()
    on: OnDays = ()
    months: tuple[Month, ...] = ()
    every: Every = EVERY_TIME
    starting: Start = None
    time: Clock = time(7, 0)
    cron: Cron = ""
    period: Reach = None
    cut_off: CutOff = timedelta(0)
    weekends: YesNo = True
    blackout: tuple[Blackout, ...] = ()
    paused: YesNo = False
    local_time: YesNo = False


def made_schedule(table: ScheduleTable) -> Schedule:
    """The schedule that a table describes."""
    return Schedule(
        time_zone=table.time_zone,
        days=tuple(dict.fromkeys(table.days)),
        at=table.time,
        cron=table.cron,
        length=table.period,
        on=table.on,
        months=tuple(sorted(set(table.months))),
        every=table.every.count,
        starting=table.starting,
        cut_off=table.cut_off,
        weekends=table.weekends,
        blackout=table.blackout,
        paused=table.paused,
        local_time=table.local_time,
    )
