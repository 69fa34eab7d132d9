"""A feed's bytes into entries: RSS 0.9x to 2.0, RDF and Atom by feedparser, JSON Feed by us.

This is the only home of feedparser. Its handlers know the elements of all these formats; the way
through a well-formed document is our own (:mod:`digest.collect.parsing.handlers`), and so are
encodings, dates, sanitising and the joining of URLs. What no mending makes well-formed goes the way
of its loose parser.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any, NamedTuple
from xml.parsers import expat

from feedparser.api import LooseFeedParser, StrictFeedParser

from digest.collect.document import RawFeed
from digest.collect.parsing.elements import read_elements
from digest.collect.parsing.encoding import decode
from digest.collect.parsing.fields import element_key
from digest.collect.parsing.handlers import SEPARATOR, Handlers, Walker
from digest.collect.parsing.jsonfeed import looks_like_json, read_json_feed
from digest.collect.parsing.limits import cut_to, declares_entities
from digest.collect.parsing.mending import mended, without_debris
from digest.collect.parsing.normalise import normalise
from digest.collect.urls import absolute_url
from digest.model import Attribute, ParseFailed, ParseJob, ParseResult

_BLANK = b"\x00\t\n\r \xef\xbb\xbf\xfe\xff"
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_FEED_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_FEED_LINK = re.compile(
    r"<link\b(?=[^<>]*\btype=[\"']?application/(?:rss|atom|feed)\+(?:xml|json))"
    r"[^<>]*\bhref=[\"']?([^\"'\s<>]+)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input\b[^<>]*\btype=[\"']?password", re.IGNORECASE)
_MENDED = "it was mended"
_KEPT = "what could be read was kept"
_SNIFFED = 2_000
_PAGE = 200_000
_MAX_LOOSE = 1_500_000


def parse_job(job: ParseJob) -> ParseResult:
    """Read a document as :func:`parse_feed` does."""
    return parse_feed(
        job.body,
        url=job.url,
        base=absolute_url(job.content_location, job.base or job.url) or job.base,
        content_type=job.content_type,
        max_entries=job.max_entries,
        fields=job.fields,
    )


def parse_feed(
    body: bytes,
    *,
    url: str,
    base: str = "",
    content_type: str = "",
    max_entries: int = 2000,
    fields: tuple[Attribute, ...] = (),
) -> ParseResult:
    """Read a document as a feed. Never raises: what is no feed is a :class:`ParseFailed`.

    ``url`` is the feed's own, and identifies it in every entry's key; ``base`` is where the
    document was found in the end, and what its relative links start from. ``fields`` are kept of
    each entry, too. A document that breaks off gives the entries before the break and a sentence
    in ``problems``.

    :raises MemoryError: when there is not enough of it; the process may go on.
    """
    if not body.strip(_BLANK):
        return ParseFailed(reason="the document is empty")
    # An XML declaration may only stand at the very start; blank lines before it are common.
    body = body.lstrip(b" \t\r\n")
    if looks_like_json(body):
        raw = read_json_feed(body, content_type, fields=fields)
    else:
        raw = _read_xml(
            body, url=base or url, content_type=content_type, most=max_entries, fields=fields
        )
    if isinstance(raw, ParseFailed):
        return raw
    return normalise(raw, url=url, base=base or url, max_entries=max_entries)


class _Reading(NamedTuple):
    """What a parser made of a document. ``problem`` is empty when it was well-formed.

    ``prefixes`` are the document's for namespaces that feedparser knows by another name.
    """

    feed: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    version: str
    prefixes: Mapping[str | None, str]
    problem: str = ""
    complete: bool = True


class _Strict(Walker, StrictFeedParser):  # type: ignore[misc] # feedparser is untyped
    """Well-formed documents: expat, our way through, feedparser's handlers."""


class _Loose(Handlers, LooseFeedParser):  # type: ignore[misc] # feedparser is untyped
    """All others: feedparser's SGML parser."""

    sanitize_html = False
    resolve_relative_uris = False


