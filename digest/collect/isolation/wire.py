"""Jobs and results as bytes between the program and its parser processes, and back.

JSON, and every value checked on arrival: whoever took over a parser through a hostile feed can
answer with strange text, but can make the program build nothing other than these values.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.model import (
    Entry,
    EntryKey,
    Image,
    ParsedFeed,
    ParseFailed,
    ParseJob,
    ParseResult,
    Selectors,
    SourceKind,
)

LENGTH = 8
"""How many bytes before a job or a result say how long it is."""

_HEAD_LENGTH = 4


def encode_job(job: ParseJob) -> bytes:
    """A job: the length of its head, the head as JSON, and the document as it came."""
    head = json.dumps(
        [
            job.url,
            job.base,
            job.content_location,
            job.content_type,
            job.max_entries,
            job.kind,
            asdict(job.selectors) if job.selectors else None,
        ]
    ).encode()
    return len(head).to_bytes(_HEAD_LENGTH) + head + job.body


def decode_job(data: bytes) -> ParseJob:
    """The job of these bytes."""
    end = _HEAD_LENGTH + int.from_bytes(data[:_HEAD_LENGTH])
    url, base, content_location, content_type, max_entries, kind, selectors = json.loads(
        data[_HEAD_LENGTH:end]
    )
    return ParseJob(
        url=url,
        body=data[end:],
        base=base,
        content_location=content_location,
        content_type=content_type,
        max_entries=max_entries,
        kind=SourceKind(kind),
        selectors=Selectors(**selectors) if selectors else None,
    )


def encode_result(result: ParseResult) -> bytes:
    """A result as JSON."""
    document = (
        [result.reason]
        if isinstance(result, ParseFailed)
        else [
            result.title,
            result.home_url,
            result.language,
            result.ttl.total_seconds() if result.ttl is not None else None,
            result.hub,
            result.topic,
            [_entry(entry) for entry in result.entries],
            result.problems,
        ]
    )
    return json.dumps(document, ensure_ascii=False, check_circular=False).encode("utf-8", "replace")


def decode_result(data: bytes, *, url: str) -> ParseResult:
    """The result of these bytes, its entries those of the feed ``url``.

    :raises ValueError: when they hold anything else.
    """
    match json.loads(data):
        case [str(reason)]:
            return ParseFailed(reason=reason)
        case [title, home_url, language, ttl, hub, topic, list(entries), problems]:
            return ParsedFeed(
                title=_text(title),
                home_url=_text(home_url),
                language=_text(language),
                ttl=_seconds(ttl),
                hub=_text(hub),
                topic=_text(topic),
                entries=tuple(_read_entry(entry, url) for entry in entries),
                problems=_texts(problems),
            )
    raise ValueError("neither a feed nor a failure")


def _entry(entry: Entry) -> list[Any]:
    image = entry.image
    return [
        entry.key.id,
        entry.title,
        entry.url,
        entry.fingerprint,
        entry.feed_title,
        entry.authors,
        _timestamp(entry.published_at),
        _timestamp(entry.updated_at),
        entry.summary,
        entry.content,
        [image.url, image.alt, image.credit, image.width, image.height] if image else None,
        entry.categories,
        entry.language,
        entry.support,
    ]


def _read_entry(document: object, url: str) -> Entry:
    match document:
        case [id_, title, page, fingerprint, feed_title, authors, published, updated, *rest]:
            summary, content, image, categories, language, support = rest
        case _:
            raise ValueError("not an entry")
    return Entry(
        key=EntryKey(feed=url, id=_text(id_)),
        title=_text(title),
        url=_text(page),
        fingerprint=_text(fingerprint),
        feed_title=_text(feed_title),
        authors=_texts(authors),
        published_at=_moment(published),
        updated_at=_moment(updated),
        summary=_text(summary),
        content=_text(content),
        image=_image(image),
        categories=_texts(categories),
        language=_text(language),
        support=_texts(support),
    )


def _image(document: object) -> Image | None:
    match document:
        case None:
            return None
        case [str(url), str(alt), str(credit), int() | None as width, int() | None as height]:
            return Image(url=url, alt=alt, credit=credit, width=width, height=height)
    raise ValueError("not an image")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("not a text")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(item) for item in value)
    raise ValueError("not a list of texts")


def _timestamp(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("not an aware datetime")
    return moment.astimezone(UTC)


def _seconds(value: object) -> timedelta | None:
    if value is None:
        return None
    if isinstance(value, int | float) and 0 <= value <= timedelta.max.total_seconds():
        return timedelta(seconds=value)
    raise ValueError("not a duration")
