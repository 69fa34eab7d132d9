"""A feed's state from one round to the next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.upkeep.refresh import (
    RefreshPolicy,
    Round,
    body_hash,
    decide,
    is_due,
    needs_parsing,
    parse_retry_after,
    request_for,
    transition,
)
from digest.model import (
    Attribute,
    Entry,
    EntryKey,
    Feed,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    Login,
    NotModified,
    ParsedFeed,
    ParseFailed,
    ParseResult,
    Selectors,
    SourceKind,
)

NOW = datetime(2024, 2, 3, 12, tzinfo=UTC)
URL = "https://site.example/feed"
FEED_AT = Feed(url=URL)
POLICY = RefreshPolicy(
    interval=timedelta(minutes=30),
    min_interval=timedelta(minutes=10),
    max_interval=timedelta(days=1),
    backoff=timedelta(minutes=15),
    max_backoff=timedelta(days=1),
    pause_after=timedelta(days=14),
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
    answer: FetchResult,
    parsed: ParseResult | None = None,
    state: FeedState = STRUGGLING,
    *,
    feed: Feed = FEED_AT,
    now: datetime = NOW,
) -> FeedState:
    this_round = Round(policy=POLICY, started_at=now)
    return decide(feed, state, answer, parsed, this_round=this_round, now=now)


def test_a_read_document_sets_everything_right() -> None:
    """Success resets the streak and keeps validators, hash, title, latency and times."""
    state = after(DOCUMENT, FEED)
    assert state.interval is not None
    assert POLICY.interval * 0.9 <= state.interval <= POLICY.interval * 1.1
    assert state == FeedState(
        url=URL,
        title="The feed",
        etag='"2"',
        last_modified="yesterday",
        body_hash=body_hash(b"<rss/>"),
        last_checked_at=NOW,
        last_ok_at=NOW,
        next_check_at=NOW + state.interval,
        interval=state.interval,
        overdue_at=NOW,
        latency=LATENCY,
    )


def test_an_unchanged_document_need_not_be_parsed() -> None:
    """A body whose hash is known is a success without parsing, and keeps the title."""
    known = replace(STRUGGLING, body_hash=body_hash(DOCUMENT.body))
    assert not needs_parsing(FEED_AT, known, DOCUMENT)
    assert needs_parsing(FEED_AT, STRUGGLING, DOCUMENT)
    state = after(DOCUMENT, None, known)
    assert (state.health, state.title, state.etag) == (FeedHealth.ACTIVE, "Old title", '"2"')


def test_a_page_is_read_anew_once_its_selectors_are_others() -> None:
    """Neither its validators nor its hash keep a page from being read by what is written now."""
    page = replace(FEED_AT, kind=SourceKind.PAGE, selectors=Selectors(entry="li", title="h3"))
    state = after(DOCUMENT, FEED, feed=page)
    assert request_for(page, state).etag == '"2"'
    assert not needs_parsing(page, state, DOCUMENT)
    edited = replace(page, selectors=Selectors(entry="li", title="h4"))
    assert request_for(edited, state).etag == request_for(edited, state).last_modified == ""
    assert needs_parsing(edited, state, DOCUMENT)


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
    assert state.next_check_at is None
    assert not is_due(FEED_AT, state, NOW + timedelta(days=10_000))


def test_a_feed_is_due_when_its_time_has_come() -> None:
    """A feed never asked is due at once, any other from next_check_at on."""
    assert is_due(FEED_AT, FeedState(url=URL), NOW)
    later = FeedState(url=URL, next_check_at=NOW + timedelta(seconds=1))
    assert not is_due(FEED_AT, later, NOW)
    assert is_due(FEED_AT, later, NOW + timedelta(seconds=1))


def test_the_request_carries_the_validators() -> None:
    """What was kept of the last good answer is sent back."""
    expected = FetchRequest(url=URL, etag='"1"', last_modified="long ago")
    assert request_for(FEED_AT, STRUGGLING) == expected


def test_the_request_carries_what_the_configuration_says() -> None:
    """Headers and login go along; a page and an API are asked for what they are."""
    login = Login(username="ada", password="x")
    header = Attribute(name="X-Key", value="y")
    feed = Feed(url=URL, login=login, headers=(header,), kind=SourceKind.API)
    request = request_for(feed, FeedState(url=URL))
    assert (request.login, request.headers) == (login, (header,))
    assert request.accept.startswith("application/json")


def entries(*ages: timedelta) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            key=EntryKey(feed=URL, id=str(n)),
            title="t",
            url=URL,
            fingerprint="f",
            published_at=NOW - age,
        )
        for n, age in enumerate(ages)
    )


def test_what_a_document_told_holds_while_it_is_unchanged() -> None:
    """Rhythm and ttl are kept through 304s, and a silence lengthens the interval."""
    daily = entries(*(timedelta(days=day) for day in range(10)))
    parsed = ParsedFeed(title="The feed", ttl=timedelta(hours=2), entries=daily)
    first = after(DOCUMENT, parsed)
    assert first.gap == timedelta(days=1)
    assert first.interval is not None
    assert timedelta(hours=5.4) <= first.interval <= timedelta(hours=6.6)
    silent = after(NotModified(), None, first, now=NOW + timedelta(days=60))
    assert (silent.gap, silent.ttl) == (first.gap, first.ttl)
    assert silent.interval is not None
    assert silent.interval >= timedelta(hours=21)


@pytest.mark.parametrize(
    ("header", "document", "expected"),
    [
        pytest.param("", "", "", id="none-any-more"),
        pytest.param("https://a.example/", "https://b.example/", "https://a.example/", id="header"),
        pytest.param("", "https://b.example/", "https://b.example/", id="document"),
    ],
)
def test_the_hub_is_the_one_named_last(header: str, document: str, expected: str) -> None:
    """The Link header goes before the document; a 304 says nothing of hubs."""
    known = replace(STRUGGLING, hub="https://old.example/", topic=URL)
    answer = replace(DOCUMENT, hub=header, topic=URL)
    assert after(answer, ParsedFeed(title="t", hub=document), known).hub == expected
    assert after(NotModified(), None, known).hub == "https://old.example/"


def test_the_publisher_wish_counts_from_the_answer_and_the_interval_from_the_round() -> None:
    """A slow round never asks sooner than allowed, and shifts no tick of the interval."""
    answered = NOW + timedelta(minutes=4)
    this_round = Round(policy=POLICY, started_at=NOW)
    waits = {}
    for fresh_for in (None, timedelta(hours=6), timedelta(days=400)):
        result = NotModified(fresh_for=fresh_for)
        state = decide(FEED_AT, STRUGGLING, result, None, this_round=this_round, now=answered)
        assert state.next_check_at is not None
        waits[fresh_for] = state.next_check_at
    assert waits[None] <= NOW + POLICY.interval * 1.1
    assert waits[timedelta(hours=6)] >= answered + timedelta(hours=6)
    assert waits[timedelta(days=400)] == answered + POLICY.max_interval


def test_a_fixed_interval_is_kept_to_the_second_and_at_once() -> None:
    """Neither rhythm, wishes nor jitter change it; a new one counts before the next question."""
    fixed = Feed(url=URL, interval=timedelta(minutes=5))
    state = after(NotModified(fresh_for=timedelta(hours=6)), feed=fixed)
    assert state.next_check_at == NOW + timedelta(minutes=5)
    adaptive = after(NotModified(fresh_for=timedelta(hours=6)))
    assert not is_due(FEED_AT, adaptive, NOW + timedelta(minutes=5))
    assert is_due(fixed, adaptive, NOW + timedelta(minutes=5))


def test_a_feed_that_fails_for_long_is_paused_once() -> None:
    """From failing to paused when pause_after is over, and no sooner; a success wakes it."""
    state, now, healths = FeedState(url=URL, last_ok_at=NOW), NOW, []
    while state.health is not FeedHealth.PAUSED:
        before = state
        state = after(FetchFailed(reason="x", status=403), state=before, now=now)
        healths.append(transition(before, state))
        assert state.failing_since == NOW
        assert state.health is FeedHealth.PAUSED or now - NOW < POLICY.pause_after
        now = state.next_check_at or now
    assert healths == [FeedHealth.FAILING, *[None] * (len(healths) - 2), FeedHealth.PAUSED]
    assert not is_due(FEED_AT, state, NOW + timedelta(days=10_000))
    again = after(FetchFailed(reason="x"), state=state, now=now + timedelta(days=1))
    assert transition(state, again) is None
    woken = after(NotModified(), state=again, now=now + timedelta(days=2))
    assert transition(again, woken) is FeedHealth.ACTIVE
    assert (woken.failing_since, woken.last_error) == (None, "")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refusals_are_ordinary_failures(status: int) -> None:
    """Only 410 is for good."""
    state = after(FetchFailed(reason="x", status=status), state=FeedState(url=URL))
    assert state.health is FeedHealth.FAILING


def test_a_gone_feed_stays_gone_until_it_answers() -> None:
    """Asked by hand, another failure changes nothing; a document brings it back."""
    gone = after(FetchFailed(reason="gone", status=410))
    still = after(FetchFailed(reason="x", status=500), state=gone)
    assert (still.health, transition(gone, still)) == (FeedHealth.GONE, None)
    assert after(DOCUMENT, FEED, still).health is FeedHealth.ACTIVE


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


@given(st.lists(ANSWERS, min_size=1, max_size=40))
def test_any_history_leaves_a_consistent_state(
    history: list[tuple[FetchResult, ParseResult | None]],
) -> None:
    """Health, streak, error, failing_since and next check agree whatever happened."""
    state, now = FeedState(url=URL), NOW
    for answer, parsed in history:
        state = after(answer, parsed, state, now=now)
        healthy = state.health is FeedHealth.ACTIVE
        assert healthy == (not state.error_streak) == (not state.last_error)
        assert healthy == (state.failing_since is None)
        assert state.last_checked_at == now
        if state.health is FeedHealth.PAUSED:
            assert state.next_check_at is None
            now += timedelta(days=1)
            continue
        assert state.next_check_at is not None
        assert timedelta(0) < state.next_check_at - now <= POLICY.max_backoff
        now = state.next_check_at
