"""Feeds of issues: Atom (RFC 4287) and JSON Feed 1.1, for people who read newsletters in one."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from digest.compose.amending import amended
from digest.model import Amendment, Newsletter, PublishedIssue, RenderedIssue

_LATEST = 20
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = re.compile(r"<main>(.*?)</main>", re.DOTALL)
_CONTENTS_LIST = re.compile(r'<nav class="contents".*?</nav>', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueItem:
    """An issue in a feed. ``content`` is HTML, empty where there is only the mail's.

    ``updated`` is when it was last put right, or ``at``.
    """

    url: str
    title: str
    summary: str
    at: datetime
    updated: datetime
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFeed:
    """A newsletter's latest issues, the latest first. ``archive`` is their list's address."""

    title: str
    subtitle: str
    archive: str
    home_url: str
    language: str
    items: tuple[IssueItem, ...]

    @classmethod
    def of(
        cls,
        newsletter: Newsletter,
        published: Sequence[PublishedIssue],
        *,
        rendering: Callable[[int], RenderedIssue],
        amendments: Callable[[int], Sequence[Amendment]],
        public_url: str,
    ) -> Self:
        """The feed of what a newsletter has published."""
        return cls(
            title=newsletter.name,
            subtitle=newsletter.tagline,
            archive=f"{public_url}/archive/{newsletter.id}/",
            home_url=newsletter.home_url,
            language=newsletter.language,
            items=tuple(
                _item(one, rendering(one.id), amendments(one.id), newsletter, public_url)
                for one in published[:_LATEST]
            ),
        )


def _item(
    one: PublishedIssue,
    rendering: RenderedIssue,
    amendments: Sequence[Amendment],
    newsletter: Newsletter,
    public_url: str,
) -> IssueItem:
    zone = ZoneInfo(newsletter.schedule.time_zone)
    page = amended(rendering.web, amendments, words=newsletter.words, zone=zone)
    return IssueItem(
        url=f"{public_url}/issues/{one.slug}",
        title=one.subject,
        summary=one.preheader,
        at=one.at,
        updated=max((one.at, *(amendment.at for amendment in amendments))),
        content=_content(page) if rendering.web else "",
    )


def atom(feed: IssueFeed) -> bytes:
    """The feed as an Atom document."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": feed.language})
    _add(root, "title", feed.title)
    if feed.subtitle:
        _add(root, "subtitle", feed.subtitle)
    _add(root, "id", feed.archive)
    changed = [item.updated for item in feed.items]
    _add(root, "updated", max(changed).isoformat() if changed else "1970-01-01T00:00:00Z")
    _add(_add(root, "author"), "name", feed.title)
    _add(root, "link", rel="alternate", type="text/html", href=feed.archive)
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{feed.archive}atom.xml")
    for item in feed.items:
        entry = _add(root, "entry")
        _add(entry, "title", item.title)
        _add(entry, "id", item.url)
        _add(entry, "link", rel="alternate", type="text/html", href=item.url)
        _add(entry, "published", item.at.isoformat())
        _add(entry, "updated", item.updated.isoformat())
        _add(entry, "summary", item.summary)
        if item.content:
            _add(entry, "content", item.content, type="html")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def json_feed(feed: IssueFeed) -> bytes:
    """The feed as a JSON Feed document; every item has its content in one form."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.subtitle,
        "home_page_url": feed.archive,
        "feed_url": f"{feed.archive}feed.json",
        "language": feed.language,
        "authors": [_said({"name": feed.title, "url": feed.home_url})],
        "items": [_json_item(item) for item in feed.items],
    }
    return json.dumps(_said(document), ensure_ascii=False).encode()


def _json_item(item: IssueItem) -> dict[str, object]:
    content = {"content_html": item.content} if item.content else {"content_text": item.summary}
    facts = {"id": item.url, "url": item.url, "title": item.title, "summary": item.summary}
    dates = {"date_published": item.at.isoformat()}
    if item.updated != item.at:
        dates["date_modified"] = item.updated.isoformat()
    return {**_said(facts), **dates, **content}


def _said(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value != ""}


def _content(page: str) -> str:
    """What stands in the page's main part, without the list that leads about the page."""
    found = _CONTENT.search(page)
    return _CONTENTS_LIST.sub("", found[1]).strip() if found else ""


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    child.text = text or None
    return child
