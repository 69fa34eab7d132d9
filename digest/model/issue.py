"""Issues: one edition of a newsletter, from first draft to frozen bytes."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from digest.model.edits import NO_EDITS, Edits
from digest.model.entry import EntryKey, Image
from digest.model.feed import Attribute
from digest.model.placement import Placement, ScorePart
from digest.model.schedule import Period
from digest.model.subjects import Arm
from digest.model.wording import NO_WORDING, Quote, Wording


class IssueKind(StrEnum):
    """What an issue is."""

    DIGEST = "digest"
    ROUNDUP = "roundup"
    CORRECTION = "correction"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Another source that tells the same story."""

    source: str
    url: str
    headline: str
    entry: EntryKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier issue told that a story follows up."""

    issue: str
    headline: str
    url: str
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One thing that happened, told by one or more entries; the first of ``entries`` leads.

    ``minutes`` is the reading time, rounded up. ``reason`` says what placed it in its topic.
    ``support`` holds help lines that are shown wherever the story is told. ``coverage`` names the
    other sources, one each. ``fields`` are those of the entry that leads, for templates.
    ``lead_in`` and ``quotes`` are for roundups.
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
    placement: Placement | None = None
    score: tuple[ScorePart, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    follows: Earlier | None = None
    fields: tuple[Attribute, ...] = ()
    lead_in: Wording = NO_WORDING
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an issue: a topic's stories; in a roundup, one or more posts under one heading.

    ``topic`` is the topic's id, in a roundup the section's own. ``hook`` and ``background`` stand
    before a roundup section's posts.
    """

    topic: str
    heading: Wording
    stories: tuple[Story, ...]
    hook: Wording = NO_WORDING
    background: Wording = NO_WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One edition. ``lead`` also counts as a story and stands before all sections.

    ``hero``, ``closing`` and ``wish`` are a roundup's. ``send_at`` is when it goes out at the
    earliest, where that is later than the end of its period. ``subject_b`` is a second subject, to
    be tried on some of its readers.
    """

    key: IssueKey
    slug: str
    title: Wording
    subject: Wording
    preheader: Wording
    kind: IssueKind = IssueKind.DIGEST
    intro: Wording = NO_WORDING
    lead: Story | None = None
    sections: tuple[Section, ...] = ()
    also_published: tuple[Story, ...] = ()
    hero: Image | None = None
    closing: Wording = NO_WORDING
    wish: Wording = NO_WORDING
    send_at: datetime | None = None
    subject_b: Wording = NO_WORDING

    @property
    def tries_subjects(self) -> bool:
        """Whether it has two subjects to choose from. A correction cannot wait for that."""
        second = self.subject_b.value.strip()
        return (
            self.kind is not IssueKind.CORRECTION
            and bool(second)
            and second != self.subject.value.strip()
        )

    def under(self, arm: Arm) -> "Issue":
        """The issue as it is under one of its subjects alone."""
        subject = self.subject_b if arm is Arm.B and self.tries_subjects else self.subject
        return replace(self, subject=subject, subject_b=NO_WORDING)

    @property
    def due_at(self) -> datetime:
        """When it is to go out: at ``send_at``, or once its period has ended."""
        return self.send_at or self.key.period.end

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

    ``html`` is inlined. ``web`` is the page for browsers, the same for everybody; it is empty in
    renderings of before there was one. ``digest`` is the SHA-256 over every part, in hexadecimal:
    what an editor approves is this value. ``second`` is the same under the issue's second subject;
    the digest is over it, too.
    """

    subject: str
    preheader: str
    html: str
    text: str
    digest: str
    web: str = ""
    second: "RenderedIssue | None" = None

    def under(self, arm: Arm) -> "RenderedIssue":
        """The rendering under one of the subjects; the digest stays that of both."""
        if arm is Arm.A or self.second is None:
            return self
        return replace(self.second, digest=self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedIssue:
    """An issue that has gone out, as lists of issues name it. ``at`` is when it was let go."""

    id: int
    slug: str
    newsletter: str
    subject: str
    preheader: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalCopy:
    """One reader's copy of a rendering, its slots filled."""

    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text with its slots filled: pieces that all readers share, and a value between each two."""

    pieces: tuple[str, ...]
    values: tuple[str, ...]

    def __str__(self) -> str:
        joined = [""] * (2 * len(self.values) + 1)
        joined[::2], joined[1::2] = self.pieces, self.values
        return "".join(joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalParts:
    """One reader's copy, with what is shared kept apart from what is the reader's own."""

    html: Filled
    text: Filled


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptIssue:
    """An issue as the store holds it. ``revision`` grows by one with each saved change.

    ``edits`` are applied to ``issue`` already; a rebuild applies them again.

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
    edits: Edits = NO_EDITS
