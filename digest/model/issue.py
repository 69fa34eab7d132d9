"""Issues: one edition of a newsletter, from first draft to frozen bytes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.model.entry import EntryKey, Image
from digest.model.newsletter import Period


class IssueKind(StrEnum):
    """What an issue is."""

    DIGEST = "digest"
    ROUNDUP = "roundup"


class IssueState(StrEnum):
    """Where an issue stands on its way out."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class IssueKey:
    """An issue's identity: one newsletter has one issue for one period."""

    newsletter: str
    period: Period


class Origin(StrEnum):
    """Where a piece of text comes from; a rebuild replaces only ``auto``."""

    AUTO = "auto"
    FEED = "feed"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text with its provenance."""

    value: str
    origin: Origin = Origin.AUTO

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One thing that happened, told by one or more entries; the first of ``entries`` leads.

    ``minutes`` is the reading time, rounded up. ``reason`` says what placed it in its topic.
    ``support`` holds help lines that are shown wherever the story is told.
    """

    entries: tuple[EntryKey, ...]
    url: str
    headline: Wording
    excerpt: Wording
    source: str
    published_at: datetime
    minutes: int = 1
    authors: tuple[str, ...] = ()
    image: Image | None = None
    reason: str = ""
    support: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A topic's part of an issue: its stories, and the titles that did not fit."""

    topic: str
    heading: Wording
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One edition. ``lead`` also counts as a story and stands before all sections."""

    key: IssueKey
    slug: str
    title: Wording
    subject: Wording
    preheader: Wording
    kind: IssueKind = IssueKind.DIGEST
    intro: Wording = field(default_factory=lambda: Wording(value=""))
    lead: Story | None = None
    sections: tuple[Section, ...] = ()
    also_published: tuple[Story, ...] = ()

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every story that is told, in reading order (not those that are only listed)."""
        lead = (self.lead,) if self.lead else ()
        return lead + tuple(story for section in self.sections for story in section.stories)

    @property
    def entry_keys(self) -> tuple[EntryKey, ...]:
        """Every entry this issue uses up, told or listed."""
        shown = self.stories + self.also_published
        return tuple(key for story in shown for key in story.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedIssue:
    """The bytes that readers get, but for the slots that are filled for each of them.

    ``html`` is inlined; ``digest`` is the SHA-256 over every part, in hexadecimal: what an
    editor approves is this value.
    """

    subject: str
    preheader: str
    html: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalCopy:
    """One reader's copy of a rendering, its slots filled."""

    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptIssue:
    """An issue as the store holds it. ``revision`` grows by one with each saved change.

    ``approved_digest`` names the rendering that was approved; it is empty before approval.
    """

    id: int
    issue: Issue
    state: IssueState
    revision: int
    created_at: datetime
    approved_at: datetime | None = None
    approved_by: str = ""
    approved_digest: str = ""
    sent_at: datetime | None = None