def _read_xml(
    body: bytes, *, url: str, content_type: str, most: int, fields: tuple[Attribute, ...] = ()
) -> RawFeed | ParseFailed:
    decoded = decode(body, content_type)
    if declares_entities(decoded.text):
        return ParseFailed(reason="the document declares XML entities, which are not read")
    if _is_page(decoded.text):
        return ParseFailed(reason=_page(decoded.text, url))
    text = without_debris(decoded.text)
    try:
        reading = _reading(cut_to(text, most), url if "xml:base" in text else "")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - feedparser raises whatever broken markup trips
        return ParseFailed(reason=f"the document cannot be read ({type(error).__name__})")
    if not reading.version and not reading.entries:
        return ParseFailed(reason=_what_it_is(decoded.text))
    return read_elements(
        reading.feed,
        reading.entries,
        url=url,
        atom=reading.version.startswith("atom"),
        problems=tuple(filter(None, (decoded.problem, reading.problem))),
        fields=tuple(
            replace(field, value=element_key(field.value, reading.prefixes)) for field in fields
        ),
    )


def _reading(text: str, base: str) -> _Reading:
    """The document read as it is, else mended, else as well as may be."""
    first = _strict(text, base)
    if first.complete:
        return first
    repaired = mended(text)
    second = _strict(repaired, base) if repaired != text else first
    if second.complete:
        return second._replace(problem=first.problem)
    # The loose parser takes seconds for megabytes; of those, what came before the break will do.
    loose = _loose(repaired, base) if len(repaired) <= _MAX_LOOSE else second
    best = max((second, loose), key=lambda reading: (bool(reading.version), len(reading.entries)))
    return best._replace(problem=first.problem.replace(_MENDED, _KEPT))


def _strict(text: str, base: str) -> _Reading:
    reader = _Strict(base, None, "utf-8")
    reader.begin()
    parser = expat.ParserCreate(None, SEPARATOR)
    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartNamespaceDeclHandler = reader.open_namespace
    parser.StartElementHandler = reader.open_element
    parser.EndElementHandler = reader.close_element
    parser.CharacterDataHandler = reader.handle_data
    problem, complete = "", True
    try:
        parser.Parse(text, True)  # noqa: FBT003 - "this is all", in expat's words
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        problem = f"the document is broken at line {error.lineno} ({message}); {_MENDED}"
        # Whatever follows the end of the root element is not the feed's.
        complete = bool(reader.version) and reader.depth == 0
    return _Reading(
        feed=reader.feeddata,
        entries=reader.entries,
        version=reader.version,
        prefixes=reader.namespacemap,
        problem=problem,
        complete=complete,
    )


def _loose(text: str, base: str) -> _Reading:
    reader = _Loose(base, None, "utf-8", {})
    reader.feed(text)
    return _Reading(
        feed=dict(reader.feeddata),
        entries=[dict(entry) for entry in reader.entries],
        version=reader.version,
        prefixes=reader.namespacemap,
        complete=False,
    )


def _is_page(text: str) -> bool:
    """Whether the document is HTML and nothing else."""
    head = text[:_SNIFFED].lower()
    root = _ROOT.search(head)
    page = (root and root[1] == "html") or head.startswith("<!doctype html")
    return bool(page) and not _FEED_ROOT.search(text)


def _page(text: str, url: str) -> str:
    """What an HTML page in place of a feed is, as a sentence."""
    head = text[:_PAGE]
    link = _FEED_LINK.search(head)
    offered = absolute_url(unescape(link[1]), url) if link else ""
    if offered:
        return f"the document is an HTML page, not a feed; the page offers one at {offered}"
    if _PASSWORD.search(head):
        return "the document is an HTML page that asks to log in, not a feed"
    return "the document is an HTML page, not a feed"


def _what_it_is(text: str) -> str:
    head = text[:_SNIFFED].lower()
    if "<!doctype html" in head or "<html" in head:
        return "the document is an HTML page, not a feed"
    if "<opml" in head:
        return "the document is an OPML list of feeds, not a feed"
    if head.startswith("<"):
        return "the document is XML, but neither RSS nor Atom"
    return "the document is not a feed"
