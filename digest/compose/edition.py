"""What templates see: an issue as plain texts and pictures, ready to be set.

These names are the interface for people who write templates. Everything is cleaned here, once:
no control characters, no links but web links, no picture a mail client cannot show.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.compose.personalise import SLOT_DOMAIN, UNSUBSCRIBE_SLOT
from digest.compose.phrases import Phrases, direction, phrases_for
from digest.model import Coverage, Earlier, Image, Issue, Newsletter, Quote, Section, Story

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# Not \s: a no-break space in a headline is there on purpose.
_SPACES = re.compile(r"[ \t\r\n\u2028\u2029]+")
_BLANK_LINE = re.compile(r"\n\s*\n")
_UNSHOWABLE = (".svg", ".svgz", ".tif", ".tiff", ".avif", ".heic", ".pdf", ".mp3", ".mp4")
# Below this width a picture is an icon or a tracking pixel.
_SMALLEST_PICTURE = 72
# The column on a common phone.
_PHONE_WIDTH = 343
# A longer headline makes a button of many lines.
_LONGEST_BUTTON_TITLE = 44
# More of them are a wall of names.
_NAMED_SOURCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture and what is known of it. Sizes in pixels; ``alt`` is never empty."""

    url: str
    alt: str
    credit: str
    width: int | None
    height: int | None

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
        return type(self)(
            url=self.url, alt=self.alt, credit=self.credit, width=width, height=height
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """Another source of the same story. ``url`` is empty where there is none to link to."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """Who else tells a story. ``label`` stands before them, ``more`` (or nothing) after them."""

    label: str
    sources: tuple[SourceView, ...]
    more: str = ""

    @property
    def line(self) -> str:
        """All of it on one line, for the text part."""
        names = ", ".join(source.name for source in self.sources)
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

    ``support`` holds help lines for readers whom the story touches: every theme shows them.
    ``coverage`` names other sources that tell it, ``follows`` what it follows up. ``lead_in`` and
    ``quotes`` are a roundup's. ``published`` is its day in ISO 8601, for machines.
    """

    headline: str
    url: str
    excerpt: str
    source: str
    date: str
    minutes: str
    button: str
    authors: tuple[str, ...]
    picture: Picture | None
    support: tuple[str, ...] = ()
    coverage: CoverageView | None = None
    follows: FollowedView | None = None
    lead_in: str = ""
    quotes: tuple[QuoteView, ...] = ()
    published: str = ""

    @property
    def facts(self) -> str:
        """Source, day and reading time on one line."""
        return " · ".join(fact for fact in (self.source, self.date, self.minutes) if fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A topic with at least one story. A roundup's has a hook and a background, in paragraphs."""

    heading: str
    stories: tuple[StoryView, ...]
    hook: tuple[str, ...] = ()
    background: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """An issue. ``intro``, ``closing`` and ``wish`` are paragraphs.

    ``date`` and ``count`` are ready to print. ``hero``, ``closing`` and ``wish`` are a roundup's.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterView:
    """A publication. ``why`` is never empty; ``direction`` is ``ltr`` or ``rtl``."""

    name: str
    tagline: str
    home_url: str
    postal_address: str
    why: str
    language: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the footer leads. ``unsubscribe`` is a slot that each reader's address fills."""

    web: str
    unsubscribe: str = UNSUBSCRIBE_SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """All that a template is given besides its theme's colours."""

    issue: IssueView
    newsletter: NewsletterView
    links: Links
    phrases: Phrases


def edition_of(issue: Issue, newsletter: Newsletter, *, public_url: str) -> Edition:
    """Prepare an issue for templates. Days are those of the newsletter's time zone."""
    desk = _Desk(
        zone=ZoneInfo(newsletter.schedule.time_zone),
        issued_at=issue.due_at,
        phrases=phrases_for(newsletter.language),
    )
    return Edition(
        issue=_issue_view(issue, desk),
        newsletter=_newsletter_view(newsletter, desk.phrases),
        links=Links(web=f"{public_url}/issues/{issue.slug}"),
        phrases=desk.phrases,
    )


def plain(text: str) -> str:
    """One line of text: no control or direction-switching characters, single spaces, no slots."""
    single = _SPACES.sub(" ", _CONTROL.sub("", text)).strip()
    return single.replace(SLOT_DOMAIN, "slot .invalid")


def web_link(url: str) -> str:
    """The URL if a reader may follow it: http or https, with a host, and no slot; else nothing."""
    cleaned = _CONTROL.sub("", url).strip()
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname or ""
    except ValueError:
        return ""
    fit = parts.scheme in {"http", "https"} and host and SLOT_DOMAIN not in cleaned.lower()
    return cleaned.replace(" ", "%20") if fit else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    zone: ZoneInfo
    issued_at: datetime
    phrases: Phrases

    def day(self, moment: datetime) -> date:
        return moment.astimezone(UTC).astimezone(self.zone).date()


def _issue_view(issue: Issue, desk: _Desk) -> IssueView:
    return IssueView(
        subject=plain(issue.subject.value),
        preheader=plain(issue.preheader.value),
        title=plain(issue.title.value),
        date=desk.phrases.issue_date(desk.day(desk.issued_at)),
        count=desk.phrases.stories(len(issue.stories)),
        intro=_paragraphs(issue.intro.value),
        lead=_story_view(issue.lead, desk) if issue.lead else None,
        sections=tuple(_section_view(part, desk) for part in issue.sections if part.stories),
        also_published=tuple(_story_view(story, desk) for story in issue.also_published),
        hero=_picture(issue.hero, plain(issue.title.value)) if issue.hero else None,
        closing=_paragraphs(issue.closing.value),
        wish=_paragraphs(issue.wish.value),
    )


def _newsletter_view(newsletter: Newsletter, phrases: Phrases) -> NewsletterView:
    name = plain(newsletter.name)
    return NewsletterView(
        name=name,
        tagline=plain(newsletter.tagline),
        home_url=web_link(newsletter.home_url),
        postal_address=plain(newsletter.postal_address),
        why=plain(newsletter.why) or phrases.why(name),
        language=newsletter.language,
        direction=direction(newsletter.language),
    )


def _section_view(section: Section, desk: _Desk) -> SectionView:
    return SectionView(
        heading=plain(section.heading.value),
        stories=tuple(_story_view(story, desk) for story in section.stories),
        hook=_paragraphs(section.hook.value),
        background=_paragraphs(section.background.value),
    )


def _story_view(story: Story, desk: _Desk) -> StoryView:
    headline = plain(story.headline.value)
    # A roundup names its posts nowhere else.
    named = len(headline) <= _LONGEST_BUTTON_TITLE or bool(story.lead_in.value)
    return StoryView(
        headline=headline,
        url=web_link(story.url),
        excerpt=plain(story.excerpt.value),
        source=plain(story.source),
        date=desk.phrases.story_date(
            desk.day(story.published_at), issue_day=desk.day(desk.issued_at)
        ),
        minutes=desk.phrases.reading_time(story.minutes),
        button=desk.phrases.read(headline) if named else desk.phrases.read_story,
        authors=tuple(plain(author) for author in story.authors),
        picture=_picture(story.image, headline) if story.image else None,
        support=tuple(filter(None, map(plain, story.support))),
        coverage=_covered(story.coverage, desk.phrases) if story.coverage else None,
        follows=_followed(story.follows, desk) if story.follows else None,
        lead_in=plain(story.lead_in.value),
        quotes=tuple(_quote_view(quote, desk.phrases) for quote in story.quotes),
        published=desk.day(story.published_at).isoformat(),
    )


def _quote_view(quote: Quote, phrases: Phrases) -> QuoteView:
    return QuoteView(text=phrases.quote(plain(quote.text.value)), pivot=plain(quote.pivot.value))


def _covered(coverage: Sequence[Coverage], phrases: Phrases) -> CoverageView:
    return CoverageView(
        label=phrases.also_covered,
        sources=tuple(
            SourceView(name=plain(one.source), url=web_link(one.url))
            for one in coverage[:_NAMED_SOURCES]
        ),
        more=phrases.more(len(coverage) - _NAMED_SOURCES),
    )


def _followed(earlier: Earlier, desk: _Desk) -> FollowedView:
    day = desk.phrases.story_date(desk.day(earlier.date), issue_day=desk.day(desk.issued_at))
    return FollowedView(
        label=desk.phrases.follows,
        headline=plain(earlier.headline),
        url=web_link(earlier.url),
        issue=desk.phrases.issue_of(day),
    )


def _picture(image: Image, headline: str) -> Picture | None:
    url = web_link(image.url)
    path = urlsplit(url).path.lower()
    icon = image.width is not None and image.width < _SMALLEST_PICTURE
    if not url or icon or path.endswith(_UNSHOWABLE):
        return None
    return Picture(
        url=url,
        alt=plain(image.alt) or headline,
        credit=plain(image.credit),
        width=image.width,
        height=image.height,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    cleaned = (plain(part) for part in _BLANK_LINE.split(text.replace("\r\n", "\n")))
    return tuple(part for part in cleaned if part)
