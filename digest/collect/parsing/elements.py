"""From the dictionaries that feedparser makes of a document to the document as we read it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from digest.collect.dates import read_date
from digest.collect.document import Markup, RawEntry, RawFeed
from digest.collect.images import side
from digest.collect.parsing.exports import published
from digest.collect.parsing.fields import element_fields
from digest.collect.wording import has_tags, is_html
from digest.model import Attribute, Image

_Element = Mapping[str, Any]

_HTML_TYPES = ("text/html", "application/xhtml+xml", "html", "xhtml")
_PAGES = ("", "text/html", "application/xhtml+xml")
_MAIL = re.compile(r"\S+@\S+")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", re.IGNORECASE)
_PUBLISHED = ("published", "created", "date", "prism_publicationdate", "prism_coverdate")
_UPDATED = ("updated", "lastbuilddate", "prism_modificationdate")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_MAX_TTL_DIGITS = 6
_MAX_FREQUENCY_DIGITS = 4


def read_elements(
    feed: _Element,
    entries: Sequence[_Element],
    *,
    url: str,
    atom: bool,
    problems: tuple[str, ...],
    fields: Sequence[Attribute],
) -> RawFeed:
    """The document that feedparser read from ``url`` as ``feed`` and ``entries``.

    ``fields`` are kept of each entry, too; see :func:`~digest.collect.parsing.fields.element_key`.
    """
    language = _str(feed.get("language"))
    entries, left_out = published(feed, entries)
    return RawFeed(
        title=_markup(feed, "title", atom=atom),
        home_url=_home(feed),
        language=language,
        ttl=_ttl(feed),
        hub=_linked(feed, "hub"),
        topic=_linked(feed, "self"),
        # An archive's pages never change, which those of a paged feed do (RFC 5005, section 4).
        next_page=_linked(feed, "prev-archive") or _linked(feed, "next"),
        complete="fh_complete" in feed,
        generator=_generator(feed),
        authors=tuple(_authors(feed)),
        entries=tuple(
            replace(
                _entry(item, url=url, atom=atom, language=language),
                fields=element_fields(item, fields),
            )
            for item in entries
        ),
        problems=(*problems, *filter(None, (left_out,))),
    )


def _home(feed: _Element) -> str:
    """The site's page: feedparser's ``link`` may be the feed itself where Atom lists several."""
    for link in _parts(feed, "links"):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return _str(link["href"])
    return _str(feed.get("link"))


def _linked(feed: _Element, relation: str) -> str:
    links = (link for link in _parts(feed, "links") if link.get("rel") == relation)
    return next((_str(link["href"]) for link in links if link.get("href")), "")


def _generator(feed: _Element) -> str:
    detail = feed.get("generator_detail")
    about = (detail.get("name"), detail.get("href")) if isinstance(detail, dict) else ()
    return " ".join(filter(None, map(_str, (feed.get("generator"), *about))))


def _ttl(feed: _Element) -> timedelta | None:
    """RSS's ``ttl`` in minutes, else the syndication module's period over its frequency."""
    minutes = _str(feed.get("ttl"))
    if minutes.isascii() and minutes.isdecimal() and len(minutes) <= _MAX_TTL_DIGITS:
        return timedelta(minutes=int(minutes)) or None
    period = _PERIODS.get(_str(feed.get("sy_updateperiod")).lower())
    often = _str(feed.get("sy_updatefrequency"))
    sane = often.isascii() and often.isdecimal() and len(often) <= _MAX_FREQUENCY_DIGITS
    return period / (int(often) or 1 if sane else 1) if period else None


def _entry(item: _Element, *, url: str, atom: bool, language: str) -> RawEntry:
    content, summary = _texts(item, atom=atom)
    detail = _detail(item)
    stated = _str(detail.get("base"))
    return RawEntry(
        id=_str(item.get("id")),
        links=tuple(_links(item)),
        title=_markup(item, "title", atom=atom),
        summary=summary,
        content=content,
        base=stated if stated not in ("", url) else "",
        authors=tuple(_authors(item)),
        categories=tuple(_categories(item)),
        images=tuple(_images(item)),
        credit=_credit(item),
        published_at=_date(item, _PUBLISHED, language),
        updated_at=_date(item, _UPDATED, language),
        language=_str(item.get("language")) or _str(detail.get("language")),
    )


def _detail(item: _Element) -> _Element:
    """What is known of the text that matters most: its base and its language."""
    contents = _parts(item, "content")
    found = contents[0] if contents else item.get("summary_detail") or item.get("title_detail")
    return found if isinstance(found, dict) else {}


def _texts(item: _Element, *, atom: bool) -> tuple[Markup, Markup]:
    """The content and the summary of an entry: whatever the fuller text is called."""
    content, summary = _content(item, atom=atom), _markup(item, "summary", atom=atom)
    if content.text and not item.get("summary_detail"):
        summary = Markup()  # feedparser's copy of the content
    if not summary.text and not content.text:
        about = _str(item.get("media_description")) or _str(item.get("subtitle"))
        summary = Markup(text=about, html=is_html(about))
    if content.text and summary.html and not content.html and len(summary.text) > len(content.text):
        return summary, content
    return content, summary


def _markup(item: _Element, key: str, *, atom: bool) -> Markup:
    """A text construct. Atom says what it is (RFC 4287, 3.1); for RSS it has to be guessed."""
    text = _str(item.get(key))
    detail = item.get(f"{key}_detail")
    known = detail if isinstance(detail, dict) else {}
    return Markup(text=text, html=_html(text, known, atom=atom, key=key))


def _html(text: str, detail: _Element, *, atom: bool, key: str) -> bool:
    declared = _str(detail.get("type")).lower() in _HTML_TYPES
    if atom and key == "title":
        # Many write entities without saying that it is HTML; hardly anybody means them literally.
        escaped_twice = not detail.get("stated", True) and "<" not in text and is_html(text)
        return declared or escaped_twice
    if atom:
        # Left undeclared it is text by the book, and HTML by the look of many feeds.
        return declared or has_tags(text)
    # An RSS description is HTML by custom, a title is so only if it looks like it.
    return is_html(text) or (declared and key != "title")


def _content(item: _Element, *, atom: bool) -> Markup:
    """The fullest of an entry's contents, HTML before plain text."""
    found = [
        Markup(
            text=_str(part.get("value")),
            html=_html(_str(part.get("value")), part, atom=atom, key="content"),
        )
        for part in _parts(item, "content")
        if _str(part.get("type") or "text/").startswith(("text/", "application/xhtml"))
    ]
    return max(found, key=lambda markup: (markup.html, len(markup.text)), default=Markup())


