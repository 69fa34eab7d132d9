"""Lists of feeds in and out, as OPML 2.0 (opml.org/spec2.opml)."""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import listparser

from digest.collect.urls import absolute_url
from digest.collect.wording import name_of
from digest.model import Feed

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_opml(document: bytes) -> tuple[Feed, ...]:
    """The feeds an OPML file lists, each URL once, in the file's order.

    Folders and categories become tags. Broken files give what can be read of them; one that
    is no OPML at all gives nothing. Nothing is fetched, not even included lists.
    """
    try:
        listed = listparser.parse(document).feeds
    except (ValueError, LookupError, AttributeError, RecursionError, SyntaxError):
        return ()
    feeds = [_feed(item) for item in listed]
    unique: dict[str, Feed] = {}
    for feed in feeds:
        if feed.url:
            unique.setdefault(feed.url, feed)
    return tuple(unique.values())


def write_opml(feeds: Sequence[Feed], title: str) -> bytes:
    """The feeds as an OPML 2.0 file in UTF-8, tags as the category attribute."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = _xml(title)
    body = ET.SubElement(root, "body")
    for feed in feeds:
        name = _xml(feed.title or feed.url)
        attributes = {"type": "rss", "text": name, "title": name, "xmlUrl": _xml(feed.url)}
        if feed.tags:
            attributes["category"] = _xml(",".join(feed.tags))
        ET.SubElement(body, "outline", attributes)
    ET.indent(root)
    text = str(ET.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _feed(item: Any) -> Feed:  # noqa: ANN401 - listparser's records are untyped
    url = absolute_url(item.url)
    title = name_of(item.title or "")
    return Feed(url=url, title="" if title == url else title, tags=_tags(item.categories))


def _tags(categories: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Each folder and category by its own name: a path adds every name along it."""
    names = (name_of(name) for path in categories for name in path)
    return tuple(dict.fromkeys(name for name in names if name))


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
