"""The shape of a newsletter's file: which keys there are, and what each takes on its own."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator

from digest.config.notations import (
    check_cron,
    check_feed_url,
    check_filled,
    check_home_url,
    check_language,
    check_line,
    check_regex,
    check_slug,
    check_subject,
    check_zone,
    parse_day,
    parse_period,
    parse_reply_to,
    parse_sender,
    parse_time,
)
from digest.config.settings import Count, Limit, Section
from digest.model import Approval, CalendarLength, Sender, Weekday

Line = Annotated[str, AfterValidator(check_line)]
Words = Annotated[str, AfterValidator(check_filled)]
Label = Annotated[str, AfterValidator(check_filled), AfterValidator(check_line)]
Slug = Annotated[str, AfterValidator(check_slug)]
Zone = Annotated[str, AfterValidator(check_zone)]
Cron = Annotated[str, AfterValidator(check_cron)]
Regex = Annotated[str, AfterValidator(check_filled), AfterValidator(check_regex)]
Subject = Annotated[str, AfterValidator(check_filled), AfterValidator(check_subject)]
Language = Annotated[str, AfterValidator(check_language)]
FeedUrl = Annotated[str, AfterValidator(check_feed_url)]
HomeUrl = Annotated[str, AfterValidator(check_home_url)]
Clock = Annotated[time, PlainValidator(parse_time)]
Day = Annotated[Weekday, PlainValidator(parse_day)]
Reach = Annotated[CalendarLength | None, PlainValidator(parse_period)]
From = Annotated[Sender, PlainValidator(parse_sender)]
ReplyTo = Annotated[Sender | None, PlainValidator(parse_reply_to)]


class ScheduleTable(Section):
    """``[schedule]``: when issues fall due."""

    time_zone: Zone = Field(examples=["Europe/London"])
    days: tuple[Day, ...] = ()
    time: Clock = time(7, 0)
    cron: Cron = ""
    period: Reach = None


class TopicTable(Section):
    """One of ``[[topics]]``."""

    id: Slug = Field(examples=["news"])
    name: Label = Field(examples=["News"])
    description: str = ""
    max_stories: Count | None = None


class RuleTable(Section):
    """One of ``[[rules]]``: a topic, and (checked elsewhere) one of the things to look at."""

    topic: str = Field(examples=["news"])
    feed: Words | None = None
    tag: Words | None = None
    category: Words | None = None
    keyword: Words | None = None
    regex: Regex | None = None
    url: Words | None = None
    author: Words | None = None


class NewsletterTable(Section):
    """All of a newsletter's file. Defaults are those of :class:`digest.model.Newsletter`."""

    name: Label = Field(examples=["The Weekly Digest"])
    tagline: Line = ""
    sender: From = Field(alias="from", examples=["The Weekly <weekly@newsletter.example>"])
    reply_to: ReplyTo = None
    postal_address: Words = Field(examples=["The Weekly Digest, 1 High Street, Anytown"])
    why: str = ""
    home_url: HomeUrl = ""
    language: Language = "en"
    theme: Words = "classic"
    default_topic: str = ""
    feed_tags: tuple[Words, ...] = ()
    feeds: tuple[FeedUrl, ...] = ()
    subject: Subject = "{lead} and {more} more"
    intro: str = ""
    min_stories: Limit = 1
    max_stories: Count = 20
    max_per_topic: Count = 5
    skip_when_empty: Annotated[bool, Field(strict=True)] = True
    approval: Approval = Approval.EDITOR
    schedule: ScheduleTable
    topics: tuple[TopicTable, ...] = ()
    rules: tuple[RuleTable, ...] = ()
