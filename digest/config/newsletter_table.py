"""The shape of a newsletter's file: which keys there are, and what each takes on its own."""

from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator

from digest.config.brand_table import BrandTable
from digest.config.notations import (
    check_feed_url,
    check_filled,
    check_greeting,
    check_home_url,
    check_language,
    check_line,
    check_regex,
    check_slug,
    check_subject,
    parse_reply_to,
    parse_sender,
)
from digest.config.ranking_table import RankingTable
from digest.config.roundup_table import RoundupTable
from digest.config.schedule_table import ScheduleTable
from digest.config.settings import Count, Limit, Section
from digest.config.subject_table import SubjectTrialTable
from digest.model import Approval, EntryClock, ImageHost, Sender
from digest.model.newsletter import USUAL_SUBJECT

Line = Annotated[str, AfterValidator(check_line)]
Words = Annotated[str, AfterValidator(check_filled)]
Label = Annotated[str, AfterValidator(check_filled), AfterValidator(check_line)]
Slug = Annotated[str, AfterValidator(check_slug)]
Regex = Annotated[str, AfterValidator(check_filled), AfterValidator(check_regex)]
Subject = Annotated[str, AfterValidator(check_filled), AfterValidator(check_subject)]
Greeting = Annotated[str, AfterValidator(check_greeting)]
Language = Annotated[str, AfterValidator(check_language)]
FeedUrl = Annotated[str, AfterValidator(check_feed_url)]
HomeUrl = Annotated[str, AfterValidator(check_home_url)]
From = Annotated[Sender, PlainValidator(parse_sender)]
ReplyTo = Annotated[Sender | None, PlainValidator(parse_reply_to)]


class TopicTable(Section):
    """One of ``[[topics]]``."""

    id: Slug = Field(examples=["news"])
    name: Label = Field(examples=["News"])
    description: str = ""
    max_stories: Count | None = None
    min_stories: Limit = 0
    categories: tuple[Words, ...] = ()
    examples: tuple[Words, ...] = ()


class MatchTable(Section):
    """One of ``[[blocks]]`` or ``[[keeps]]``: (checked elsewhere) one of the things to look at."""

    feed: Words | None = None
    tag: Words | None = None
    category: Words | None = None
    keyword: Words | None = None
    regex: Regex | None = None
    url: Words | None = None
    author: Words | None = None


class RuleTable(MatchTable):
    """One of ``[[rules]]``: a topic, and what a post of it has."""

    topic: str = Field(examples=["news"])


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
    images: ImageHost = ImageHost.AUTO
    default_topic: str = ""
    feed_tags: tuple[Words, ...] = ()
    feeds: tuple[FeedUrl, ...] = ()
    subject: Subject = USUAL_SUBJECT
    intro: str = ""
    greeting: Greeting = ""
    greeting_nameless: Line = ""
    min_stories: Limit = 1
    max_stories: Count = 20
    max_per_topic: Count = 5
    skip_when_empty: Annotated[bool, Field(strict=True)] = True
    approval: Approval = Approval.EDITOR
    clock: EntryClock = EntryClock.PUBLISHED
    discover: Annotated[bool, Field(strict=True)] = False
    schedule: ScheduleTable
    ranking: RankingTable = RankingTable()
    roundup: RoundupTable = RoundupTable()
    brand: BrandTable = BrandTable()
    subject_trial: SubjectTrialTable = SubjectTrialTable()
    topics: tuple[TopicTable, ...] = ()
    rules: tuple[RuleTable, ...] = ()
    blocks: tuple[MatchTable, ...] = ()
    keeps: tuple[MatchTable, ...] = ()
