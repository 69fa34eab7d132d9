"""An issue as a page of its own: what its template is told, and what is filled in when shown.

The page is frozen with the mail. Only its neighbours are not known then: their places are marked,
and :func:`published_page` fills them, or takes them out.
"""

import re
from dataclasses import dataclass
from html import escape

from digest.compose.edition import Edition, Picture, StoryView
from digest.compose.linked_data import Linked, linked_data
from digest.compose.personalise import SLOT_DOMAIN, for_web, without_slots
from digest.model import Issue, RenderedIssue

_LONGEST_DESCRIPTION = 200
_PREVIOUS, _NEXT = "previous", "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebView:
    """What only the page needs. ``issued`` is the issue's moment in ISO 8601.

    ``title`` tells the issue from others: its subject, where its title is the publication's name.
    ``locale`` is as Open Graph writes it ("en_GB"), empty where the language names no country;
    ``picture`` is the one that stands for the issue elsewhere, if any. ``archive`` is where all
    issues are. ``linked_data`` is for ``|tojson``, which makes it safe inside a ``script``.
    """

    kind: str
    title: str
    canonical: str
    archive: str
    description: str
    issued: str
    locale: str
    picture: Picture | None
    linked_data: Linked


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The issue before or after: its title and its page."""

    title: str
    url: str


def web_view(edition: Edition, issue: Issue, *, public_url: str) -> WebView:
    """What the page of an issue says about itself, to people and to programs."""
    picture = _picture(edition)
    title = _title(edition)
    description = _description(edition)
    issued = issue.due_at.isoformat()
    return WebView(
        kind=issue.kind,
        title=title,
        canonical=edition.links.web,
        archive=f"{public_url}/archive/{issue.key.newsletter}/",
        description=description,
        issued=issued,
        locale=_locale(edition.newsletter.language),
        picture=picture,
        linked_data=linked_data(
            edition,
            title=title,
            stories=_told(edition),
            description=description,
            issued=issued,
            picture=picture,
        ),
    )


def published_page(
    rendering: RenderedIssue,
    *,
    previous: Neighbour | None = None,
    following: Neighbour | None = None,
) -> str:
    """The page for everybody, leading to its neighbours where it has any.

    A rendering of before there were pages shows the mail, without what was for one mailbox.
    """
    if not rendering.web:
        return for_web(rendering)
    page = _fill(rendering.web, _PREVIOUS, previous)
    return without_slots(_fill(page, _NEXT, following))


def _fill(page: str, place: str, neighbour: Neighbour | None) -> str:
    """Templates mark a neighbour's parts by ``<!--next-->`` and ``<!--/next-->``.

    Between them, the link to ``https://next.slot.invalid/`` and ``<!--next-title-->`` are filled.
    No text from a feed can hold such a mark: it is escaped.
    """
    if neighbour is None:
        return re.sub(rf"<!--{place}-->.*?<!--/{place}-->", "", page, flags=re.DOTALL)
    filled = page.replace(f"https://{place}.{SLOT_DOMAIN}/", escape(neighbour.url))
    filled = filled.replace(f"<!--{place}-title-->", escape(neighbour.title))
    return filled.replace(f"<!--{place}-->", "").replace(f"<!--/{place}-->", "")


def _told(edition: Edition) -> tuple[StoryView, ...]:
    issue = edition.issue
    lead = (issue.lead,) if issue.lead else ()
    return lead + tuple(story for section in issue.sections for story in section.stories)


def _picture(edition: Edition) -> Picture | None:
    """The hero, or the first picture of a story that is neither upright nor small."""
    pictures = (edition.issue.hero, *(story.picture for story in _told(edition)))
    return next((picture for picture in pictures if picture and picture.landscape), None)


def _title(edition: Edition) -> str:
    issue = edition.issue
    return issue.subject if issue.title == edition.newsletter.name else issue.title


def _description(edition: Edition) -> str:
    issue = edition.issue
    text = issue.preheader or " ".join(issue.intro) or edition.newsletter.tagline
    if len(text) <= _LONGEST_DESCRIPTION:
        return text
    return text[:_LONGEST_DESCRIPTION].rpartition(" ")[0].rstrip(" ,;:.") + "…"


def _locale(language: str) -> str:
    """``en-GB`` as ``en_GB``. Open Graph knows no language without a country."""
    first, _, country = language.partition("-")
    fit = len(country) == len("GB") and country.isalpha()
    return f"{first.lower()}_{country.upper()}" if fit else ""
