"""Stories as parts of an issue's document, with what placed and ranked them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from digest.model import (
    Coverage,
    Earlier,
    EntryKey,
    PlacedBy,
    Placement,
    Quote,
    ScorePart,
    Story,
)
from digest.store.codec.documents import (
    Document,
    dense,
    fields,
    image,
    keys,
    moment,
    read_fields,
    read_image,
    read_keys,
    read_wording,
    wording,
)


def story(value: Story) -> Document:
    """A story."""
    return dense(
        {
            "entries": keys(value.entries),
            "url": value.url,
            "headline": wording(value.headline),
            "excerpt": wording(value.excerpt),
            "source": value.source,
            "published_at": moment(value.published_at),
            "minutes": value.minutes,
            "authors": value.authors,
            "image": image(value.image),
            "reason": value.reason,
            "support": value.support,
            "placement": placement(value.placement),
            "score": score(value.score),
            "coverage": [_coverage(one) for one in value.coverage],
            "follows": _earlier(value.follows),
            "fields": fields(value.fields),
            "lead_in": wording(value.lead_in),
            "quotes": [quote(one) for one in value.quotes],
        }
    )


def read_story(document: Document) -> Story:
    """The story of :func:`story`."""
    return Story(
        entries=read_keys(document.get("entries", ())),
        url=document.get("url", ""),
        headline=read_wording(document.get("headline")),
        excerpt=read_wording(document.get("excerpt")),
        source=document.get("source", ""),
        published_at=datetime.fromisoformat(document["published_at"]),
        minutes=document["minutes"],
        authors=tuple(document.get("authors", ())),
        image=read_image(document.get("image")),
        reason=document.get("reason", ""),
        support=tuple(document.get("support", ())),
        placement=read_placement(document.get("placement")),
        score=read_score(document.get("score", ())),
        coverage=tuple(_read_coverage(one) for one in document.get("coverage", ())),
        follows=_read_earlier(document.get("follows")),
        fields=read_fields(document.get("fields", {})),
        lead_in=read_wording(document.get("lead_in")),
        quotes=tuple(read_quote(one) for one in document.get("quotes", ())),
    )


def placement(value: Placement | None) -> Sequence[Any] | None:
    """A placement, where there is one."""
    if value is None:
        return None
    return (value.topic, value.by.value, value.reason, value.confidence)


def read_placement(document: Sequence[Any] | None) -> Placement | None:
    """The placement of :func:`placement`."""
    if document is None:
        return None
    topic, by, reason, confidence = document
    return Placement(topic=topic, by=PlacedBy(by), reason=reason, confidence=confidence)


def score(parts: Sequence[ScorePart]) -> Sequence[Sequence[Any]]:
    """The parts of a score."""
    return [(part.name, part.value, part.weight) for part in parts]


def read_score(document: Sequence[Sequence[Any]]) -> tuple[ScorePart, ...]:
    """The parts of :func:`score`."""
    return tuple(
        ScorePart(name=name, value=value, weight=weight) for name, value, weight in document
    )


def quote(value: Quote) -> Sequence[Any]:
    """A quote and the line that leads to it."""
    return (wording(value.text), wording(value.pivot))


def read_quote(document: Sequence[Any]) -> Quote:
    """The quote of :func:`quote`."""
    text, pivot = document
    return Quote(text=read_wording(text), pivot=read_wording(pivot))


def _coverage(value: Coverage) -> Sequence[str]:
    return (value.source, value.url, value.headline, value.entry.feed, value.entry.id)


def _read_coverage(document: Sequence[str]) -> Coverage:
    source, url, headline, feed, entry_id = document
    entry = EntryKey(feed=feed, id=entry_id)
    return Coverage(source=source, url=url, headline=headline, entry=entry)


def _earlier(value: Earlier | None) -> Sequence[str | None] | None:
    if value is None:
        return None
    return (value.issue, value.headline, value.url, moment(value.date))


def _read_earlier(document: Sequence[str] | None) -> Earlier | None:
    if document is None:
        return None
    issue, headline, url, date = document
    return Earlier(issue=issue, headline=headline, url=url, date=datetime.fromisoformat(date))
