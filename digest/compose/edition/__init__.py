"""What templates see: an issue as plain texts and pictures, ready to be set.

These names are the interface for people who write templates. Everything is cleaned here, once:
no control characters, no links but web links, no picture a mail client cannot show.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from digest.compose.branding import LinkView, LogoView
from digest.compose.edition.labels import labelled
from digest.compose.edition.stories import picture_view, section_views, story_view
from digest.compose.edition.typesetter import Typesetter, plain, web_link
from digest.compose.edition.views import (
    GreetingView,
    IssueView,
    Links,
    NewsletterView,
    Picture,
    SectionView,
    StoryView,
)
from digest.compose.personalise import NAME_SLOT
from digest.compose.phrases import Phrases, direction, phrases_for
from digest.model import Brand, Issue, Newsletter

__all__ = [
    "Edition",
    "Links",
    "Picture",
    "SectionView",
    "StoryView",
    "edition_of",
    "plain",
    "web_link",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """All that a template is given besides its theme's colours."""

    issue: IssueView
    newsletter: NewsletterView
    links: Links
    phrases: Phrases


def edition_of(issue: Issue, newsletter: Newsletter, *, public_url: str) -> Edition:
    """Prepare an issue for templates. Days are those of the newsletter's time zone."""
    typesetter = Typesetter(
        zone=ZoneInfo(newsletter.schedule.time_zone),
        issued_at=issue.due_at,
        phrases=phrases_for(newsletter.words),
        direction=direction(newsletter.language),
    )
    return Edition(
        issue=labelled(_issue_view(issue, typesetter), typesetter.phrases),
        newsletter=_newsletter_view(newsletter, typesetter, public_url),
        links=Links(web=f"{public_url}/issues/{issue.slug}"),
        phrases=typesetter.phrases,
    )


def _issue_view(issue: Issue, typesetter: Typesetter) -> IssueView:
    return IssueView(
        subject=plain(issue.subject.value),
        preheader=plain(issue.preheader.value),
        title=typesetter.line(issue.title.value),
        date=typesetter.phrases.issue_date(typesetter.day(typesetter.issued_at)),
        count=typesetter.phrases.stories(len(issue.stories)) if issue.stories else "",
        intro=typesetter.paragraphs(issue.intro.value),
        lead=story_view(issue.lead, typesetter) if issue.lead else None,
        sections=section_views(issue, typesetter),
        also_published=tuple(story_view(story, typesetter) for story in issue.also_published),
        hero=picture_view(issue.hero, plain(issue.title.value), typesetter) if issue.hero else None,
        closing=typesetter.paragraphs(issue.closing.value),
        wish=typesetter.paragraphs(issue.wish.value),
    )


def _newsletter_view(
    newsletter: Newsletter, typesetter: Typesetter, public_url: str
) -> NewsletterView:
    name = typesetter.line(newsletter.name)
    return NewsletterView(
        name=name,
        tagline=typesetter.line(newsletter.tagline),
        home_url=web_link(newsletter.home_url),
        postal_address=typesetter.line(newsletter.postal_address),
        why=typesetter.line(newsletter.why) or typesetter.phrases.why(name),
        language=newsletter.language,
        direction=typesetter.direction,
        logo=_logo(newsletter.brand, public_url),
        links=_links(newsletter.brand),
        greeting=_greeting(newsletter, typesetter) if newsletter.greeting else None,
    )


def _greeting(newsletter: Newsletter, typesetter: Typesetter) -> GreetingView:
    return GreetingView(
        named=typesetter.line(newsletter.greeting).replace("{name}", NAME_SLOT),
        nameless=typesetter.line(newsletter.greeting_nameless),
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
