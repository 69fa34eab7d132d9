"""What follows from asking a feed: its next state, and when it is asked again.

The states of health, and what leads from one to another::

    active ──failure──▶ failing ──failing for pause_after──▶ paused
       ▲                   │                                   │
       └─────success───────┴──success, when asked by hand──────┘
    any ──410──▶ gone ──success, when asked by hand──▶ active

Everything but 410 is an ordinary failure, 401, 403 and 404 too: logins are mended and pages come
back, and one that does not is paused in the end.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from digest.collect.upkeep.interval import (
    IntervalLimits,
    allowed_after,
    fraction,
    next_interval,
    with_rhythm,
)
from digest.collect.upkeep.moves import after_failure, after_redirect, asked_at
from digest.model import (
    Feed,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    ParsedFeed,
    ParseFailed,
    ParseResult,
    SourceKind,
)

_ACCEPT = {
    SourceKind.FEED: "",
    SourceKind.PAGE: "text/html, application/xhtml+xml, */*;q=0.1",
    SourceKind.API: "application/json, */*;q=0.1",
}
_GONE = 410
_READ_BY = ":"
_MAX_RETRY_AFTER = timedelta(days=7)
_MAX_DOUBLINGS = 30
_MAX_JITTER = 0.1
AT_REST = frozenset({FeedHealth.GONE, FeedHealth.PAUSED})
"""The states in which a feed is asked only when a person wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPolicy:
    """How often a feed is asked, and how far a failing one is left alone.

    ``interval`` is for feeds whose own frequency is not known; the limits bound what is worked out
    from it. After ``pause_after`` of unbroken failure a feed is paused.
    """

    interval: timedelta
    min_interval: timedelta
    max_interval: timedelta
    backoff: timedelta
    max_backoff: timedelta
    pause_after: timedelta

    @property
    def limits(self) -> IntervalLimits:
        """The intervals."""
        return IntervalLimits(
            start=self.interval, shortest=self.min_interval, longest=self.max_interval
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What the questions of one round share.

    ``started_at`` is where intervals are counted from: counted from the answer, a feed would miss
    every second tick of its own interval. ``listed`` has the identity of every configured URL.
    """

    policy: RefreshPolicy
    started_at: datetime
    listed: AbstractSet[str] = frozenset()


def is_due(feed: Feed, state: FeedState, now: datetime) -> bool:
    """Whether the feed is to be asked now. One that is gone or paused never is.

    An interval fixed in the configuration holds at once, not from the next question on.
    """
    if state.health in AT_REST:
        return False
    if state.next_check_at is None or state.next_check_at <= now:
        return True
    return bool(
        feed.interval
        and feed.interval != state.interval
        and state.health is FeedHealth.ACTIVE
        and state.last_checked_at
        and state.last_checked_at + feed.interval <= now
    )


def request_for(feed: Feed, state: FeedState) -> FetchRequest:
    """The conditional request for the copy that is kept (RFC 9110, section 13).

    Unconditional where that copy was read by other selectors, or for other fields, than the feed
    has now.
    """
    same = state.body_hash.partition(_READ_BY)[2] == _reading(feed)
    return FetchRequest(
        url=asked_at(feed, state),
        etag=state.etag if same else "",
        last_modified=state.last_modified if same else "",
        headers=feed.headers,
        login=feed.login,
        accept=_ACCEPT[feed.kind],
    )


def body_hash(body: bytes) -> str:
    """SHA-256 of a document in hexadecimal."""
    return sha256(body).hexdigest()


def needs_parsing(feed: Feed, state: FeedState, fetched: Fetched) -> bool:
    """Whether the document differs from the one last parsed; many servers never say 304.

    It is also read anew once the selectors, or the fields that are kept, are others.
    """
    return state.body_hash != _document_hash(feed, fetched.body)


def _document_hash(feed: Feed, body: bytes) -> str:
    reading = _reading(feed)
    return f"{body_hash(body)}{_READ_BY}{reading}" if reading else body_hash(body)


def _reading(feed: Feed) -> str:
    """What tells one set of selectors and fields from another; empty without any."""
    if feed.selectors is None and not feed.fields:
        return ""
    way = (feed.kind.value, feed.selectors, *feed.fields)
    return sha256(repr(way).encode()).hexdigest()[:16]


def decide(
    feed: Feed,
    state: FeedState,
    answer: FetchResult,
    parsed: ParseResult | None,
    *,
    this_round: Round,
    now: datetime,
) -> FeedState:
    """The feed's state after one round.

    :param parsed: what the body was read as; None when there was none, or an unchanged one.
    :param now: when the answer came.

    A document that is no feed counts as a failure, and its validators are not kept: the
    next answer must be a whole document again.
    """
    asked = replace(state, last_checked_at=now, latency=answer.latency)
    if isinstance(parsed, ParseFailed):
        answer = FetchFailed(reason=parsed.reason)
    match answer:
        case FetchFailed():
            return _failed(feed, asked, answer, policy=this_round.policy, now=now)
        case Fetched():
            asked = _updated(feed, asked, answer, parsed, now=now)
    return _succeeded(feed, asked, answer, this_round=this_round, now=now)


def transition(before: FeedState, after: FeedState) -> FeedHealth | None:
    """The health a feed has come to just now; None when it stayed as it was."""
    return after.health if after.health is not before.health else None


def parse_retry_after(value: str, *, now: datetime) -> timedelta | None:
    """A Retry-After header, in seconds or as a date (RFC 9110, section 10.2.3), never negative."""
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:12]), _MAX_RETRY_AFTER.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta(0)), _MAX_RETRY_AFTER)


def _updated(
    feed: Feed, state: FeedState, answer: Fetched, parsed: ParseResult | None, *, now: datetime
) -> FeedState:
    kept = replace(
        state,
        etag=answer.etag,
        last_modified=answer.last_modified,
        body_hash=_document_hash(feed, answer.body),
    )
    if not isinstance(parsed, ParsedFeed):
        return kept
    named = replace(
        kept,
        title=parsed.title or state.title,
        # Link headers go before what the document says (WebSub, section 4).
        hub=answer.hub or parsed.hub,
        topic=answer.topic or parsed.topic,
    )
    return with_rhythm(named, parsed, now=now)


def _succeeded(
    feed: Feed,
    state: FeedState,
    answer: Fetched | NotModified,
    *,
    this_round: Round,
    now: datetime,
) -> FeedState:
    moved = after_redirect(state, answer.moved_to, feed=feed, listed=this_round.listed, now=now)
    interval, next_check_at = _next_check(
        feed, moved, answer.fresh_for, this_round=this_round, now=now
    )
    return replace(
        moved,
        health=FeedHealth.ACTIVE,
        error_streak=0,
        last_error="",
        failing_since=None,
        last_ok_at=now,
        interval=interval,
        next_check_at=next_check_at,
    )


def _next_check(
    feed: Feed,
    state: FeedState,
    fresh_for: timedelta | None,
    *,
    this_round: Round,
    now: datetime,
) -> tuple[timedelta, datetime]:
    """The interval, and the moment it ends; one fixed by configuration is kept to the second."""
    if feed.interval is not None:
        return feed.interval, this_round.started_at + feed.interval
    limits = this_round.policy.limits
    allowed = allowed_after(state, fresh_for, limits=limits)
    interval = next_interval(state, allowed=allowed, limits=limits, now=now)
    return interval, max(this_round.started_at + interval, now + allowed)


def _failed(
    feed: Feed, state: FeedState, failure: FetchFailed, *, policy: RefreshPolicy, now: datetime
) -> FeedState:
    since = state.failing_since or now
    failed = replace(
        state,
        error_streak=state.error_streak + 1,
        last_error=failure.reason,
        failing_since=since,
    )
    health = _failed_health(feed, state, failure, paused=now - since >= policy.pause_after)
    if health in AT_REST:
        return replace(failed, health=health, next_check_at=None)
    wait = _backoff(failed, policy)
    if failure.retry_after is not None:
        wait = max(wait, min(failure.retry_after, _MAX_RETRY_AFTER))
    return replace(
        after_failure(feed, failed, failure.status), health=health, next_check_at=now + wait
    )


def _failed_health(
    feed: Feed, state: FeedState, failure: FetchFailed, *, paused: bool
) -> FeedHealth:
    # What answers 410 elsewhere, where the feed moved to, retires only the move.
    if failure.status == _GONE and asked_at(feed, state) == feed.url:
        return FeedHealth.GONE
    if state.health in AT_REST:
        return state.health
    return FeedHealth.PAUSED if paused else FeedHealth.FAILING


def _backoff(state: FeedState, policy: RefreshPolicy) -> timedelta:
    """Doubled with each failure, less up to a tenth that depends on the URL alone.

    Feeds of one host that failed together are so not asked together again.
    """
    doublings = min(state.error_streak - 1, _MAX_DOUBLINGS)
    longest = policy.max_backoff / policy.backoff if policy.backoff else 1.0
    wait = policy.backoff * min(float(2**doublings), longest)
    return wait * (1 - _MAX_JITTER * fraction(state.url))
