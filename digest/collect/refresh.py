"""What follows from asking a feed: its next state, and when it is asked again."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from digest.model import (
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
)

_GONE = 410
_MAX_RETRY_AFTER = timedelta(days=7)
_MAX_DOUBLINGS = 30
_MAX_JITTER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPolicy:
    """How often a feed is asked, and how far a failing one is left alone."""

    interval: timedelta
    backoff: timedelta
    max_backoff: timedelta


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether the feed is to be asked now. One that is gone never is."""
    if state.health is FeedHealth.GONE:
        return False
    return state.next_check_at is None or state.next_check_at <= now


def request_for(state: FeedState) -> FetchRequest:
    """The conditional request for the copy that is kept (RFC 9110, section 13)."""
    return FetchRequest(url=state.url, etag=state.etag, last_modified=state.last_modified)


def body_hash(body: bytes) -> str:
    """SHA-256 of a document in hexadecimal."""
    return sha256(body).hexdigest()


def needs_parsing(state: FeedState, fetched: Fetched) -> bool:
    """Whether the document differs from the one last parsed; many servers never say 304."""
    return state.body_hash != body_hash(fetched.body)


def decide(
    state: FeedState,
    answer: FetchResult,
    parsed: ParseResult | None,
    *,
    policy: RefreshPolicy,
    now: datetime,
) -> FeedState:
    """The feed's state after one round.

    :param parsed: what the body was read as; None when there was none, or an unchanged one.

    A document that is no feed counts as a failure, and its validators are not kept: the
    next answer must be a whole document again.
    """
    asked = replace(state, last_checked_at=now, latency=answer.latency)
    match answer, parsed:
        case FetchFailed(), _:
            return _failed(asked, answer, policy=policy, now=now)
        case Fetched(), ParseFailed(reason=reason):
            return _failed(asked, FetchFailed(reason=reason), policy=policy, now=now)
        case NotModified(), _:
            return _succeeded(asked, policy=policy, now=now)
        case _:
            return _succeeded(_updated(asked, answer, parsed), policy=policy, now=now)


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


def _updated(state: FeedState, answer: FetchResult, parsed: ParseResult | None) -> FeedState:
    if not isinstance(answer, Fetched):
        return state
    title = parsed.title if isinstance(parsed, ParsedFeed) else ""
    return replace(
        state,
        title=title or state.title,
        etag=answer.etag,
        last_modified=answer.last_modified,
        body_hash=body_hash(answer.body),
    )


def _succeeded(state: FeedState, *, policy: RefreshPolicy, now: datetime) -> FeedState:
    return replace(
        state,
        health=FeedHealth.ACTIVE,
        error_streak=0,
        last_error="",
        last_ok_at=now,
        next_check_at=now + policy.interval,
    )


def _failed(
    state: FeedState, failure: FetchFailed, *, policy: RefreshPolicy, now: datetime
) -> FeedState:
    failed = replace(state, error_streak=state.error_streak + 1, last_error=failure.reason)
    if failure.status == _GONE:
        return replace(failed, health=FeedHealth.GONE, next_check_at=None)
    wait = _backoff(failed, policy)
    if failure.retry_after is not None:
        wait = max(wait, min(failure.retry_after, _MAX_RETRY_AFTER))
    return replace(failed, health=FeedHealth.FAILING, next_check_at=now + wait)


def _backoff(state: FeedState, policy: RefreshPolicy) -> timedelta:
    """Doubled with each failure, less up to a tenth that depends on the URL alone.

    Feeds of one host that failed together are so not asked together again.
    """
    doublings = min(state.error_streak - 1, _MAX_DOUBLINGS)
    longest = policy.max_backoff / policy.backoff if policy.backoff else 1.0
    wait = policy.backoff * min(float(2**doublings), longest)
    return wait * (1 - _MAX_JITTER * _fraction(state.url))


def _fraction(url: str) -> float:
    return int.from_bytes(sha256(url.encode()).digest()[:4]) / 2**32
