"""Entries and issues as JSON documents, and back.

A document carries its version as ``v``; empty fields are left out.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from digest.errors import StoreVersionError
from digest.model import (
    Entry,
    EntryKey,
    Image,
    Issue,
    IssueKey,
    IssueKind,
    Origin,
    Period,
    Section,
    Story,
    Wording,
)

VERSION = 1

Document = dict[str, Any]


def encode_entry(entry: Entry) -> str:
    """An entry as a JSON document."""
    return _write(
        {
            "key": _key(entry.key),
            "title": entry.title,
            "url": entry.url,
            "fingerprint": entry.fingerprint,
            "feed_title": entry.feed_title,
            "authors": entry.authors,
            "published_at": _moment(entry.published_at),
            "updated_at": _moment(entry.updated_at),
            "summary": entry.summary,
            "content": entry.content,
            "image": _image(entry.image),
            "categories": entry.categories,
            "language": entry.language,
            "support": entry.support,
            "full_text": entry.full_text or None,
        }
    )


def decode_entry(text: str) -> Entry:
    """The entry of a document.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    document = _read(text)
    return Entry(
        key=_read_key(document["key"]),
        title=document.get("title", ""),
        url=document.get("url", ""),
        fingerprint=document.get("fingerprint", ""),
        feed_title=document.get("feed_title", ""),
        authors=tuple(document.get("authors", ())),
        published_at=_read_moment(document.get("published_at")),
        updated_at=_read_moment(document.get("updated_at")),
        summary=document.get("summary", ""),
        content=document.get("content", ""),
        image=_read_image(document.get("image")),
        categories=tuple(document.get("categories", ())),
        language=document.get("language", ""),
        support=tuple(document.get("support", ())),
        full_text=document.get("full_text", False),
    )


def encode_issue(issue: Issue) -> str:
    """An issue as a JSON document."""
    return _write(
        {
            "newsletter": issue.key.newsletter,
            "start": _moment(issue.key.period.start),
            "end": _moment(issue.key.period.end),
            "slug": issue.slug,
            "kind": issue.kind.value,
            "title": _wording(issue.title),
            "subject": _wording(issue.subject),
            "preheader": _wording(issue.preheader),
            "intro": _wording(issue.intro),
            "lead": _story(issue.lead) if issue.lead else None,
            "sections": [_section(section) for section in issue.sections],
            "also_published": [_story(story) for story in issue.also_published],
        }
    )


def decode_issue(text: str) -> Issue:
    """The issue of a document.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    document = _read(text)
    period = Period(
        start=datetime.fromisoformat(document["start"]), end=datetime.fromisoformat(document["end"])
    )
    lead = document.get("lead")
    return Issue(
        key=IssueKey(newsletter=document.get("newsletter", ""), period=period),
        slug=document.get("slug", ""),
        kind=IssueKind(document["kind"]),
        title=_read_wording(document["title"]),
        subject=_read_wording(document["subject"]),
        preheader=_read_wording(document["preheader"]),
        intro=_read_wording(document["intro"]),
        lead=_read_story(lead) if lead else None,
        sections=tuple(_read_section(section) for section in document.get("sections", ())),
        also_published=tuple(_read_story(story) for story in document.get("also_published", ())),
    )


def _write(document: Document) -> str:
    full = _dense({"v": VERSION} | document)
    text = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8, but a JSON escape
        return json.dumps(full, separators=(",", ":"))
    return text


def _read(text: str) -> Document:
    document: Document = json.loads(text)
    if document["v"] != VERSION:
        message = f"a document has version {document['v']}; this program reads up to {VERSION}"
        raise StoreVersionError(message)
    return document


def _dense(document: Document) -> Document:
    return {name: value for name, value in document.items() if value not in ("", None, [], ())}


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


def _read_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _key(key: EntryKey) -> Sequence[str]:
    return (key.feed, key.id)


def _read_key(document: Sequence[str]) -> EntryKey:
    feed, entry_id = document
    return EntryKey(feed=feed, id=entry_id)


def _image(image: Image | None) -> Document | None:
    if image is None:
        return None
    return _dense(
        {
            "url": image.url,
            "alt": image.alt,
            "credit": image.credit,
            "width": image.width,
            "height": image.height,
        }
    )


def _read_image(document: Document | None) -> Image | None:
    if document is None:
        return None
    return Image(
        url=document.get("url", ""),
        alt=document.get("alt", ""),
        credit=document.get("credit", ""),
        width=document.get("width"),
        height=document.get("height"),
    )


def _wording(wording: Wording) -> Sequence[str]:
    return (wording.value, wording.origin.value)


def _read_wording(document: Sequence[str]) -> Wording:
    value, origin = document
    return Wording(value=value, origin=Origin(origin))


def _section(section: Section) -> Document:
    return {
        "topic": section.topic,
        "heading": _wording(section.heading),
        "stories": [_story(story) for story in section.stories],
    }


def _read_section(document: Document) -> Section:
    return Section(
        topic=document["topic"],
        heading=_read_wording(document["heading"]),
        stories=tuple(_read_story(story) for story in document["stories"]),
    )


def _story(story: Story) -> Document:
    return _dense(
        {
            "entries": [_key(key) for key in story.entries],
            "url": story.url,
            "headline": _wording(story.headline),
            "excerpt": _wording(story.excerpt),
            "source": story.source,
            "published_at": _moment(story.published_at),
            "minutes": story.minutes,
            "authors": story.authors,
            "image": _image(story.image),
            "reason": story.reason,
            "support": story.support,
        }
    )


def _read_story(document: Document) -> Story:
    return Story(
        entries=tuple(_read_key(key) for key in document.get("entries", ())),
        url=document.get("url", ""),
        headline=_read_wording(document["headline"]),
        excerpt=_read_wording(document["excerpt"]),
        source=document.get("source", ""),
        published_at=datetime.fromisoformat(document["published_at"]),
        minutes=document["minutes"],
        authors=tuple(document.get("authors", ())),
        image=_read_image(document.get("image")),
        reason=document.get("reason", ""),
        support=tuple(document.get("support", ())),
    )
