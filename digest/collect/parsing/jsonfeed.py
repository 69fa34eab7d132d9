"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read without trusting a single field's type."""

import json
from collections.abc import Sequence
from dataclasses import replace

from digest.collect.dates import read_date
from digest.collect.document import Markup, RawEntry, RawFeed
from digest.collect.images import side
from digest.collect.parsing.encoding import decode
from digest.collect.parsing.fields import json_fields
from digest.collect.wording import is_html
from digest.model import Attribute, Image, ParseFailed

_VERSION = "jsonfeed.org/version/"


def looks_like_json(body: bytes) -> bool:
    """Whether the document can only be JSON."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_json_feed(
    body: bytes, content_type: str = "", *, fields: Sequence[Attribute] = ()
) -> RawFeed | ParseFailed:
    """The document as a feed. Items that are no objects are left out and counted.

    ``fields`` are paths to what else is kept of each item; publishers' own stand in objects whose
    names begin with an underscore (JSON Feed 1.1, "Extensions").
    """
    try:
        document = json.loads(decode(body, content_type).text)
    except (ValueError, RecursionError):
        return ParseFailed(reason="the document begins as JSON, but is broken or cut off")
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(items, list):
        return ParseFailed(reason="the document is JSON, but no JSON Feed: it has no list of items")
    entries = tuple(
        replace(_entry(item), fields=json_fields(item, fields))
        for item in items
        if isinstance(item, dict)
    )
    return RawFeed(
        title=Markup(text=_text(document, "title")),
        home_url=_text(document, "home_page_url"),
        language=_text(document, "language"),
        hub=_hub(document),
        topic=_text(document, "feed_url"),
        next_page=_text(document, "next_url"),
        authors=_authors(document),
        entries=entries,
        problems=_problems(document, skipped=len(items) - len(entries)),
    )


def _hub(document: dict[str, object]) -> str:
    """The WebSub hub; the specification lists hubs of other protocols beside it."""
    hubs = _objects(document, "hubs")
    return next((_text(hub, "url") for hub in hubs if _text(hub, "type") == "WebSub"), "")


def _problems(document: dict[str, object], *, skipped: int) -> tuple[str, ...]:
    found = []
    if _VERSION not in _text(document, "version"):
        found.append("the document does not say that it is a JSON Feed")
    if skipped:
        found.append(f"{skipped} items are not objects and were dropped")
    return tuple(found)


def _entry(item: dict[str, object]) -> RawEntry:
    html = _text(item, "content_html")
    content = Markup(text=html, html=True) if html else Markup(text=_text(item, "content_text"))
    summary = _text(item, "summary")
    page, elsewhere = _text(item, "url"), _text(item, "external_url")
    attachments = _objects(item, "attachments")
    return RawEntry(
        id=_text(item, "id"),
        links=tuple(filter(None, (page, elsewhere, *(_text(a, "url") for a in attachments)))),
        title=Markup(text=_text(item, "title")),
        summary=Markup(text=summary, html=is_html(summary)),
        content=content,
        base=page,
        authors=_authors(item),
        categories=_texts(item, "tags"),
        images=_images(item, attachments),
        published_at=read_date(_text(item, "date_published")),
        updated_at=read_date(_text(item, "date_modified")),
        language=_text(item, "language"),
    )


def _images(item: dict[str, object], attachments: list[dict[str, object]]) -> tuple[Image, ...]:
    named = (_text(item, "image"), _text(item, "banner_image"))
    pictures = (a for a in attachments if _text(a, "mime_type").startswith("image/"))
    return (
        *(Image(url=url) for url in named if url),
        *(
            Image(
                url=_text(a, "url"),
                alt=_text(a, "title"),
                width=side(a.get("width")),
                height=side(a.get("height")),
            )
            for a in pictures
        ),
    )


def _authors(item: dict[str, object]) -> tuple[str, ...]:
    """Version 1.1 has a list, 1.0 a single object."""
    listed = [_text(author, "name") for author in _objects(item, "authors")]
    single = item.get("author")
    if not any(listed) and isinstance(single, dict):
        listed = [_text(single, "name")]
    return tuple(filter(None, listed))


def _text(item: dict[str, object], key: str) -> str:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # JSON can spell lone surrogates, which nothing can store or send.
    return _printed(value).encode("utf-8", "replace").decode() if value != "" else ""


def _printed(value: str | float) -> str:
    try:
        return str(value).strip()
    except ValueError:  # an integer of thousands of digits
        return ""


def _texts(item: dict[str, object], key: str) -> tuple[str, ...]:
    values = item.get(key)
    return tuple(v for v in values if isinstance(v, str)) if isinstance(values, list) else ()


def _objects(item: dict[str, object], key: str) -> list[dict[str, object]]:
    values = item.get(key)
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []
