"""A feed's bytes into entries: RSS 0.9x to 2.0, RDF and Atom by feedparser, JSON Feed by us.

This is the only home of feedparser, with its sanitiser and URL resolution switched off:
:mod:`digest.collect.sanitise` does both, in linear time.
"""

import codecs
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8

from digest.collect.document import Markup, RawEntry, RawFeed
from digest.collect.images import side
from digest.collect.jsonfeed import looks_like_json, read_json_feed
from digest.collect.normalise import normalise
from digest.collect.wording import has_tags, is_html
from digest.model import Image, ParseFailed, ParseResult

_HTML_TYPES = ("text/html", "application/xhtml+xml", "html", "xhtml")
_FIRST_ELEMENT = re.compile(rb"<\w")
_MAIL = re.compile(r"\S+@\S+")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", re.IGNORECASE)
_ITEM = re.compile(rb"<((?:[\w-]+:)?(?:item|entry))[\s>/]", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"^<\?xml[^>]*\?>\s*")
_UTF_16 = ((codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
_PROLOG_SKIPS = ((b"<!--", b"-->"), (b"<?", b"?>"))
_KEYWORDS = re.compile(rb"<(?:[\w-]+:)?keywords\b[^>]*(?<!/)>")
_TAG_OR_ITEM = re.compile(rb"<(?:[\w-]+:)?(?:(category|subject)|item|entry)\b")
_MAX_CATEGORIES = 5_000
_MAX_KEYWORDS_LENGTH = 20_000
_SNIFFED = 2_000


def parse_feed(
    body: bytes, *, url: str, base: str = "", content_type: str = "", max_entries: int = 2000
) -> ParseResult:
    """Read a document as a feed. Never raises: what is no feed is a :class:`ParseFailed`.

    ``url`` is the feed's own, and identifies it in every entry's key; ``base`` is where the
    document was found in the end, and what its relative links start from. A document that breaks
    off gives the entries before the break and a sentence in ``problems``.
    """
    if not body.strip(b"\x00\t\n\r \xef\xbb\xbf\xfe\xff"):
        return ParseFailed(reason="the document is empty")
    # An XML declaration may only stand at the very start; blank lines before it are common.
    body = body.lstrip(b" \t\r\n")
    if looks_like_json(body):
        raw = read_json_feed(body)
    else:
        raw = _read_xml(body, url=base or url, content_type=content_type, most=max_entries)
    if isinstance(raw, ParseFailed):
        return raw
    return normalise(raw, url=url, base=base or url, max_entries=max_entries)


def _read_xml(body: bytes, *, url: str, content_type: str, most: int) -> RawFeed | ParseFailed:
    headers = _headers(body, content_type)
    encoding: dict[str, object] = {}
    try:
        # Entities are looked for in what the parser will see, whatever the encoding hides.
        text = convert_to_utf8(headers, body, encoding)
        if _declares_entities(text):
            return ParseFailed(reason="the document declares XML entities, which are not read")
        if _overtagged(text):
            return ParseFailed(reason="an entry carries thousands of categories; it is not read")
        document = feedparser.parse(
            io.BytesIO(_cut(text, most)),
            response_headers=_reading_headers(text, url),
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # noqa: BLE001 - feedparser raises whatever broken markup trips
        return ParseFailed(reason=f"the document cannot be read ({type(error).__name__})")
    if not document.version and not document.entries:
        return ParseFailed(reason=_what_it_is(text))
    return _feed(document, url=url, undecodable=not encoding.get("encoding"))


def _headers(body: bytes, content_type: str) -> dict[str, str]:
    """What feedparser tells the encoding by; a UTF-16 mark overrides what the server says."""
    marked = next((name for mark, name in _UTF_16 if body.startswith(mark)), "")
    if marked and not body.startswith(codecs.BOM_UTF32_LE):
        return {"content-type": f"application/xml; charset={marked}"}
    return {"content-type": content_type} if content_type else {}


def _reading_headers(text: bytes, url: str) -> dict[str, str]:
    """Feedparser joins URLs only where nested bases ask for it; normalise joins all others."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    return headers | {"content-location": url} if b"xml:base" in text else headers


def _declares_entities(text: bytes) -> bool:
    """Whether a DTD declares entities, where expat or feedparser's own reader would see it."""
    lower = text.lower()
    if b"<!entity" not in lower:
        return False
    first = _FIRST_ELEMENT.search(lower)
    return b"<!entity" in lower[: first.start() if first else None] or _has_doctype(lower)


def _overtagged(text: bytes) -> bool:
    """Whether one entry has so many categories that feedparser, comparing all pairs, would hang."""
    for match in _KEYWORDS.finditer(text):
        end = text.find(b"keywords>", match.end())
        if (len(text) if end == -1 else end) - match.end() > _MAX_KEYWORDS_LENGTH:
            return True
    if text.count(b"category") + text.count(b"subject") <= _MAX_CATEGORIES:
        return False
    run = 0
    for match in _TAG_OR_ITEM.finditer(text):
        run = run + 1 if match[1] else 0
        if run > _MAX_CATEGORIES:
            return True
    return False


def _has_doctype(lower: bytes) -> bool:
    """Whether the prolog, comments and instructions skipped, holds a document type."""
    place = lower.find(b"<")
    while place != -1:
        skip = next((end for start, end in _PROLOG_SKIPS if lower.startswith(start, place)), None)
        if skip is None:
            return lower.startswith(b"<!", place)
        end = lower.find(skip, place + 2)
        place = lower.find(b"<", end) if end != -1 else -1
    return False


def _cut(text: bytes, most: int) -> bytes:
    """The document without the items beyond ``most``, but with its last tags.

    One more is left in, so that its presence can be told.
    """
    if text.count(b"<item") + text.count(b"<entry") + text.count(b":entry") <= most:
        return text
    for count, match in enumerate(_ITEM.finditer(text)):
        if count > most:
            root_end = text.rfind(b"</")
            channel_end = text.rfind(b"</channel", 0, root_end)
            last_item = text.rfind(b"</" + match[1])
            tail = text[channel_end if channel_end > last_item else root_end :]
            return text[: match.start()] + (tail if root_end > last_item else b"")
    return text


def _what_it_is(text: bytes) -> str:
    head = _XML_DECLARATION.sub(b"", text[:_SNIFFED].lower())
    if b"<!doctype html" in head or b"<html" in head:
        return "the document is an HTML page, not a feed"
    if b"<opml" in head:
        return "the document is an OPML list of feeds, not a feed"
    if head.startswith(b"<"):
        return "the document is XML, but neither RSS nor Atom"
    return "the document is not a feed"


def _feed(document: Any, *, url: str, undecodable: bool) -> RawFeed:  # noqa: ANN401 - untyped library
    feed = document.feed
    atom = str(document.version or "").startswith("atom")
    return RawFeed(
        title=_markup(feed, "title", atom=atom),
        home_url=_home(feed),
        language=_str(feed.get("language")),
        authors=tuple(_authors(feed)),
        entries=tuple(_entry(item, url=url, atom=atom) for item in document.entries),
        problems=tuple(_problems(document, undecodable=undecodable)),
    )


def _problems(document: Any, *, undecodable: bool) -> Iterator[str]:  # noqa: ANN401 - untyped library
    if undecodable:
        yield "the document's text encoding is unknown; some characters may be wrong"
    error = document.get("bozo_exception")
    if document.get("bozo") and error is not None:
        message = getattr(error, "getMessage", lambda: str(error))()
        line = getattr(error, "getLineNumber", lambda: None)()
        place = f" at line {line}" if line else ""
        yield f"the document is broken{place} ({message}); what could be read was kept"


def _home(feed: Mapping[str, Any]) -> str:
    """The site's page: feedparser's ``link`` may be the feed itself where Atom lists several."""
    for link in feed.get("links", ()):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return _str(link["href"])
    return _str(feed.get("link"))


def _entry(item: Mapping[str, Any], *, url: str, atom: bool) -> RawEntry:
    content, summary = _content(item, atom=atom), _markup(item, "summary", atom=atom)
    if content.text and not item.get("summary_detail"):
        summary = Markup()  # feedparser's copy of the content
    detail = (item.get("content") or [item.get("summary_detail") or {}])[0]
    links = tuple(_links(item))
    stated = _str(detail.get("base"))
    return RawEntry(
        id=_str(item.get("id")),
        links=links,
        title=_markup(item, "title", atom=atom),
        summary=summary,
        content=content,
        base=stated if stated not in ("", url) else "",
        authors=tuple(_authors(item)),
        categories=tuple(_categories(item)),
        images=tuple(_images(item)),
        credit=_credit(item),
        published_at=_date(item, "published_parsed") or _date(item, "created_parsed"),
        updated_at=_date(item, "updated_parsed"),
        language=_str(item.get("language")) or _str(detail.get("language")),
    )


def _markup(item: Mapping[str, Any], key: str, *, atom: bool) -> Markup:
    """A text construct. Atom says what it is (RFC 4287, 3.1); for RSS it has to be guessed."""
    text = _str(item.get(key))
    detail = item.get(f"{key}_detail") or {}
    declared = _str(detail.get("type")).lower() in _HTML_TYPES
    return Markup(text=text, html=_html(text, declared=declared, atom=atom, key=key))


def _html(text: str, *, declared: bool, atom: bool, key: str) -> bool:
    if atom and key == "title":
        return declared
    if atom:
        # Left undeclared it is text by the book, and HTML by the look of many feeds.
        return declared or has_tags(text)
    # An RSS description is HTML by custom, a title is so only if it looks like it.
    return is_html(text) or (declared and key != "title")


def _content(item: Mapping[str, Any], *, atom: bool) -> Markup:
    """The fullest of an entry's contents, HTML before plain text."""
    found = [
        Markup(
            text=_str(part.get("value")),
            html=_html(
                _str(part.get("value")),
                declared=_str(part.get("type")).lower() in _HTML_TYPES,
                atom=atom,
                key="content",
            ),
        )
        for part in item.get("content") or ()
        if _str(part.get("type")).startswith(("text/", "application/xhtml")) or not part.get("type")
    ]
    return max(found, key=lambda markup: (markup.html, len(markup.text)), default=Markup())


def _links(item: Mapping[str, Any]) -> Iterator[str]:
    if item.get("feedburner_origlink"):
        yield _str(item["feedburner_origlink"])
    links = item.get("links") or ()
    alternates = [link for link in links if link.get("rel", "alternate") == "alternate"]
    if not alternates and item.get("link"):
        yield _str(item["link"])
    yield from (_str(link["href"]) for link in alternates if link.get("href"))
    yield from (_str(part["href"]) for part in item.get("enclosures") or () if part.get("href"))


def _authors(item: Mapping[str, Any]) -> Iterator[str]:
    people = [author for author in item.get("authors") or () if author]
    named = [_str(person.get("name")) for person in people if not _is_remnant(person)]
    for name in named if people else [_str(item.get("author"))]:
        rest = name.partition("(")[2] if name.count("(") > name.count(")") else name
        # An address is not a byline, and no publisher wants to spread it.
        if shown := _MAIL.sub("", rest).strip(" ()<>,;"):
            yield shown


def _is_remnant(person: Mapping[str, Any]) -> bool:
    """Feedparser cuts top-level domains after four letters and calls the rest a name."""
    name = _str(person.get("name"))
    return bool(person.get("email")) and name.isalpha() and name.islower()


def _categories(item: Mapping[str, Any]) -> Iterator[str]:
    for tag in item.get("tags") or ():
        name = _str(tag.get("label")) or _str(tag.get("term"))
        if not name.startswith(("http://", "https://")):  # a kind of thing, in Google's feeds
            yield name


def _images(item: Mapping[str, Any]) -> Iterator[Image]:
    media = [_image(part) for part in item.get("media_content") or () if _is_picture(part)]
    yield from _widest(media)
    yield from _widest([_image(part) for part in item.get("media_thumbnail") or ()])
    for part in item.get("enclosures") or ():
        if _is_picture(part):
            yield Image(url=_str(part.get("href")))
    picture = item.get("image")
    if isinstance(picture, Mapping):
        yield Image(url=_str(picture.get("href")))


def _widest(images: Sequence[Image]) -> list[Image]:
    return sorted(images, key=lambda image: -(image.width or 0))


def _image(part: Mapping[str, Any]) -> Image:
    return Image(
        url=_str(part.get("url")), width=side(part.get("width")), height=side(part.get("height"))
    )


def _is_picture(part: Mapping[str, Any]) -> bool:
    kind, medium = _str(part.get("type")), _str(part.get("medium"))
    if kind or medium:
        return kind.startswith("image/") or (medium == "image" and not kind)
    return bool(_PICTURE_FILE.search(_str(part.get("url")) or _str(part.get("href"))))


def _credit(item: Mapping[str, Any]) -> str:
    credits_ = item.get("media_credit") or ()
    return next((_str(part.get("content")) for part in credits_ if part.get("content")), "")


def _date(item: Mapping[str, Any], key: str) -> datetime | None:
    # Asking with get() would make feedparser lend the other date, and warn about it.
    if key not in item:
        return None
    try:
        year, month, day, hour, minute, second, *_ = item[key]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _str(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
