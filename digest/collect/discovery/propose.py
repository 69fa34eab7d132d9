"""Selectors for a site without a feed, proposed from what repeats in its document."""

from dataclasses import dataclass

from digest.collect.discovery.propose_api import api_selectors
from digest.collect.discovery.propose_page import page_selectors
from digest.collect.sources.apis import load
from digest.collect.sources.kinds import read_source
from digest.collect.sources.pages import parse_page
from digest.model import Entry, Feed, ParsedFeed, ParseFailed, ParseJob, Selectors, SourceKind

_MOST = 3
_FEWEST_ENTRIES = 2
_PREVIEWED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A source that can be listed, and the entries it yields from the document as it is now."""

    feed: Feed
    entries: tuple[Entry, ...]


def propose(body: bytes, *, url: str, content_type: str = "") -> tuple[Proposal, ...]:
    """Ways to read a document, the best first, each tried on it; none where nothing repeats."""
    is_json = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    kind = SourceKind.API if is_json else SourceKind.PAGE
    found: list[Proposal] = []
    seen: set[tuple[str, ...]] = set()
    for selectors in _guesses(body, url, content_type, kind):
        parsed = _tried(body, url, content_type, kind, selectors)
        if isinstance(parsed, ParseFailed) or len(parsed.entries) < _FEWEST_ENTRIES:
            continue
        pages = tuple(entry.url + entry.title for entry in parsed.entries)
        if pages not in seen:
            seen.add(pages)
            feed = Feed(url=url, title=parsed.title, kind=kind, selectors=selectors)
            found.append(Proposal(feed=feed, entries=parsed.entries))
    return tuple(found[:_MOST])


def _guesses(body: bytes, url: str, content_type: str, kind: SourceKind) -> tuple[Selectors, ...]:
    if kind is SourceKind.API:
        document = load(body)
        return () if isinstance(document, ParseFailed) else api_selectors(document)
    root = parse_page(body, content_type=content_type, base=url)
    return () if root is None else page_selectors(root)


def _tried(
    body: bytes, url: str, content_type: str, kind: SourceKind, selectors: Selectors
) -> ParsedFeed | ParseFailed:
    job = ParseJob(
        url=url,
        body=body,
        content_type=content_type,
        max_entries=_PREVIEWED,
        kind=kind,
        selectors=selectors,
    )
    return read_source(job)
