"""Feeds: where entries come from, and what happened when one was last asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source as the configuration lists it. ``url`` identifies it."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()


class FeedHealth(StrEnum):
    """How a feed is doing: asked as usual, failing and backed off, or gone for good."""

    ACTIVE = "active"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed between two rounds. Datetimes are aware UTC."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body arrived. ``body`` is decompressed; ``url`` is where redirects ended."""

    url: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    latency: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server answered 304: what is kept is current."""

    latency: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """The feed could not be had. ``reason`` is a sentence for people."""

    reason: str
    status: int | None = None
    retry_after: timedelta | None = None
    latency: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One URL to ask for, with the validators of the copy that is kept."""

    url: str
    etag: str = ""
    last_modified: str = ""


FetchResult = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAnswer:
    """What came of one request."""

    request: FetchRequest
    result: FetchResult
