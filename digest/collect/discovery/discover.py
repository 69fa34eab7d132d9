"""The feeds of a site: where they may be, what was found there, and which is meant most likely."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from lxml import html

from digest.collect.discovery.platforms import channel_feeds, platform_feeds
from digest.collect.sources.pages import parse_page, text_of
from digest.collect.urls import absolute_url
from digest.collect.wording import name_of
from digest.model import Fetched, ParsedFeed

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9,"
    " application/xhtml+xml;q=0.9, application/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
"""What is asked for where a site's address is all that is known."""
MOST_GUESSES = 8
_MOST_LINKS = 12

_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x-rss+xml",
    "application/x-atom+xml",
    "text/rss+xml",
    "text/atom+xml",
)
_MAYBE_FEED_TYPES = ("application/xml", "text/xml", "application/json")
_FEED_WORD = re.compile(r"\b(?:rss|atom|feeds?)\b", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:^|/)(?:feed|rss|atom|index)(?:\.(?:xml|rss|atom|json|rdf))?/?$|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
_PLAIN_INDEX = re.compile(r"(?:^|/)index/?$", re.IGNORECASE)
_COMMENTS = re.compile(r"\bcomments?\b|commentaires|kommentare", re.IGNORECASE)
_USUAL = (
    "feed", "rss", "feed.xml", "atom.xml", "rss.xml", "index.xml", "feed.json",
    "feeds/posts/default",
)  # fmt: skip
_USUAL_BELOW = ("feed", "feed.xml", "index.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A URL that may be a feed's, with the title that its site gives it."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that was fetched and read.

    ``format`` is RSS, Atom or the like. ``twin_of`` is the URL of a better one with the same
    entries, where there is one.
    """

    url: str
    title: str
    format: str
    entries: int
    newest: datetime | None = None
    twin_of: str = ""


def with_scheme(url: str) -> str:
    """A URL as people type it, made whole: ``blog.example`` means ``https://blog.example``."""
    text = url.strip()
    return text if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) else f"https://{text}"


def linked_feeds(body: bytes, *, url: str, content_type: str) -> tuple[Candidate, ...]:
    """The feeds a page names: in its head, then among its links; comments' feeds last.

    ``url`` is where the page was found; its ``<base>`` is honoured. Source: HTML, section 4.6.8.1
    (``rel=alternate``).
    """
    root = parse_page(body, content_type=content_type, base=url)
    named = [Candidate(url=feed) for feed in channel_feeds(body, url)]
    if root is not None:
        named += _declared(root)
        named += _generated(root, url)
        named += list(_anchors(root, url))[:_MOST_LINKS]
    return _unique(sorted(named, key=_is_about_comments))


def known_feeds(url: str) -> tuple[Candidate, ...]:
    """The feeds of a page on a well-known service, computed without asking."""
    return tuple(Candidate(url=feed) for feed in platform_feeds(url))


def usual_places(url: str) -> tuple[Candidate, ...]:
    """Where feeds usually are, for a site that names none; at most ``MOST_GUESSES``."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    folder = parts.path.rstrip("/")
    below = [f"{origin}{folder}/{name}" for name in _USUAL_BELOW] if folder else []
    guesses = [*below, *(f"{origin}/{name}" for name in _USUAL)]
    return _unique(Candidate(url=guess) for guess in guesses[:MOST_GUESSES])


def found_feed(candidate: Candidate, fetched: Fetched, parsed: ParsedFeed) -> FoundFeed:
    """What a candidate turned out to be. A permanent redirect is followed once and for all."""
    dates = [entry.published_at for entry in parsed.entries if entry.published_at]
    return FoundFeed(
        url=fetched.moved_to or candidate.url,
        title=parsed.title or candidate.title,
        format=format_of(fetched.body),
        entries=len(parsed.entries),
        newest=max(dates, default=None),
    )


def format_of(body: bytes) -> str:
    """What a feed's document is written in."""
    head = body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"{", b"[")):
        return "JSON Feed"
    if b"<rdf:rdf" in head:
        return "RSS 1.0"
    return "RSS" if b"<rss" in head else "Atom" if b"<feed" in head else "XML"


def ranked(found: Sequence[tuple[FoundFeed, ParsedFeed]]) -> tuple[FoundFeed, ...]:
    """Each feed once, the likeliest first: with entries, not about comments, as the site has it.

    Of feeds with the same entries, such as one post list as RSS and as Atom, the later ones are
    marked as twins and come last.
    """
    unique = {feed.url: (feed, parsed) for feed, parsed in reversed(found)}
    ordered = sorted(
        (pair for pair in found if unique[pair[0].url] == pair),
        key=lambda pair: (_is_about_comments(pair[0]), not pair[0].entries),
    )
    first: dict[tuple[str, ...], str] = {}
    marked: dict[str, FoundFeed] = {}
    for feed, parsed in ordered:
        pages = tuple(sorted(entry.url for entry in parsed.entries))
        original = first.setdefault(pages, feed.url) if pages else feed.url
        twin = "" if original == feed.url else original
        marked.setdefault(feed.url, replace(feed, twin_of=twin))
    return tuple(sorted(marked.values(), key=lambda feed: bool(feed.twin_of)))


def _declared(root: html.HtmlElement) -> list[Candidate]:
    sure, maybe = [], []
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").lower().partition(";")[0].strip()
        url = absolute_url(link.get("href") or "")
        if not url or not ({"alternate", "feed"} & set(relations)) or "stylesheet" in relations:
            continue
        candidate = Candidate(url=url, title=name_of(link.get("title") or ""))
        if kind in _FEED_TYPES or "feed" in relations:
            sure.append(candidate)
        elif kind in _MAYBE_FEED_TYPES and "oembed" not in url and "/wp-json" not in url:
            maybe.append(candidate)
    return sure + maybe


def _generated(root: html.HtmlElement, url: str) -> list[Candidate]:
    """WordPress always has a feed, even where its theme names none."""
    made = [
        meta
        for meta in root.iter("meta")
        if (meta.get("name") or "").lower() == "generator"
        and (meta.get("content") or "").lower().startswith("wordpress")
    ]
    parts = urlsplit(url)
    return [Candidate(url=f"{parts.scheme}://{parts.netloc}/feed/")] if made else []


def _anchors(root: html.HtmlElement, url: str) -> Iterator[Candidate]:
    for anchor in root.iter("a"):
        href = absolute_url(anchor.get("href") or "")
        if not href or href.partition("#")[0] == url.partition("#")[0]:
            continue
        kind = (anchor.get("type") or "").lower()
        path = urlsplit(href).path
        text = text_of(anchor)[:80]
        by_path = _FEED_PATH.search(path) and not _PLAIN_INDEX.search(path)
        by_text = _FEED_WORD.search(text) and _same_site(href, url) and ".htm" not in path
        if kind in _FEED_TYPES or by_path or by_text:
            yield Candidate(url=href, title="" if len(text) < len("Feeds!") else name_of(text))


def _same_site(one: str, other: str) -> bool:
    return urlsplit(one).netloc.lower() == urlsplit(other).netloc.lower()


def _is_about_comments(feed: Candidate | FoundFeed) -> bool:
    return bool(_COMMENTS.search(f"{feed.title} {urlsplit(feed.url).path}"))


def _unique(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        first.setdefault(candidate.url, candidate)
    return tuple(first.values())
