"""Feeds: where entries come from, and what happened when one was last asked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class SourceKind(StrEnum):
    """What is at a source's URL: a feed, a web page, or an API that answers in JSON."""

    FEED = "feed"
    PAGE = "page"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Where entries and their parts are: CSS selectors on a page, paths in an API's JSON.

    ``entry`` finds each entry; the others look inside it, and an empty one finds nothing.
    """

    entry: str
    title: str = ""
    link: str = ""
    date: str = ""
    summary: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A name with a value.

    A request's header, an OPML outline's private attribute, a field that a feed is asked to keep
    and where it stands there, or an entry's field and its text.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """HTTP basic authentication (RFC 7617). The representation never shows the password."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r}, …)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source as the configuration lists it. ``url`` identifies it.

    ``interval`` fixes how often it is asked; None leaves that to the feed's own frequency.
    ``full_text`` has the articles fetched where the feed holds summaries only. ``headers`` and
    ``attributes`` are kept in the order of the file; headers may hold secrets. ``weight`` (1 is
    plain) says how much its stories count against those of others. ``fields`` are what is kept of
    its entries for templates, each by its name there: an element, a selector or a path.
    """

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.FEED
    selectors: Selectors | None = None
    interval: timedelta | None = None
    full_text: bool = False
    headers: tuple[Attribute, ...] = field(default=(), repr=False)
    login: Login | None = None
    attributes: tuple[Attribute, ...] = ()
    weight: float = 1.0
    fields: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """A remote OPML file that is read again and again; its feeds carry ``tags`` as well."""

    url: str
    tags: tuple[str, ...] = ()


class FeedHealth(StrEnum):
    """How a feed is doing.

    Asked as usual; failing and backed off; paused, because it failed for too long; gone for good.
    """

    ACTIVE = "active"
    FAILING = "failing"
    PAUSED = "paused"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed between two rounds. Datetimes are aware UTC.

    ``interval`` is how often it is asked now. It follows from ``gap``, the usual time between its
    entries, ``overdue_at``, from when on its silence is unusual, and ``ttl``, how long its document
    says it may be kept. ``moved_to`` is where permanent redirects lead, and ``moved_since`` how
    long they have; ``asked_url`` is where it is asked since such a move was applied, empty for
    ``url`` itself. ``hub`` and ``topic`` are its WebSub hub and the URL it is known by there.
    ``remark`` is a sentence for people, such as a move that was refused.
    """

    url: str
    title: str = ""
    health: FeedHealth = FeedHealth.ACTIVE
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    error_streak: int = 0
    last_error: str = ""
    last_checked_at: datetime | None = None
    last_ok_at: datetime | None = None
    next_check_at: datetime | None = None
    latency: timedelta | None = None
    interval: timedelta | None = None
    gap: timedelta | None = None
    overdue_at: datetime | None = None
    ttl: timedelta | None = None
    failing_since: datetime | None = None
    moved_to: str = ""
    moved_since: datetime | None = None
    asked_url: str = ""
    hub: str = ""
    topic: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMeasures:
    """What a feed brought. ``per_week`` is over the last eight weeks, or as long as it is known.

    ``dated``, ``with_image`` and ``full_text`` are shares, 0 to 1, of its newest entries.
    """

    entries: int = 0
    per_week: float = 0.0
    dated: float = 0.0
    with_image: float = 0.0
    full_text: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body arrived. ``body`` is decompressed; ``url`` is where redirects ended.

    ``moved_to`` is how far permanent redirects (301, 308) alone led, empty without one.
    ``fresh_for`` is how long the answer may be used by what its headers say (RFC 9111), None
    where they say nothing. ``hub`` and ``topic`` (WebSub section 4) and ``next_page`` (RFC 8288)
    are the Link header's.
    """

    url: str
    body: bytes
    content_type: str = ""
    content_location: str = ""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    fresh_for: timedelta | None = None
    hub: str = ""
    topic: str = ""
    next_page: str = ""
    latency: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server answered 304: what is kept is current. Fields as :class:`Fetched` has them."""

    moved_to: str = ""
    fresh_for: timedelta | None = None
    latency: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """The feed could not be had. ``reason`` is a sentence for people.

    ``unresolved`` says that its host has no address; ``unanswered`` that all of a request's
    ``content`` was sent, and nobody knows what came of it.
    """

    reason: str
    status: int | None = None
    unresolved: bool = False
    unanswered: bool = False
    retry_after: timedelta | None = None
    latency: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One URL to ask for, with the validators of the copy that is kept.

    ``form`` makes it a POST of those fields (RFC 1866), ``content`` one of these bytes, which goes
    to no other URL and whose answer is its status alone. ``accept`` replaces the Accept header
    that asks for feeds. ``max_size`` in bytes lowers the configured limit. With
    ``keep_partial``, what goes beyond it is cut off, and the beginning is the answer. ``timeout``
    lowers the configured time.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    headers: tuple[Attribute, ...] = field(default=(), repr=False)
    login: Login | None = None
    form: tuple[Attribute, ...] = field(default=(), repr=False)
    content: bytes | None = field(default=None, repr=False)
    accept: str = ""
    max_size: int | None = None
    keep_partial: bool = False
    timeout: timedelta | None = None


FetchResult = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAnswer:
    """What came of one request."""

    request: FetchRequest
    result: FetchResult
