"""The parts of an edition: what templates see, and the interface for people who write them."""

from dataclasses import dataclass, replace
from typing import Self

from digest.compose.bidi import RTL
from digest.compose.branding import LinkView, LogoView
from digest.compose.edition.fields import NO_FIELDS, FieldsView
from digest.compose.personalise import PREFERENCES_SLOT, UNSUBSCRIBE_SLOT, needs_contents
from digest.compose.sentences import first_sentence

# The column on a common phone.
_PHONE_WIDTH = 343


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture and what is known of it. Sizes in pixels; ``alt`` is never empty."""

    url: str
    alt: str
    credit: str
    width: int | None
    height: int | None
    caption: str = ""

    @property
    def landscape(self) -> bool:
        """Whether it may fill a phone's width: as far as is known, neither upright nor small."""
        upright = bool(self.width and self.height and self.height > self.width)
        return not upright and (self.width or _PHONE_WIDTH) >= _PHONE_WIDTH

    def within(self, width: int, height: int) -> Self:
        """The same picture, sized to fit a box of pixels; never enlarged, never distorted."""
        if not self.width or not self.height:
            wide = min(self.width or width, width)
            return self._sized(wide, None)
        scale = min(width / self.width, height / self.height, 1)
        return self._sized(round(self.width * scale), max(round(self.height * scale), 1))

    def _sized(self, width: int, height: int | None) -> Self:
        return replace(self, width=width, height=height)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """Another source of the same story. ``url`` is empty where there is none to link to."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """Who else tells a story. ``label`` stands before them, ``more`` (or nothing) after them.

    ``separator`` stands between them.
    """

    label: str
    sources: tuple[SourceView, ...]
    more: str = ""
    separator: str = ", "

    @property
    def line(self) -> str:
        """All of it on one line, for the text part."""
        names = self.separator.join(source.name for source in self.sources)
        return " ".join(filter(None, (self.label, names, self.more)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedView:
    """What an earlier issue told. ``issue`` says which, such as "issue of 11 June"."""

    label: str
    headline: str
    url: str
    issue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """A quote in its marks, and the line that leads to it (or nothing)."""

    text: str
    pivot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story. ``url`` is empty where the feed gave none that can be linked to.

    ``headline`` has at most 200 characters, ``title`` is all of it. ``button`` is the label of a
    link to the story: it names it, and no other one of the issue is the same.
    ``support`` holds help lines for readers whom the story touches: every theme shows them.
    ``coverage`` names other sources that tell it, ``follows`` what it follows up. ``lead_in`` and
    ``quotes`` are a roundup's. ``published`` is its day in ISO 8601, for machines; ``topic`` is
    for marks: where the story belongs. ``fields`` are those that its feed is asked to keep.
    """

    headline: str
    title: str
    url: str
    excerpt: str
    source: str
    date: str
    minutes: str
    authors: tuple[str, ...]
    picture: Picture | None
    button: str = ""
    support: tuple[str, ...] = ()
    coverage: CoverageView | None = None
    follows: FollowedView | None = None
    lead_in: str = ""
    quotes: tuple[QuoteView, ...] = ()
    published: str = ""
    topic: str = ""
    fields: FieldsView = NO_FIELDS

    @property
    def facts(self) -> str:
        """Source, day and reading time on one line."""
        return " · ".join(fact for fact in (self.source, self.date, self.minutes) if fact)

    @property
    def sentence(self) -> str:
        """The excerpt's first sentence, of at most 25 words."""
        return first_sentence(self.excerpt)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A topic with at least one story. A roundup's has a hook and a background, in paragraphs.

    ``part`` says which of all sections it is, such as "1 of 5" ("" for an only one);
    ``first`` is its first story's number, counted through the whole issue. ``topic`` is for
    marks: ``<!--section:{{ section.topic }}-->``.
    """

    heading: str
    stories: tuple[StoryView, ...]
    part: str = ""
    first: int = 1
    hook: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """An issue. ``intro``, ``closing`` and ``wish`` are paragraphs.

    ``date`` and ``count`` are ready to print; no stories have no count. ``hero``, ``closing`` and
    ``wish`` are a roundup's.
    """

    subject: str
    preheader: str
    title: str
    date: str
    count: str
    intro: tuple[str, ...]
    lead: StoryView | None
    sections: tuple[SectionView, ...]
    also_published: tuple[StoryView, ...]
    hero: Picture | None = None
    closing: tuple[str, ...] = ()
    wish: tuple[str, ...] = ()

    @property
    def contents(self) -> tuple[SectionView, ...]:
        """The sections to list at the top: none in a short issue, or where they have no names."""
        told = sum(len(section.stories) for section in self.sections) + bool(self.lead)
        named = tuple(section for section in self.sections if section.heading)
        return named if needs_contents(len(named), told=told) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingView:
    """How a reader is greeted: ``named`` holds the slot of the name, ``nameless`` may be empty."""

    named: str
    nameless: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterView:
    """A publication. ``why`` is never empty; ``direction`` is ``ltr`` or ``rtl``.

    ``greeting`` is None where it greets nobody.
    """

    name: str
    tagline: str
    home_url: str
    postal_address: str
    why: str
    language: str
    direction: str
    logo: LogoView | None = None
    links: tuple[LinkView, ...] = ()
    greeting: GreetingView | None = None

    @property
    def start(self) -> str:
        """The side that lines start on: ``left`` or ``right``."""
        return "right" if self.direction == RTL else "left"

    @property
    def end(self) -> str:
        """The side that lines end on."""
        return "left" if self.direction == RTL else "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the footer leads.

    ``unsubscribe`` and ``preferences`` are slots that each reader's own links fill.
    """

    web: str
    unsubscribe: str = UNSUBSCRIBE_SLOT
    preferences: str = PREFERENCES_SLOT
