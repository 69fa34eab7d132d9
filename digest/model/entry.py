"""Entries: the items of feeds, normalised."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.feed import Attribute, Selectors, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EntryKey:
    """An entry's identity: its feed's URL and the id the feed gives it."""

    feed: str
    id: str

    def __str__(self) -> str:
        return f"{self.feed}#{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that stands with an entry. Sizes in pixels, where the feed says them.

    ``caption`` is what an editor says below it.
    """

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, normalised and safe to show.

    ``title``, ``summary``, ``authors`` and ``categories`` are plain text without markup;
    ``content`` is HTML that passed the allowlist, with absolute URLs. ``url`` is canonical.
    Datetimes are aware UTC. ``fingerprint`` changes when what a reader sees changes. ``support``
    holds help lines that must go wherever the entry goes; ``full_text`` says that ``content`` was
    fetched from the article's page. ``fields`` are those that its feed's configuration names, as
    far as it has them: plain text, in the order of their names.
    """

    key: EntryKey
    title: str
    url: str
    fingerprint: str
    feed_title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str = ""
    content: str = ""
    image: Image | None = None
    categories: tuple[str, ...] = ()
    language: str = ""
    support: tuple[str, ...] = ()
    full_text: bool = False
    fields: tuple[Attribute, ...] = ()


class EntryState(StrEnum):
    """Where an entry stands with a newsletter."""

    NEW = "new"
    QUEUED = "queued"
    USED = "used"
    HELD = "held"
    SKIPPED = "skipped"
    TOO_OLD = "too-old"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the program or an editor decided of an entry, and why.

    Held, skipped or broken: no issue tells it. New: an editor released it, whatever its date.
    """

    state: EntryState
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """An entry as the store holds it.

    ``dated_at`` is when it counts as published: its own date, else when it was first seen. It is
    None for an undated entry of a feed's very first fetch, which may be years old: never new.
    ``used_in`` is the slug of the issue that used it, if any. ``edits`` counts how often its feed
    changed it, ``edited_at`` is when it last did. ``mark`` is set where somebody decided.
    ``backlog`` says that it was there already when its feed was first read.
    """

    entry: Entry
    first_seen_at: datetime
    dated_at: datetime | None
    used_in: str = ""
    edits: int = 0
    edited_at: datetime | None = None
    mark: Mark | None = None
    backlog: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDate:
    """When an entry of a feed counts as published, and when it was first seen."""

    feed: str
    dated_at: datetime
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A document read as a feed. ``problems`` are sentences about what was mended or dropped.

    ``ttl`` is how long the feed says it may be kept (RSS ``ttl``, ``sy:updatePeriod``). ``hub``
    and ``topic`` are its WebSub hub and its own URL (``rel`` hub and self). ``next_page`` is where
    it says that older entries are, and ``complete`` that there are none (RFC 5005; JSON Feed
    ``next_url``). ``generator`` is what made it.
    """

    title: str
    home_url: str = ""
    language: str = ""
    ttl: timedelta | None = None
    hub: str = ""
    topic: str = ""
    next_page: str = ""
    complete: bool = False
    generator: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseFailed:
    """The document is no feed. ``reason`` says what it is instead, where that can be told."""

    reason: str


ParseResult = ParsedFeed | ParseFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseJob:
    """A document to be read as a feed, or as the page or API its source is.

    ``url`` is the feed's own and goes into every entry's key; ``base`` is where the document was
    found in the end, ``content_location`` and ``content_type`` what its headers said.
    ``selectors`` say where entries are, for pages and APIs, and ``fields`` which others of their
    parts are kept.
    """

    url: str
    body: bytes = field(repr=False)
    base: str = ""
    content_location: str = ""
    content_type: str = ""
    max_entries: int = 2000
    kind: SourceKind = SourceKind.FEED
    selectors: Selectors | None = None
    fields: tuple[Attribute, ...] = ()
