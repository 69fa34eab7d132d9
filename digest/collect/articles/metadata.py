"""What a web page says about itself: Open Graph, JSON-LD, meta elements and its canonical link."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from lxml.html import HtmlElement

from digest.collect.credits import credit_in
from digest.collect.dates import read_date
from digest.collect.parsing.normalise import language_of
from digest.collect.urls import absolute_url
from digest.collect.wording import names_of, one_line, summary_of
from digest.model import Image

_MAX_ALT = 500
_MAX_AUTHORS = 10
_MAX_JSON = 300_000
_MAX_NODES = 300
_ARTICLES = frozenset({"article", "newsarticle", "blogposting", "reportagenewsarticle", "report"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """A page's word about itself. Plain texts; URLs are absolute; "" and None where it is silent.

    ``free`` is False where it says that its text is not for everybody (a paywall).
    """

    title: str = ""
    description: str = ""
    canonical: str = ""
    image: Image | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    language: str = ""
    free: bool = True


def metadata_of(root: HtmlElement, *, url: str) -> PageMetadata:
    """The metadata of a page's tree; ``url`` is where it was found."""
    meta = _meta(root)
    article = _linked_data(root)
    language = language_of(root.get("lang") or meta.get("og:locale", ""))
    published = meta.get("article:published_time") or _text(article.get("datePublished"))
    return PageMetadata(
        title=one_line(meta.get("og:title") or _first(root, "//head/title//text()")),
        description=summary_of(meta.get("og:description") or meta.get("description", "")),
        canonical=absolute_url(_first(root, "//link[@rel='canonical']/@href"), url),
        image=_image(root, meta, url),
        authors=_authors(meta, article),
        published_at=read_date(published, language=language) if published else None,
        language=language,
        free=str(article.get("isAccessibleForFree", True)).lower() != "false",
    )


def _meta(root: HtmlElement) -> dict[str, str]:
    """The first value of each meta element with a name or property."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or "").strip().lower()
        value = (element.get("content") or "").strip()
        if name and value:
            found.setdefault(name, value)
    return found


def _image(root: HtmlElement, meta: dict[str, str], url: str) -> Image | None:
    """The picture to share the page with; its words come from where the page shows it."""
    names = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
    address = next((meta[name] for name in names if name in meta), "")
    source = absolute_url(address, url)
    if not source:
        return None
    shown = next(_same_file(root, source), None)
    caption = _caption(shown) if shown is not None else ""
    alt = (shown.get("alt") if shown is not None else "") or meta.get("og:image:alt", "") or caption
    return Image(url=source, alt=one_line(alt, _MAX_ALT), credit=credit_in(caption))


def _same_file(root: HtmlElement, source: str) -> Iterator[HtmlElement]:
    name = _file(source)
    for element in root.iter("img"):
        if name and any(_file(element.get(key) or "") == name for key in ("src", "data-src")):
            yield element


def _file(url: str) -> str:
    """A picture's file name, by which its sizes on several hosts are the same picture."""
    return url.partition("?")[0].partition("#")[0].rpartition("/")[2].lower()


def _caption(image: HtmlElement) -> str:
    figure = next(image.iterancestors("figure"), None)
    caption = next(figure.iter("figcaption"), None) if figure is not None else None
    return one_line(str(caption.text_content())) if caption is not None else ""


def _authors(meta: dict[str, str], article: dict[str, Any]) -> tuple[str, ...]:
    stated = meta.get("author") or meta.get("article:author", "")
    people = article.get("author")
    listed = people if isinstance(people, list) else [people]
    names = [_text(each.get("name") if isinstance(each, dict) else each) for each in listed]
    found = [name for name in [*names, stated] if name and "://" not in name]
    return names_of(tuple(found[:_MAX_AUTHORS] if names != [""] else found[:1]), _MAX_AUTHORS)


def _linked_data(root: HtmlElement) -> dict[str, Any]:
    """The article among a page's JSON-LD, as its object; empty without one."""
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json":
            continue
        text = script.text or ""
        try:
            data = json.loads(text) if len(text) <= _MAX_JSON else None
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            if _kinds(node) & _ARTICLES:
                return node
    return {}


def _nodes(data: object) -> Iterator[dict[str, Any]]:
    roots = data if isinstance(data, list) else [data]
    for node in roots[:_MAX_NODES]:
        if isinstance(node, dict):
            yield node
            graph = node.get("@graph")
            inner = graph[:_MAX_NODES] if isinstance(graph, list) else ()
            yield from (each for each in inner if isinstance(each, dict))


def _kinds(node: dict[str, Any]) -> set[str]:
    kinds = node.get("@type")
    return {str(kind).lower() for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _first(root: HtmlElement, path: str) -> str:
    found = cast("list[object]", root.xpath(path))
    return str(found[0]).strip() if found else ""
