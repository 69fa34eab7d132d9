"""What templates see: an issue as plain texts and pictures, ready to be set.

These names are the interface for people who write templates. Everything is cleaned here, once:
no control characters, no links but web links, no picture a mail client cannot show.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.compose.bidi import RTL, embedded
from digest.compose.branding import LinkView, LogoView
from digest.compose.personalise import (
    NAME_SLOT,
    PREFERENCES_SLOT,
    SLOT_DOMAIN,
    UNSUBSCRIBE_SLOT,
    defused,
    mark_id,
    needs_contents,
    one_line,
)
from digest.compose.phrases import Phrases, direction, phrases_for
from digest.compose.sentences import first_sentence
from digest.model import (
    Brand,
    Coverage,
    Earlier,
    Image,
    Issue,
    Newsletter,
    Quote,
    Section,
    Story,
)

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
# With fewer stories, a list of what is in the issue only keeps readers from it.


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

    ``support`` holds help lines for readers whom the story touches: every theme shows them.
    ``coverage`` names other sources that tell it, ``follows`` what it follows up. ``lead_in`` and
    ``quotes`` are a roundup's. ``topic`` is for marks: where the story belongs.
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
    topic: str = ""

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
        phrases=phrases_for(newsletter.words),
        direction=direction(newsletter.language),
    )
    return Edition(
        issue=_issue_view(issue, desk),
        newsletter=_newsletter_view(newsletter, desk, public_url),
        links=Links(web=f"{public_url}/issues/{issue.slug}"),
        phrases=desk.phrases,
    )


def plain(text: str) -> str:
    """One line of text: no control or direction-switching characters, no slots and no marks."""
    return defused(one_line(text).replace(SLOT_DOMAIN, "slot .invalid"))


def web_link(url: str) -> str:
    """The URL if a reader may follow it: http or https, with a host, and no slot; else nothing."""
    cleaned = one_line(url)
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname or ""
    except ValueError:
        return ""
    fit = parts.scheme in {"http", "https"} and host and SLOT_DOMAIN not in cleaned.lower()
    return cleaned.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E") if fit else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    zone: ZoneInfo
    issued_at: datetime
    phrases: Phrases
    direction: str

    def line(self, text: str) -> str:
        """One line of text, which may be written the other way than the newsletter."""
        return embedded(plain(text), within=self.direction)

    def paragraphs(self, text: str) -> tuple[str, ...]:
        return tuple(filter(None, map(self.line, _BLANK_LINE.split(text.replace("\r\n", "\n")))))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(UTC).astimezone(self.zone).date()


def _issue_view(issue: Issue, desk: _Desk) -> IssueView:
    return IssueView(
        subject=plain(issue.subject.value),
        preheader=plain(issue.preheader.value),
        title=desk.line(issue.title.value),
        date=desk.phrases.issue_date(desk.day(desk.issued_at)),
        count=desk.phrases.stories(len(issue.stories)),
        intro=desk.paragraphs(issue.intro.value),
        lead=_story_view(issue.lead, desk) if issue.lead else None,
        sections=_sections(issue, desk),
        also_published=tuple(_story_view(story, desk) for story in issue.also_published),
        hero=_picture(issue.hero, plain(issue.title.value), desk) if issue.hero else None,
        closing=desk.paragraphs(issue.closing.value),
        wish=desk.paragraphs(issue.wish.value),
    )


def _newsletter_view(newsletter: Newsletter, desk: _Desk, public_url: str) -> NewsletterView:
    name = desk.line(newsletter.name)
    return NewsletterView(
        name=name,
        tagline=desk.line(newsletter.tagline),
        home_url=web_link(newsletter.home_url),
        postal_address=desk.line(newsletter.postal_address),
        why=desk.line(newsletter.why) or desk.phrases.why(name),
        language=newsletter.language,
        direction=desk.direction,
        logo=_logo(newsletter.brand, public_url),
        links=_links(newsletter.brand),
        greeting=_greeting(newsletter, desk) if newsletter.greeting else None,
    )


def _greeting(newsletter: Newsletter, desk: _Desk) -> GreetingView:
    return GreetingView(
        named=desk.line(newsletter.greeting).replace("{name}", NAME_SLOT),
        nameless=desk.line(newsletter.greeting_nameless),
    )


def _logo(brand: Brand, public_url: str) -> LogoView | None:
    """The brand's logo; a path is one on the public pages' host."""
    if brand.logo is None:
        return None
    light, dark = (
        web_link(f"{public_url}{url}" if url.startswith("/") else url)
        for url in (brand.logo.url, brand.logo.dark_url)
    )
    return LogoView(url=light, dark_url=dark, width=brand.logo.width) if light else None


def _links(brand: Brand) -> tuple[LinkView, ...]:
    links = (LinkView(label=plain(link.label), url=web_link(link.url)) for link in brand.links)
    return tuple(link for link in links if link.label and link.url)


def _sections(issue: Issue, desk: _Desk) -> tuple[SectionView, ...]:
    told = [section for section in issue.sections if section.stories]
    first = 2 if issue.lead else 1
    views: list[SectionView] = []
    for number, section in enumerate(told, start=1):
        part = desk.phrases.part(number, len(told)) if len(told) > 1 else ""
        views.append(_section_view(section, desk, part=part, first=first))
        first += len(section.stories)
    return tuple(views)


def _section_view(section: Section, desk: _Desk, *, part: str, first: int) -> SectionView:
    return SectionView(
        part=part,
        first=first,
        heading=desk.line(section.heading.value),
        stories=tuple(_story_view(story, desk) for story in section.stories),
        hook=desk.paragraphs(section.hook.value),
        background=desk.paragraphs(section.background.value),
        topic=mark_id(section.topic),
    )


def _story_view(story: Story, desk: _Desk) -> StoryView:
    headline = plain(story.headline.value)
    shown = embedded(headline, within=desk.direction)
    # A roundup names its posts nowhere else.
    named = len(headline) <= _LONGEST_BUTTON_TITLE or bool(story.lead_in.value)
    return StoryView(
        headline=shown,
        url=web_link(story.url),
        excerpt=desk.line(story.excerpt.value),
        source=desk.line(story.source),
        date=desk.phrases.story_date(
            desk.day(story.published_at), issue_day=desk.day(desk.issued_at)
        ),
        minutes=desk.phrases.reading_time(story.minutes),
        button=desk.phrases.read(shown) if named else desk.phrases.read_story,
        authors=tuple(desk.line(author) for author in story.authors),
        picture=_picture(story.image, headline, desk) if story.image else None,
        support=tuple(filter(None, map(desk.line, story.support))),
        coverage=_covered(story.coverage, desk) if story.coverage else None,
        follows=_followed(story.follows, desk) if story.follows else None,
        lead_in=desk.line(story.lead_in.value),
        quotes=tuple(_quote_view(quote, desk) for quote in story.quotes),
        topic=mark_id(story.placement.topic) if story.placement else "",
    )


def _quote_view(quote: Quote, desk: _Desk) -> QuoteView:
    quoted = desk.phrases.quote(plain(quote.text.value))
    return QuoteView(
        text=embedded(quoted, within=desk.direction), pivot=desk.line(quote.pivot.value)
    )


def _covered(coverage: Sequence[Coverage], desk: _Desk) -> CoverageView:
    phrases = desk.phrases
    return CoverageView(
        label=phrases.also_covered,
        sources=tuple(
            SourceView(name=desk.line(one.source), url=web_link(one.url))
            for one in coverage[:_NAMED_SOURCES]
        ),
        more=phrases.more(len(coverage) - _NAMED_SOURCES),
        separator=phrases.list_separator,
    )


def _followed(earlier: Earlier, desk: _Desk) -> FollowedView:
    day = desk.phrases.story_date(desk.day(earlier.date), issue_day=desk.day(desk.issued_at))
    return FollowedView(
        label=desk.phrases.follows,
        headline=desk.line(earlier.headline),
        url=web_link(earlier.url),
        issue=desk.phrases.issue_of(day),
    )


def _picture(image: Image, headline: str, desk: _Desk) -> Picture | None:
    url = web_link(image.url)
    path = urlsplit(url).path.lower()
    icon = image.width is not None and image.width < _SMALLEST_PICTURE
    if not url or icon or path.endswith(_UNSHOWABLE):
        return None
    return Picture(
        url=url,
        alt=plain(image.alt) or headline,
        credit=desk.line(image.credit),
        caption=desk.line(image.caption),
        width=image.width,
        height=image.height,
    )