def _links(item: _Element) -> Iterator[str]:
    """Candidates for the entry's page, best first."""
    if item.get("feedburner_origlink"):
        yield _str(item["feedburner_origlink"])
    links = [link for link in _parts(item, "links") if link.get("href")]
    alternates = [link for link in links if link.get("rel", "alternate") == "alternate"]
    # An Atom entry may list its page in other formats too.
    alternates.sort(key=lambda link: link.get("type", "") not in _PAGES)
    if not alternates and item.get("link"):
        yield _str(item["link"])
    yield from (_str(link["href"]) for link in alternates)
    for relation in ("related", "via", "enclosure"):
        yield from (_str(link["href"]) for link in links if link.get("rel") == relation)
    if isinstance(item.get("media_player"), dict):
        yield _str(item["media_player"].get("url"))
    yield from (_str(part.get("url")) for part in _parts(item, "media_content"))


def _authors(item: _Element) -> Iterator[str]:
    people = [author for author in _parts(item, "authors") if author]
    named = [_str(person.get("name")) for person in people if not _is_remnant(person)]
    for name in named if people else [_str(item.get("author"))]:
        rest = name.partition("(")[2] if name.count("(") > name.count(")") else name
        # An address is not a byline, and no publisher wants to spread it.
        if shown := _MAIL.sub("", rest).strip(" ()<>,;"):
            yield shown


def _is_remnant(person: _Element) -> bool:
    """Feedparser cuts top-level domains after four letters and calls the rest a name."""
    name = _str(person.get("name"))
    return bool(person.get("email")) and name.isalpha() and name.islower()


def _categories(item: _Element) -> Iterator[str]:
    for tag in _parts(item, "tags"):
        name = _str(tag.get("label")) or _str(tag.get("term"))
        if not name.startswith(("http://", "https://")):  # a kind of thing, in Google's feeds
            yield name


def _images(item: _Element) -> Iterator[Image]:
    media = [_image(part) for part in _parts(item, "media_content") if _is_picture(part)]
    yield from _widest(media)
    yield from _widest([_image(part) for part in _parts(item, "media_thumbnail")])
    for part in _parts(item, "links"):
        if part.get("rel") == "enclosure" and _is_picture(part):
            yield Image(url=_str(part.get("href")))
    for name in ("image", "thumbnail"):
        picture = item.get(name)
        if isinstance(picture, dict):
            yield Image(url=_str(picture.get("href")) or _str(picture.get("url")))
        elif isinstance(picture, str):
            yield Image(url=_str(picture))
    if _PICTURE_FILE.search(_str(item.get("href"))):  # of an image element with an url in it
        yield Image(url=_str(item["href"]))


def _widest(images: Sequence[Image]) -> list[Image]:
    return sorted(images, key=lambda image: -(image.width or 0))


def _image(part: _Element) -> Image:
    return Image(
        url=_str(part.get("url")), width=side(part.get("width")), height=side(part.get("height"))
    )


def _is_picture(part: _Element) -> bool:
    kind, medium = _str(part.get("type")), _str(part.get("medium"))
    if kind or medium:
        return kind.startswith("image/") or (medium == "image" and not kind)
    return bool(_PICTURE_FILE.search(_str(part.get("url")) or _str(part.get("href"))))


def _credit(item: _Element) -> str:
    credits_ = _parts(item, "media_credit")
    return next((_str(part.get("content")) for part in credits_ if part.get("content")), "")


def _date(item: _Element, names: Sequence[str], language: str) -> datetime | None:
    stated = (_str(item.get(name)) for name in names)
    found = (read_date(text, language) for text in stated if text)
    return next((moment for moment in found if moment), None)


def _parts(item: _Element, name: str) -> list[_Element]:
    """The elements of one name; a feed may well call something else by it."""
    found = item.get(name)
    # Plain copies: feedparser's own dictionaries take ten times as long to be asked.
    listed = found if isinstance(found, list) else ()
    return [dict(part) for part in listed if isinstance(part, dict)]


def _str(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
