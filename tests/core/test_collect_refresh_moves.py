"""Feeds that moved, as a table and as stories."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.upkeep.moves import after_redirect, asked_at, identity
from digest.collect.upkeep.refresh import RefreshPolicy, Round, decide, request_for
from digest.model import (
    Attribute,
    Feed,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    Login,
    NotModified,
    ParseFailed,
)

NOW = datetime(2024, 2, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = "http://old.example/feed"
NEW = "https://new.example/feed"
OTHER = "https://other.example/feed"
LISTED = frozenset({identity(OLD), identity(OTHER)})
SECRET = Feed(url=OLD, login=Login(username="ada", password="x"))
POLICY = RefreshPolicy(
    interval=timedelta(minutes=30),
    min_interval=timedelta(minutes=10),
    max_interval=DAY,
    backoff=timedelta(minutes=15),
    max_backoff=DAY,
    pause_after=14 * DAY,
)


@pytest.mark.parametrize(
    ("redirect", "held_for", "asked", "remark"),
    [
        pytest.param("", None, OLD, "", id="none"),
        pytest.param(NEW, None, OLD, "", id="first-seen"),
        pytest.param(NEW, 7 * DAY - timedelta(seconds=1), OLD, "", id="six-days"),
        pytest.param(NEW, 7 * DAY, NEW, "moved to", id="a-week"),
        pytest.param(
            "https://old.example/feed", None, "https://old.example/feed", "moved", id="tls"
        ),
        pytest.param("https://old.example/", None, OLD, "", id="tls-elsewhere"),
        pytest.param("https://old.example/feed?a=1", None, OLD, "", id="tls-other-query"),
        pytest.param("https://www.old.example/feed", None, OLD, "", id="tls-other-host"),
        pytest.param("https://old.example:8443/feed", None, OLD, "", id="tls-other-port"),
        pytest.param(OLD, 8 * DAY, OLD, "a loop", id="loop"),
        pytest.param("HTTP://OLD.example:80/feed", 8 * DAY, OLD, "a loop", id="loop-respelt"),
        pytest.param(OTHER, 8 * DAY, OLD, "listed as well", id="another-listed-feed"),
        pytest.param("ftp://new.example/feed", 8 * DAY, OLD, "no http", id="ftp"),
        pytest.param("file:///etc/passwd", 8 * DAY, OLD, "no http", id="file"),
        pytest.param("https://[new.example/feed", 8 * DAY, OLD, "no http", id="unreadable"),
    ],
)
def test_moves(redirect: str, held_for: timedelta | None, asked: str, remark: str) -> None:
    """Where a feed is asked after a redirect for good that has held for so long."""
    state = FeedState(url=OLD)
    if held_for is not None:
        state = replace(state, moved_to=redirect, moved_since=NOW - held_for)
    after = after_redirect(state, redirect, feed=Feed(url=OLD), listed=LISTED, now=NOW)
    assert asked_at(Feed(url=OLD), after) == asked
    assert (remark in after.remark) if remark else not after.remark
    assert after.url == OLD


@pytest.mark.parametrize(
    ("target", "taken"),
    [
        pytest.param("https://old.example/feed", True, id="tls"),
        pytest.param("https://old.example/elsewhere", True, id="tls-elsewhere"),
        pytest.param("http://old.example/elsewhere", True, id="same-origin"),
        pytest.param("http://old.example:8080/feed", False, id="another-port"),
        pytest.param(NEW, False, id="another-host"),
    ],
)
@pytest.mark.parametrize(
    "feed",
    [SECRET, Feed(url=OLD, headers=(Attribute(name="X-Key", value="y"),))],
    ids=["login", "header"],
)
def test_secrets_stay_at_their_origin(feed: Feed, target: str, taken: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """A login or header is never sent to another host because a redirect says so."""
    state = FeedState(url=OLD, moved_to=target, moved_since=NOW - 8 * DAY)
    after = after_redirect(state, target, feed=feed, listed=LISTED, now=NOW)
    assert (asked_at(feed, after) == target) is taken
    assert ("update feeds.toml" in after.remark) or taken
    applied = FeedState(url=OLD, asked_url=target)
    assert (request_for(feed, applied).url == target) is taken


def ask(state: FeedState, answer: FetchResult, *, day: int, feed: Feed | None = None) -> FeedState:
    now = NOW + day * DAY
    this_round = Round(policy=POLICY, started_at=now, listed=LISTED)
    parsed = None
    if isinstance(answer, Fetched) and b"html" in answer.body:
        parsed = ParseFailed(reason="the document is an HTML page, not a feed")
    return decide(feed or Feed(url=OLD), state, answer, parsed, this_round=this_round, now=now)


MOVED = NotModified(moved_to=NEW)


def test_a_week_of_redirects_moves_a_feed() -> None:
    """A move holds from its first sight; afterwards the new URL is asked and it says so."""
    state = FeedState(url=OLD)
    for day in range(7):
        state = ask(state, MOVED, day=day)
        assert (state.moved_to, state.moved_since) == (NEW, NOW)
        assert request_for(Feed(url=OLD), state).url == OLD
    state = ask(state, MOVED, day=7)
    assert request_for(Feed(url=OLD), state).url == NEW
    state = ask(state, NotModified(), day=8)
    assert state.remark == f"moved to {NEW}; update feeds.toml"
    assert (state.moved_to, state.moved_since, state.asked_url) == ("", None, NEW)


@pytest.mark.parametrize(
    "interruption",
    [NotModified(), NotModified(moved_to="https://third.example/feed")],
    ids=["no-redirect", "another-target"],
)
def test_a_redirect_that_does_not_hold_is_forgotten(interruption: FetchResult) -> None:
    """A week counts only unbroken, to one and the same target."""
    state = ask(ask(FeedState(url=OLD), MOVED, day=0), interruption, day=3)
    state = ask(state, MOVED, day=8)
    assert (state.asked_url, state.moved_since) == ("", NOW + 8 * DAY)


def test_a_failure_neither_breaks_nor_proves_a_move() -> None:
    """An answer that is no feed says nothing of where the feed is."""
    parked = Fetched(url=NEW, body=b"<html>", moved_to=NEW)
    state = ask(ask(FeedState(url=OLD), MOVED, day=0), parked, day=8)
    assert (state.asked_url, state.moved_to, state.moved_since) == ("", NEW, NOW)
    assert ask(state, MOVED, day=9).asked_url == NEW


def test_a_moved_feed_may_move_again_and_come_home() -> None:
    """A second move takes its own week; a redirect to the configured URL is obeyed at once."""
    third = "https://third.example/feed"
    state = FeedState(url=OLD, asked_url=NEW)
    state = ask(state, NotModified(moved_to=third), day=0)
    assert (state.asked_url, state.moved_to) == (NEW, third)
    assert ask(state, NotModified(moved_to=third), day=7).asked_url == third
    home = ask(state, NotModified(moved_to=OLD), day=1)
    assert (home.asked_url, home.moved_to, home.remark) == ("", "", "")


@pytest.mark.parametrize(("status", "failures"), [(410, 1), (404, 1), (500, 3), (None, 3)])
def test_where_a_move_led_nowhere_the_configured_url_is_asked_again(
    status: int | None, failures: int
) -> None:
    """The feed is not retired for what another place answers, and its validators are dropped."""
    state = FeedState(url=OLD, asked_url=NEW, etag='"1"', last_modified="long ago")
    for day in range(failures):
        assert request_for(Feed(url=OLD), state).url == NEW
        state = ask(state, FetchFailed(reason="x", status=status), day=day)
    assert (state.health, state.asked_url) == (FeedHealth.FAILING, "")
    assert (state.etag, state.last_modified) == ("", "")
    assert NEW in state.remark
    assert ask(state, FetchFailed(reason="x", status=410), day=9).health is FeedHealth.GONE


def test_a_new_url_in_the_configuration_needs_no_remark() -> None:
    """A feed that is listed at its new URL starts afresh there."""
    assert ask(FeedState(url=NEW), NotModified(), day=0, feed=Feed(url=NEW)).remark == ""


@given(st.text(max_size=60), st.booleans())
def test_any_redirect_is_survived(target: str, held: bool) -> None:  # noqa: FBT001 - hypothesis
    """No URL raises, and only http and https are ever asked."""
    state = FeedState(url=OLD, moved_to=target, moved_since=NOW - 8 * DAY if held else None)
    after = after_redirect(state, target, feed=Feed(url=OLD), listed=LISTED, now=NOW)
    assert asked_at(Feed(url=OLD), after).lower().startswith(("http://", "https://"))
