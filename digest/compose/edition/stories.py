"""Sections and stories, as templates see them."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from digest.compose.bidi import embedded
from digest.compose.edition.desk import Desk, plain, web_link
from digest.compose.edition.fields import FieldsView
from digest.compose.edition.views import (
    CoverageView,
    FollowedView,
    Picture,
    QuoteView,
    SectionView,
    SourceView,
    StoryView,
)
from digest.compose.personalise import mark_id
from digest.compose.sentences import LONGEST_HEADLINE, shortened
from digest.model import Coverage, Earlier, Image, Issue, Quote, Section, Story

_UNSHOWABLE = (".svg", ".svgz", ".tif", ".tiff", ".avif", ".heic", ".pdf", ".mp3", ".mp4")
# Below this width a picture is an icon or a tracking pixel.
_SMALLEST_PICTURE = 72
# More of them are a wall of names.
_NAMED_SOURCES = 5


def section_views(issue: Issue, desk: Desk) -> tuple[SectionView, ...]:
    """The sections that have a story, in order."""
    told = [section for section in issue.sections if section.stories]
    first = 2 if issue.lead else 1
    views: list[SectionView] = []
    for number, section in enumerate(told, start=1):
        part = desk.phrases.part(number, len(told)) if len(told) > 1 else ""
        views.append(_section_view(section, desk, part=part, first=first))
        first += len(section.stories)
    return tuple(views)


def _section_view(section: Section, desk: Desk, *, part: str, first: int) -> SectionView:
    return SectionView(
        part=part,
        first=first,
        heading=desk.line(section.heading.value),
        stories=tuple(story_view(story, desk) for story in section.stories),
        hook=desk.paragraphs(section.hook.value),
        background=desk.paragraphs(section.background.value),
        topic=mark_id(section.topic),
    )


def story_view(story: Story, desk: Desk) -> StoryView:
    """A story, whether it leads, stands in a section or is only listed."""
    headline = _headline(story.headline.value)
    return StoryView(
        headline=embedded(headline, within=desk.direction),
        title=desk.line(story.headline.value),
        url=web_link(story.url),
        excerpt=desk.line(story.excerpt.value),
        source=desk.line(story.source),
        date=desk.phrases.story_date(
            desk.day(story.published_at), issue_day=desk.day(desk.issued_at)
        ),
        minutes=desk.phrases.reading_time(story.minutes),
        authors=tuple(desk.line(author) for author in story.authors),
        picture=picture_view(story.image, headline, desk) if story.image else None,
        support=tuple(filter(None, map(desk.line, story.support))),
        coverage=_covered(story.coverage, desk) if story.coverage else None,
        follows=_followed(story.follows, desk) if story.follows else None,
        lead_in=desk.line(story.lead_in.value),
        quotes=tuple(_quote_view(quote, desk) for quote in story.quotes),
        published=desk.day(story.published_at).isoformat(),
        topic=mark_id(story.placement.topic) if story.placement else "",
        fields=FieldsView({each.name: _field(each.value, desk) for each in story.fields}),
    )


def _headline(text: str) -> str:
    return shortened(plain(text), characters=LONGEST_HEADLINE)


def _field(value: str, desk: Desk) -> str:
    """A link as it is, so that it can be followed; all else as a line."""
    return web_link(value) or desk.line(value)


def _quote_view(quote: Quote, desk: Desk) -> QuoteView:
    quoted = desk.phrases.quote(plain(quote.text.value))
    return QuoteView(
        text=embedded(quoted, within=desk.direction), pivot=desk.line(quote.pivot.value)
    )


def _covered(coverage: Sequence[Coverage], desk: Desk) -> CoverageView:
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


def _followed(earlier: Earlier, desk: Desk) -> FollowedView:
    day = desk.phrases.story_date(desk.day(earlier.date), issue_day=desk.day(desk.issued_at))
    return FollowedView(
        label=desk.phrases.follows,
        headline=embedded(_headline(earlier.headline), within=desk.direction),
        url=web_link(earlier.url),
        issue=desk.phrases.issue_of(day),
    )


def picture_view(image: Image, headline: str, desk: Desk) -> Picture | None:
    """A picture with words for those who do not see it; None for what a mail cannot show."""
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
