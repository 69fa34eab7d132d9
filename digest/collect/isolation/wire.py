"""Tasks and what comes of them as bytes, between the program and its parser processes.

JSON, and every value checked on arrival: whoever took over a parser through a hostile document
can answer with strange text, but can make the program build nothing other than these values.
"""

import json
from dataclasses import asdict
from typing import Any

from digest.collect.isolation.values import (
    entry_value,
    image_value,
    moment_value,
    read_duration,
    read_entry,
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
    ParsedFeed,
    ParseFailed,
    ParseJob,
    ParseResult,
    Selectors,
    SourceKind,
)

LENGTH = 8
"""How many bytes before a task or an answer say how long it is."""

Task = ParseJob | ArticleJob
"""What a parser process can be asked to do."""

_HEAD_LENGTH = 4
_SOURCE = "source"
_ARTICLE = "article"


def encode_task(task: Task) -> bytes:
    """A task: the length of its head, the head as JSON, and the document as it came."""
    fields = _article_head(task) if isinstance(task, ArticleJob) else _source_head(task)
    head = json.dumps(fields).encode()
    return len(head).to_bytes(_HEAD_LENGTH) + head + task.body


def decode_task(data: bytes) -> Task:
    """The task of these bytes.

    :raises ValueError: when they hold none.
    """
    end = _HEAD_LENGTH + int.from_bytes(data[:_HEAD_LENGTH])
    kind, *fields = json.loads(data[_HEAD_LENGTH:end])
    if kind == _SOURCE:
        return _source_task(fields, data[end:])
    if kind == _ARTICLE:
        return _article_task(fields, data[end:])
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
    ]


def _source_task(fields: list[Any], body: bytes) -> ParseJob:
    url, base, content_location, content_type, max_entries, kind, selectors = fields
    return ParseJob(
        url=url,
        body=body,
        base=base,
        content_location=content_location,
        content_type=content_type,
        max_entries=max_entries,
        kind=SourceKind(kind),
        selectors=Selectors(**selectors) if selectors else None,
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
