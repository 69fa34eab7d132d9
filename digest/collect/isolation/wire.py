"""Tasks and what comes of them as bytes, between the program and its parser processes.

JSON, and every value checked on arrival: whoever took over a parser through a hostile document
can answer with strange text, but can make the program build nothing other than these values.
"""

import json
from dataclasses import asdict
from typing import Any

from digest.collect.articles.imagesize import ImageSize, image_size
from digest.collect.isolation.values import (
    entry_value,
    fields_value,
    image_value,
    moment_value,
    read_duration,
    read_entry,
    read_fields,
    read_image,
    read_moment,
    read_text,
    read_texts,
)
from digest.model import (
    Article,
    ArticleJob,
    ArticleResult,
    NoArticle,
    NoPicture,
    ParsedFeed,
    ParseFailed,
    ParseJob,
    ParseResult,
    PictureJob,
    PictureResult,
    PreparedPicture,
    Selectors,
    SourceKind,
)

LENGTH = 8
"""How many bytes before a task or an answer say how long it is."""

Task = ParseJob | ArticleJob | PictureJob
"""What a parser process can be asked to do."""

_HEAD_LENGTH = 4
_SOURCE = "source"
_ARTICLE = "article"
_PICTURE = "picture"
_MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


def encode_task(task: Task) -> bytes:
    """A task: the length of its head, the head as JSON, and the document as it came."""
    return _framed(_head(task), task.body)


def decode_task(data: bytes) -> Task:
    """The task of these bytes.

    :raises ValueError: when they hold none.
    """
    (kind, *fields), body = _unframed(data)
    if kind == _SOURCE:
        return _source_task(fields, body)
    if kind == _ARTICLE:
        return _article_task(fields, body)
    if kind == _PICTURE:
        width, height, content_type = fields
        return PictureJob(body=body, width=width, height=height, content_type=content_type)
    raise ValueError("not a task")


def encode_result(result: ParseResult) -> bytes:
    """What came of reading a source."""
    if isinstance(result, ParseFailed):
        return _answer([result.reason])
    return _answer(
        [
            result.title,
            result.home_url,
            result.language,
            result.ttl.total_seconds() if result.ttl is not None else None,
            result.hub,
            result.topic,
            [entry_value(entry) for entry in result.entries],
            result.problems,
            result.next_page,
            result.complete,
            result.generator,
        ]
    )


def decode_result(data: bytes, *, url: str) -> ParseResult:
    """What came of reading a source, its entries those of the feed ``url``.

    :raises ValueError: when the bytes hold anything else.
    """
    match json.loads(data):
        case [str(reason)]:
            return ParseFailed(reason=reason)
        case [title, home_url, language, ttl, hub, topic, list(entries), problems, *rest]:
            next_page, complete, generator = rest
            return ParsedFeed(
                title=read_text(title),
                home_url=read_text(home_url),
                language=read_text(language),
                ttl=read_duration(ttl),
                hub=read_text(hub),
                topic=read_text(topic),
                next_page=read_text(next_page),
                complete=complete is True,
                generator=read_text(generator),
                entries=tuple(read_entry(entry, feed=url) for entry in entries),
                problems=read_texts(problems),
            )
    raise ValueError("neither a feed nor a failure")


def encode_article(result: ArticleResult) -> bytes:
    """What came of reading a page for its article."""
    if isinstance(result, NoArticle):
        return _answer([result.reason])
    return _answer(
        [
            result.content,
            result.words,
            result.url,
            result.title,
            result.description,
            image_value(result.image),
            result.authors,
            moment_value(result.published_at),
            result.language,
            result.support,
        ]
    )


def decode_article(data: bytes) -> ArticleResult:
    """What came of reading a page for its article.

    :raises ValueError: when the bytes hold anything else.
    """
    match json.loads(data):
        case [str(reason)]:
            return NoArticle(reason=reason)
        case [content, int(words), url, title, description, image, authors, published, *rest]:
            language, support = rest
            return Article(
                content=read_text(content),
                words=words,
                url=read_text(url),
                title=read_text(title),
                description=read_text(description),
                image=read_image(image),
                authors=read_texts(authors),
                published_at=read_moment(published),
                language=read_text(language),
                support=read_texts(support),
            )
    raise ValueError("neither an article nor why there is none")


def encode_picture(result: PictureResult) -> bytes:
    """What came of making a picture of a file: as a task, a head and the bytes."""
    if isinstance(result, NoPicture):
        return _framed([result.reason], b"")
    return _framed([result.media_type, result.width, result.height], result.body)


def decode_picture(data: bytes) -> PictureResult:
    """What came of making a picture of a file.

    :raises ValueError: when the bytes hold anything else, or a file that is not what it says.
    """
    head, body = _unframed(data)
    match head:
        case [str(reason)] if not body:
            return NoPicture(reason=reason)
        case [str(media_type), int(width), int(height)]:
            size = ImageSize(width=width, height=height)
            if body.startswith(_MAGIC.get(media_type, b"\0")) and image_size(body) == size:
                return PreparedPicture(body=body, media_type=media_type, width=width, height=height)
    raise ValueError("neither a picture nor why there is none")


def _framed(head: list[Any], body: bytes) -> bytes:
    written = json.dumps(head).encode()
    return len(written).to_bytes(_HEAD_LENGTH) + written + body


def _unframed(data: bytes) -> tuple[list[Any], bytes]:
    end = _HEAD_LENGTH + int.from_bytes(data[:_HEAD_LENGTH])
    return [*json.loads(data[_HEAD_LENGTH:end])], data[end:]


def _head(task: Task) -> list[Any]:
    match task:
        case ArticleJob():
            return _article_head(task)
        case PictureJob():
            return [_PICTURE, task.width, task.height, task.content_type]
        case _:
            return _source_head(task)


def _source_head(job: ParseJob) -> list[Any]:
    return [
        _SOURCE,
        job.url,
        job.base,
        job.content_location,
        job.content_type,
        job.max_entries,
        job.kind,
        asdict(job.selectors) if job.selectors else None,
        fields_value(job.fields),
    ]


def _source_task(fields: list[Any], body: bytes) -> ParseJob:
    url, base, content_location, content_type, max_entries, kind, selectors, kept = fields
    return ParseJob(
        url=url,
        body=body,
        base=base,
        content_location=content_location,
        content_type=content_type,
        max_entries=max_entries,
        kind=SourceKind(kind),
        selectors=Selectors(**selectors) if selectors else None,
        fields=read_fields(kept),
    )


def _article_head(job: ArticleJob) -> list[Any]:
    return [_ARTICLE, job.entry.key.feed, entry_value(job.entry), job.url, job.content_type]


def _article_task(fields: list[Any], body: bytes) -> ArticleJob:
    feed, entry, url, content_type = fields
    return ArticleJob(
        entry=read_entry(entry, feed=feed), url=url, body=body, content_type=content_type
    )


def _answer(document: list[Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, check_circular=False).encode("utf-8", "replace")
