"""Web pages without a feed: their entries by CSS selectors.

What comes out is a document like any other, so that identity, cleaning and checks are the same.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from lxml import etree, html

from digest.collect.dates import read_date
from digest.collect.document import Markup, RawEntry, RawFeed, RawField
from digest.collect.parsing.normalise import normalise
from digest.collect.sources.parts import Parts
from digest.collect.urls import absolute_url
from digest.config.selectors import PagePart, page_part
from digest.model import Image, ParseFailed, ParseJob, ParseResult, Selectors

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w:.-]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"url\(\s*[\"']?([^\"')]+)")
_HEAD = 4_000
_LAZY = ("data-src", "data-original", "data-lazy-src", "src")
_UNREADABLE = "the page cannot be read as HTML"


def read_page(job: ParseJob, selectors: Selectors) -> ParseResult:
    """Read a page by its selectors. Never raises: a page without entries is a failure.

    Relative URLs start from the page's ``<base>``, else from the job's. Entries without a link of
    their own lead to the page; those without title and link are left out.
    """
    base = job.base or job.url
    root = parse_page(job.body, content_type=job.content_type, base=base)
    if root is None:
        return ParseFailed(reason=_UNREADABLE)
    found = select(root, page_part(selectors.entry))
    if not found:
        return ParseFailed(
            reason=f"nothing on the page matches the selector {selectors.entry!r}; if the page"
            " was rebuilt, digest feeds discover --selectors proposes new ones"
        )
    parts = Parts.of(selectors, page_part)
    language = root.get("lang") or ""
    fields = [(field.name, page_part(field.value)) for field in job.fields]
    kept = tuple(
        replace(entry, fields=_fields(element, fields))
        for element in found[: job.max_entries + 1]
        if (entry := entry_of(element, parts, language)) is not None
    )
    if not kept:
        reason = f"nothing that matches {selectors.entry!r} holds a title by {selectors.title!r}"
        return ParseFailed(reason=reason)
    raw = RawFeed(title=page_title(root), home_url=base, language=language, entries=kept)
    return normalise(raw, url=job.url, base=base, max_entries=job.max_entries)


def parse_page(body: bytes, *, content_type: str, base: str) -> html.HtmlElement | None:
    """The page's tree, its URLs made absolute; None when there is nothing to make one of."""
    text = decoded(body, content_type)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        content = text.encode("utf-8", "replace")
        root = cast("html.HtmlElement", html.document_fromstring(content, parser=parser))
        start = _base_of(root, base)
        root.make_links_absolute(base, resolve_base_href=True, handle_failures="ignore")
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return None
    for picture in root.iter("img", "source"):
        _place_picture(picture, start)
    return root


def decoded(body: bytes, content_type: str) -> str:
    """A page's text: by its headers, its own word, or its look (HTML, section 13.2.3)."""
    head = body[:_HEAD].decode("latin-1")
    for stated in (_CHARSET.search(content_type), _CHARSET.search(head)):
        try:
            name = codecs.lookup(stated[1]).name if stated else ""
            # HTML means Windows' code page where it says Latin-1.
            return body.decode("cp1252" if name == "iso8859-1" else name, "replace")
        except (LookupError, ValueError):
            continue
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def select(element: html.HtmlElement, part: PagePart) -> list[html.HtmlElement]:
    """The elements a part selects, in the page's order; none for one that cannot be followed."""
    try:
        found = element.xpath(part.xpath)
    except etree.XPathError:
        return []
    if not isinstance(found, list):
        return []
    return [each for each in found if isinstance(each, html.HtmlElement)]


def entry_of(
    element: html.HtmlElement, parts: Parts[PagePart], language: str = ""
) -> RawEntry | None:
    """An element as an entry; None when it has neither a title nor a link."""
    title = _markup(element, parts.title)
    link = next(_values(element, parts.link, ("href", "data-href")), "")
    if not title.text and not link:
        return None
    summary = _markup(element, parts.summary)
    dates = (read_date(text, language=language) for text in _dates(element, parts.date))
    return RawEntry(
        links=(link,) if link else (),
        title=title,
        summary=summary if summary.text != title.text else Markup(),
        images=tuple(_images(element, parts.image)),
        published_at=next(filter(None, dates), None),
    )


def text_of(element: html.HtmlElement) -> str:
    """An element's text on one line."""
    return " ".join(str(element.text_content()).split())


def page_title(root: html.HtmlElement) -> Markup:
    """A page's title: its site's name where it says one (Open Graph), else ``<title>``."""
    for path in ("//meta[@property='og:site_name']/@content", "//head/title/text()"):
        found = cast("Sequence[object]", root.xpath(path))
        text = str(found[0]).strip() if found else ""
        if text:
            return Markup(text=text)
    return Markup()


def _first(element: html.HtmlElement, part: PagePart | None) -> html.HtmlElement | None:
    return next(iter(select(element, part)), None) if part else None


def _markup(element: html.HtmlElement, part: PagePart | None) -> Markup:
    found = _first(element, part)
    if found is None or part is None:
        return Markup()
    if part.attribute:
        return Markup(text=found.get(part.attribute) or "")
    if not text_of(found):
        return Markup(text=found.get("title") or found.get("alt") or "")
    return Markup(text=html.tostring(found, encoding="unicode", with_tail=False), html=True)


def _fields(
    element: html.HtmlElement, fields: Sequence[tuple[str, PagePart]]
) -> tuple[RawField, ...]:
    return tuple(RawField(name=name, value=_markup(element, part)) for name, part in fields)


def _values(
    element: html.HtmlElement, part: PagePart | None, names: Sequence[str]
) -> Iterator[str]:
    """The first attribute of these names that each selected element, or what is in it, has."""
    for found in select(element, part) if part else ():
        wanted = (part.attribute,) if part and part.attribute else names
        for each in (found, *found.iterdescendants("a")):
            yield from (value for name in wanted if (value := (each.get(name) or "").strip()))


def _dates(element: html.HtmlElement, part: PagePart | None) -> Iterator[str]:
    for found in select(element, part) if part else ():
        if part and part.attribute:
            yield found.get(part.attribute) or ""
            continue
        for each in (found, *found.iterdescendants("time")):
            yield from filter(None, (each.get("datetime"), each.get("content")))
        yield text_of(found)


def _images(element: html.HtmlElement, part: PagePart | None) -> Iterator[Image]:
    for found in select(element, part) if part else ():
        if part and part.attribute:
            yield Image(url=found.get(part.attribute) or "")
            continue
        pictures = [found] if found.tag == "img" else list(found.iterdescendants("img"))
        for picture in pictures:
            yield from _source(picture)
        if not pictures and (match := _BACKGROUND.search(found.get("style") or "")):
            yield Image(url=match[1])


def _base_of(root: html.HtmlElement, base: str) -> str:
    stated = next((each.get("href") for each in root.iter("base") if each.get("href")), "")
    return absolute_url(stated or "", base) or base


def _place_picture(picture: html.HtmlElement, base: str) -> None:
    """Make ``src`` what a script would put there, so that all that reads pictures finds it."""
    named = [absolute_url(picture.get(name) or "", base) for name in _LAZY]
    for name in ("data-srcset", "srcset"):
        first = (picture.get(name) or "").split(",")[0].split()
        named += [absolute_url(first[0], base)] if first else []
    url = next(filter(None, named), "")
    if url:
        picture.set("src", url)


def _source(picture: html.HtmlElement) -> Iterator[Image]:
    if picture.get("src"):
        yield Image(url=picture.get("src") or "", alt=picture.get("alt") or "")
