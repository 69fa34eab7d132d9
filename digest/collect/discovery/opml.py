"""Lists of feeds in and out, as OPML 2.0 (opml.org/spec2.opml)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from lxml import etree

from digest.collect.urls import absolute_url
from digest.collect.wording import name_of, one_line
from digest.model import Attribute, Feed, SourceKind

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"(?:\{[^{}\s]+\})?[A-Za-z_][\w.-]*")
# What Feed has fields for; every other attribute is kept as it is.
_READ = frozenset({"type", "text", "title", "xmlurl", "category"})
_MAX_ATTRIBUTES = 30
_MAX_VALUE = 1_000


def read_opml(document: bytes) -> tuple[Feed, ...]:
    """The feeds an OPML file lists, each URL once, in the file's order.

    Folders and categories become tags, attributes of no meaning here are kept. Broken files give
    what can be read of them; one that is no OPML at all gives nothing. Nothing is fetched, not
    even included lists, and no entity is expanded.
    """
    # Imported where it is used: it brings an HTTP client along, which takes its time.
    import listparser

    try:
        listed = listparser.parse(document).feeds
    except (ValueError, LookupError, AttributeError, RecursionError, SyntaxError):
        return ()
    kept = _attributes(document)
    unique: dict[str, Feed] = {}
    for item in listed:
        feed = _feed(item, kept)
        if feed.url:
            unique.setdefault(feed.url, feed)
    return tuple(unique.values())


def unread_outlines(document: bytes) -> tuple[str, ...]:
    """What an OPML file calls a feed though its URL is none: each by its name, or by that URL."""
    outlines = (_by_lower_name(outline) for outline in _outlines(document))
    return tuple(
        name_of(found.get("text") or found.get("title") or found["xmlurl"]) or "a feed"
        for found in outlines
        if "xmlurl" in found and not absolute_url(found["xmlurl"])
    )


def write_opml(feeds: Sequence[Feed], title: str) -> bytes:
    """The feeds as an OPML 2.0 file in UTF-8, tags as the category attribute.

    Pages and APIs without a feed are written as links: no other program could read them as feeds.
    """
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = _xml(title)
    body = ET.SubElement(root, "body")
    for feed in feeds:
        ET.SubElement(body, "outline", _outline(feed))
    ET.indent(root)
    text = str(ET.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _outline(feed: Feed) -> dict[str, str]:
    name, url = _xml(feed.title or feed.url), _xml(feed.url)
    if feed.kind is SourceKind.FEED:
        outline = {"type": "rss", "text": name, "title": name, "xmlUrl": url}
    else:
        outline = {"type": "link", "text": name, "title": name, "url": url}
    if feed.tags:
        outline["category"] = _xml(",".join(feed.tags))
    titled = {each.name: _xml(each.value) for each in feed.attributes if each.name == "title"}
    own = {name.lower() for name in outline} | _READ
    private = {
        each.name: _xml(each.value)
        for each in feed.attributes
        if _NAME.fullmatch(each.name) and each.name.lower() not in own
    }
    return outline | titled | private


def _feed(item: Any, kept: Mapping[str, tuple[Attribute, ...]]) -> Feed:  # noqa: ANN401 - listparser's records are untyped
    url = absolute_url(item.url)
    title = name_of(item.title or "")
    return Feed(
        url=url,
        title="" if title == url else title,
        tags=_tags(item.categories),
        attributes=kept.get(url, ()),
    )


def _tags(categories: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Each folder and category by its own name: a path adds every name along it."""
    names = (name_of(name) for path in categories for name in path)
    return tuple(dict.fromkeys(name for name in names if name))


def _attributes(document: bytes) -> dict[str, tuple[Attribute, ...]]:
    """The private attributes of each feed, by its URL; listparser drops them.

    Its ``title`` is one where ``text``, which is the feed's name, says something else.
    """
    found: dict[str, tuple[Attribute, ...]] = {}
    for outline in _outlines(document):
        url = absolute_url(_by_lower_name(outline).get("xmlurl", ""))
        if url:
            found.setdefault(url, tuple(_private(outline))[:_MAX_ATTRIBUTES])
    return found


def _outlines(document: bytes) -> Iterator[dict[str, str]]:
    """The attributes of every element.

    None of a document that declares entities: libxml2 expands them within attributes, always.
    """
    if b"<!entity" in document.replace(b"\0", b"").lower():
        return
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, recover=True, huge_tree=False
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.LxmlError, ValueError):
        return
    # A document of nothing but mistakes has no root at all, whatever the stub says.
    for outline in root.iter() if root is not None else ():
        yield {str(name): str(value) for name, value in outline.attrib.items()}


def _by_lower_name(values: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in reversed([*values.items()])}


def _private(values: Mapping[str, str]) -> Iterator[Attribute]:
    known = _by_lower_name(values)
    is_titled = known.get("text") and one_line(known.get("title", "")) != one_line(known["text"])
    read = _READ - {"title"} if is_titled else _READ
    for name, value in values.items():
        text = one_line(value, _MAX_VALUE)
        if name.lower() not in read and _NAME.fullmatch(name) and text:
            yield Attribute(name=name, value=text)


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
