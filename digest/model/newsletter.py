"""Newsletters: the definitions editors write, from which issues are made."""

from dataclasses import dataclass
from datetime import datetime, time
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
class Schedule:
    """When issues fall due, on the wall clock of ``time_zone`` (an IANA name).

    Either ``days`` (empty means every day) and ``at``, or ``cron``: five fields with day *names*.
    ``length`` is how far an issue's period reaches back; None means to the occurrence before.
    """

    time_zone: str
    days: tuple[Weekday, ...] = ()
    at: time = time(7, 0)
    cron: str = ""
    length: CalendarLength | None = None


class RuleField(StrEnum):
    """What of an entry a rule looks at, and how."""

    FEED = "feed"
    TAG = "tag"
    CATEGORY = "category"
    KEYWORD = "keyword"
    REGEX = "regex"
    URL = "url"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An editor's rule: an entry whose ``field`` matches ``pattern`` goes to ``topic``."""

    topic: str
    field: RuleField
    pattern: str

    def __str__(self) -> str:
        return f"{self.field} = {self.pattern!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of a newsletter. Issues show topics in the order they are defined."""

    id: str
    name: str
    description: str = ""
    max_stories: int | None = None


class Approval(StrEnum):
    """Who lets an issue go out."""

    EDITOR = "editor"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """An address with the name that stands before it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """One publication: whom it comes from, what it draws on, when it goes out.

    ``feeds`` are the URLs it draws on, resolved from the lists and tags in its file; ``feed_tags``
    are those tags, for feeds that become known later.
    ``default_topic`` takes the entries that no rule places.
    """

    id: str
    name: str
    sender: Sender
    postal_address: str
    schedule: Schedule
    feeds: tuple[str, ...]
    topics: tuple[Topic, ...]
    default_topic: str
    feed_tags: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    tagline: str = ""
    home_url: str = ""
    reply_to: Sender | None = None
    language: str = "en"
    subject: str = "{lead} and {more} more"
    intro: str = ""
    why: str = ""
    theme: str = "classic"
    min_stories: int = 1
    max_stories: int = 20
    max_per_topic: int = 5
    skip_when_empty: bool = True
    approval: Approval = Approval.EDITOR

    def topic(self, topic_id: str) -> Topic:
        """The topic with that id; a KeyError would mean the configuration was not checked."""
        return {topic.id: topic for topic in self.topics}[topic_id]
