"""A feed's state from one round to the next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.refresh import (
    RefreshPolicy,
    body_hash,
    decide,
    is_due,
    needs_parsing,
    parse_retry_after,
    request_for,
)
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

NOW = datetime(2024, 2, 3, 12, tzinfo=UTC)
URL = "https://site.example/feed"
POLICY = RefreshPolicy(
    interval=timedelta(minutes=30), backoff=timedelta(minutes=15), max_backoff=timedelta(days=1)
)
LATENCY = timedelta(milliseconds=80)
DOCUMENT = Fetched(url=URL, body=b"<rss/>", etag='"2"', last_modified="yesterday", latency=LATENCY)
FEED = ParsedFeed(title="The feed")
STRUGGLING = FeedState(
    url=URL,
    title="Old title",
    health=FeedHealth.FAILING,
    etag='"1"',
    last_modified="long ago",
    body_hash="old",
    error_streak=4,
    last_error="no answer",
)


def after(
    answer: FetchResult, parsed: ParseResult | None = None, state: FeedState = STRUGGLING
) -> FeedState:
    return decide(state, answer, parsed, policy=POLICY, now=NOW)


def test_a_read_document_sets_everything_right() -> None:
    """Success resets the streak and keeps validators, hash, title, latency and times."""
    assert after(DOCUMENT, FEED) == FeedState(
        url=URL,
        title="The feed",
        etag='"2"',
        last_modified="yesterday",
        body_hash=body_hash(b"<rss/>"),
        last_checked_at=NOW,
        last_ok_at=NOW,
        next_check_at=NOW + POLICY.interval,
        latency=LATENCY,
    )


def test_an_unchanged_document_need_not_be_parsed() -> None:
    """A body whose hash is known is a success without parsing, and keeps the title."""
    known = replace(STRUGGLING, body_hash=body_hash(DOCUMENT.body))
    assert not needs_parsing(known, DOCUMENT)
    assert needs_parsing(STRUGGLING, DOCUMENT)
    state = after(DOCUMENT, None, known)
    assert (state.health, state.title, state.etag) == (FeedHealth.ACTIVE, "Old title", '"2"')


def test_not_modified_keeps_the_validators() -> None:
    """A 304 is a success that changes no validator."""
    state = after(NotModified(latency=LATENCY))
    assert (state.etag, state.last_modified, state.body_hash) == ('"1"', "long ago", "old")
    assert (state.error_streak, state.last_error, state.last_ok_at) == (0, "", NOW)


def test_a_document_that_is_no_feed_is_a_failure() -> None:
    """Its validators and hash are not kept, so that the next answer is a document again."""
    state = after(DOCUMENT, ParseFailed(reason="the document is an HTML page, not a feed"))
    assert (state.etag, state.body_hash, state.title) == ('"1"', "old", "Old title")
    assert (state.health, state.error_streak) == (FeedHealth.FAILING, 5)
    assert "HTML page" in state.last_error
    assert state.last_ok_at is None


@pytest.mark.parametrize(
    ("streak", "wait"),
    [
        (0, timedelta(minutes=15)),
        (1, timedelta(minutes=30)),
        (2, timedelta(hours=1)),
        (6, timedelta(hours=16)),
        (7, timedelta(days=1)),
        (10_000, timedelta(days=1)),
    ],
)
def test_backoff_doubles_up_to_its_limit(streak: int, wait: timedelta) -> None:
    """Each failure doubles the wait, less at most a tenth, never beyond the longest."""
    state = after(FetchFailed(reason="x"), state=FeedState(url=URL, error_streak=streak))
    assert state.next_check_at is not None
    assert wait * 0.9 <= state.next_check_at - NOW <= wait


def test_feeds_that_failed_together_are_not_asked_together() -> None:
    """The jitter depends on the URL and on nothing else."""
    urls = [f"https://site.example/{n}" for n in range(50)]

    def times() -> list[datetime | None]:
        failed = FetchFailed(reason="x")
        return [after(failed, state=FeedState(url=url)).next_check_at for url in urls]

    assert len(set(times())) == 50
    assert times() == times()


def test_retry_after_is_respected() -> None:
    """A server's wish prolongs the wait, never shortens it, and not beyond a week."""
    waits = [timedelta(hours=3), timedelta(0), timedelta(days=400)]
    states = [
        after(FetchFailed(reason="x", status=429, retry_after=wait), state=FeedState(url=URL))
        for wait in waits
    ]
    asked = [state.next_check_at - NOW for state in states if state.next_check_at]
    assert asked[0] == timedelta(hours=3)
    assert asked[1] > timedelta(minutes=13)
    assert asked[2] == timedelta(days=7)


def test_a_feed_that_is_gone_is_never_asked_again() -> None:
    """After 410 a feed is never due."""
    state = after(FetchFailed(reason="gone", status=410))
    assert state.health is FeedHealth.GONE
    assert not is_due(state, NOW + timedelta(days=10_000))


def test_a_feed_is_due_when_its_time_has_come() -> None:
    """A feed never asked is due at once, any other from next_check_at on."""
    assert is_due(FeedState(url=URL), NOW)
    later = FeedState(url=URL, next_check_at=NOW + timedelta(seconds=1))
    assert not is_due(later, NOW)
    assert is_due(later, NOW + timedelta(seconds=1))


def test_the_request_carries_the_validators() -> None:
    """What was kept of the last good answer is sent back."""
    expected = FetchRequest(url=URL, etag='"1"', last_modified="long ago")
    assert request_for(STRUGGLING) == expected


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(0)),
        ("9" * 5000, timedelta(days=7)),
        ("Sat, 03 Feb 2024 13:00:00 GMT", timedelta(hours=1)),
        ("Sat, 03 Feb 2024 11:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=7)),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Sat, 99 Feb 2024 13:00:00 GMT", None),
    ],
)
def test_retry_after_headers(value: str, wait: timedelta | None) -> None:
    """Seconds or a date, capped at a week; anything else is none."""
    assert parse_retry_after(value, now=NOW) == wait


@given(st.text(max_size=40))
def test_any_retry_after_is_read(value: str) -> None:
    """No header value raises, and none gives a time in the past."""
    wait = parse_retry_after(value, now=NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=7)


ANSWERS = st.sampled_from(
    [
        (DOCUMENT, FEED),
        (DOCUMENT, None),
        (DOCUMENT, ParseFailed(reason="no feed")),
        (NotModified(), None),
        (FetchFailed(reason="x", status=500), None),
        (FetchFailed(reason="x", status=429, retry_after=timedelta(hours=1)), None),
    ]
)


@given(st.lists(ANSWERS, min_size=1, max_size=30))
def test_any_history_leaves_a_consistent_state(
    history: list[tuple[FetchResult, ParseResult | None]],
) -> None:
    """Health, streak, error and next check agree whatever happened."""
    state, now = FeedState(url=URL), NOW
    for answer, parsed in history:
        state = decide(state, answer, parsed, policy=POLICY, now=now)
        failing = state.health is FeedHealth.FAILING
        assert failing == (state.error_streak > 0) == bool(state.last_error)
        assert state.last_checked_at == now
        assert state.next_check_at is not None
        assert timedelta(0) < state.next_check_at - now <= POLICY.max_backoff
        now = state.next_check_at
