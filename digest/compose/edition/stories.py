"""Sections and stories, as templates see them."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from digest.compose.bidi import embedded
from digest.compose.edition.fields import FieldsView
from digest.compose.edition.typesetter import Typesetter, plain, web_link
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


def section_views(issue: Issue, typesetter: Typesetter) -> tuple[SectionView, ...]:
    """The sections that have a story, in order."""
    told = [section for section in issue.sections if section.stories]
    first = 2 if issue.lead else 1
    views: list[SectionView] = []
    for number, section in enumerate(told, start=1):
        part = typesetter.phrases.part(number, len(told)) if len(told) > 1 else ""
        views.append(_section_view(section, typesetter, part=part, first=first))
        first += len(section.stories)
    return tuple(views)


def _section_view(
    section: Section, typesetter: Typesetter, *, part: str, first: int
) -> SectionView:
    return SectionView(
        part=part,
        first=first,
        heading=typesetter.line(section.heading.value),
        stories=tuple(story_view(story, typesetter) for story in section.stories),
        hook=typesetter.paragraphs(section.hook.value),
        background=typesetter.paragraphs(section.background.value),
        topic=mark_id(section.topic),
    )


def story_view(story: Story, typesetter: Typesetter) -> StoryView:
    """A story, whether it leads, stands in a section or is only listed."""
    headline = _headline(story.headline.value)
    return StoryView(
        headline=embedded(headline, within=typesetter.direction),
        title=typesetter.line(story.headline.value),
        url=web_link(story.url),
        excerpt=typesetter.line(story.excerpt.value),
        source=typesetter.line(story.source),
        date=typesetter.phrases.story_date(
            typesetter.day(story.published_at), issue_day=typesetter.day(typesetter.issued_at)
        ),
        minutes=typesetter.phrases.reading_time(story.minutes),
        authors=tuple(typesetter.line(author) for author in story.authors),
        picture=picture_view(story.image, headline, typesetter) if story.image else None,
        support=tuple(filter(None, map(typesetter.line, story.support))),
        coverage=_covered(story.coverage, typesetter) if story.coverage else None,
        follows=_followed(story.follows, typesetter) if story.follows else None,
        lead_in=typesetter.line(story.lead_in.value),
        quotes=tuple(_quote_view(quote, typesetter) for quote in story.quotes),
        published=typesetter.day(story.published_at).isoformat(),
        topic=mark_id(story.placement.topic) if story.placement else "",
        fields=FieldsView({each.name: _field(each.value, typesetter) for each in story.fields}),
    )


def _headline(text: str) -> str:
    return shortened(plain(text), characters=LONGEST_HEADLINE)


def _field(value: str, typesetter: Typesetter) -> str:
    """A link as it is, so that it can be followed; all else as a line."""
    return web_link(value) or typesetter.line(value)


def _quote_view(quote: Quote, typesetter: Typesetter) -> QuoteView:
    quoted = typesetter.phrases.quote(plain(quote.text.value))
    return QuoteView(
        text=embedded(quoted, within=typesetter.direction), pivot=typesetter.line(quote.pivot.value)
    )


def _covered(coverage: Sequence[Coverage], typesetter: Typesetter) -> CoverageView:
    phrases = typesetter.phrases
    return CoverageView(
        label=phrases.also_covered,
        sources=tuple(
            SourceView(name=typesetter.line(one.source), url=web_link(one.url))
            for one in coverage[:_NAMED_SOURCES]
        ),
        more=phrases.more(len(coverage) - _NAMED_SOURCES),
        separator=phrases.list_separator,
    )


def _followed(earlier: Earlier, typesetter: Typesetter) -> FollowedView:
    day = typesetter.phrases.story_date(
        typesetter.day(earlier.date), issue_day=typesetter.day(typesetter.issued_at)
    )
    return FollowedView(
        label=typesetter.phrases.follows,
        headline=embedded(_headline(earlier.headline), within=typesetter.direction),
        url=web_link(earlier.url),
        issue=typesetter.phrases.issue_of(day),
    )


def picture_view(image: Image, headline: str, typesetter: Typesetter) -> Picture | None:
    """A picture with words for those who do not see it; None for what a mail cannot show."""
    url = web_link(image.url)
    path = urlsplit(url).path.lower()
    icon = image.width is not None and image.width < _SMALLEST_PICTURE
    if not url or icon or path.endswith(_UNSHOWABLE):
        return None
    return Picture(
        url=url,
        alt=plain(image.alt) or headline,
        credit=typesetter.line(image.credit),
        caption=typesetter.line(image.caption),
        width=image.width,
        height=image.height,
    )
