"""The life of a subscription at a hub, as decisions over values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.hubs.hub_offers import HubOffer, callback_url, hub_offers, may_subscribe
from digest.collect.hubs.websub import (
    ANSWER_WITHIN,
    LEASE,
    Step,
    ask_feed_at,
    asked,
    denied,
    describe,
    is_active,
    leaving,
    missed,
    never_verified,
    next_step,
    pushed,
    request_failed,
    request_to_hub,
    verified,
)
from digest.model import FeedHealth, FeedState, FetchFailed, HubState, HubSubscription

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEED = "https://quay.example/feed.xml"
HUB = "https://hub.example/"
CALLBACK = "https://letters.example/hub/token"
OFFER = HubOffer(feed_url=FEED, hub=HUB, topic=FEED)
NEW = HubSubscription(
    feed_url=FEED, hub=HUB, topic=FEED, callback=CALLBACK, token="token", secret="shh"
)
REQUESTED = asked(NEW, callback=CALLBACK, now=NOW)
ACTIVE = verified(REQUESTED, LEASE, now=NOW)
DENIED = denied(REQUESTED, "not here", now=NOW)
FAILED = request_failed(REQUESTED, FetchFailed(reason="down", status=502), now=NOW)
LEAVING = leaving(ACTIVE, now=NOW)


def step(
    subscription: HubSubscription, *, after: timedelta, offer: HubOffer | None = OFFER
) -> Step:
    return next_step(subscription, offer, callback=CALLBACK, now=NOW + after)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        pytest.param("https://letters.example", True, id="https"),
        pytest.param("http://letters.example", False, id="http"),
        pytest.param("http://localhost:8600", False, id="loopback"),
        pytest.param("http://127.0.0.1:8600", True, id="opted-in"),
    ],
)
def test_callbacks_are_https_unless_their_host_was_opted_in(url: str, *, allowed: bool) -> None:
    """Plain http is for hosts named as private only."""
    assert may_subscribe(url, private_hosts={"127.0.0.1"}) is allowed


def test_a_callback_ends_in_its_token() -> None:
    """The token is the last part of the callback's path, under any base."""
    assert callback_url("https://a.example/news", "t") == "https://a.example/news/hub/t"


@pytest.mark.parametrize(
    ("state", "hub"),
    [
        pytest.param({"hub": HUB, "topic": FEED}, HUB, id="https"),
        pytest.param({"hub": "http://hub.example/", "topic": FEED}, HUB, id="http-made-https"),
        pytest.param({"hub": "http://hub.example:80/", "topic": FEED}, HUB, id="port-80"),
        pytest.param(
            {"hub": "http://10.0.0.5/h", "topic": FEED}, "http://10.0.0.5/h", id="private-http"
        ),
        pytest.param({"hub": HUB}, None, id="no-topic"),
        pytest.param({"topic": FEED}, None, id="no-hub"),
        pytest.param({"hub": "javascript:alert(1)", "topic": FEED}, None, id="no-web-url"),
        pytest.param({"hub": "https://[", "topic": FEED}, None, id="unreadable"),
        pytest.param({"hub": HUB + "x" * 3_000, "topic": FEED}, None, id="endless"),
        pytest.param({"hub": HUB, "topic": FEED, "health": FeedHealth.PAUSED}, None, id="paused"),
        pytest.param({"hub": HUB, "topic": FEED, "health": FeedHealth.GONE}, None, id="gone"),
        pytest.param({"hub": HUB, "topic": FEED, "health": FeedHealth.FAILING}, HUB, id="failing"),
    ],
)
def test_hubs_are_offered_by_feeds_that_are_asked(state: dict[str, str], hub: str | None) -> None:
    """A feed with hub and topic offers its hub, at https where it can be."""
    offers = hub_offers([FeedState(url=FEED, **state)], private_hosts={"10.0.0.5"})  # type: ignore[arg-type]  # a table of strings
    assert (offers[FEED].hub if offers else None) == hub


MOVED = replace(OFFER, hub="https://other.example/")
RENEWING = asked(ACTIVE, callback=CALLBACK, now=NOW + DAY)
SILENT = missed(ACTIVE, now=NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("subscription", "after", "offer", "expected"),
    [
        pytest.param(REQUESTED, HOUR, OFFER, Step.NOTHING, id="waiting-for-the-hub"),
        pytest.param(REQUESTED, ANSWER_WITHIN, OFFER, Step.GIVE_UP_WAITING, id="never-verified"),
        pytest.param(ACTIVE, 5 * DAY, OFFER, Step.NOTHING, id="lease-young"),
        pytest.param(ACTIVE, 6.7 * DAY, OFFER, Step.SUBSCRIBE, id="two-thirds-of-the-lease"),
        pytest.param(RENEWING, DAY + ANSWER_WITHIN, OFFER, Step.GIVE_UP_WAITING, id="renewal-lost"),
        pytest.param(FAILED, 0.5 * HOUR, OFFER, Step.NOTHING, id="failed-just-now"),
        pytest.param(FAILED, HOUR, OFFER, Step.SUBSCRIBE, id="failed-an-hour-ago"),
        pytest.param(DENIED, 12 * HOUR, OFFER, Step.NOTHING, id="denied-today"),
        pytest.param(DENIED, DAY, OFFER, Step.SUBSCRIBE, id="denied-yesterday"),
        pytest.param(SILENT, 2 * DAY, OFFER, Step.NOTHING, id="missed-may-come-yet"),
        pytest.param(SILENT, 2 * DAY + HOUR, OFFER, Step.SUBSCRIBE, id="missed"),
        pytest.param(
            asked(SILENT, callback=CALLBACK, now=NOW + 2 * DAY),
            2.5 * DAY,
            OFFER,
            Step.GIVE_UP_WAITING,
            id="missed-and-asked-again",
        ),
        pytest.param(ACTIVE, HOUR, None, Step.UNSUBSCRIBE, id="no-longer-listed"),
        pytest.param(REQUESTED, HOUR, None, Step.UNSUBSCRIBE, id="unlisted-while-waiting"),
        pytest.param(FAILED, HOUR, None, Step.FORGET, id="unlisted-and-failed"),
        pytest.param(DENIED, HOUR, None, Step.FORGET, id="unlisted-and-denied"),
        pytest.param(ACTIVE, 11 * DAY, None, Step.FORGET, id="unlisted-after-the-lease"),
        pytest.param(ACTIVE, HOUR, MOVED, Step.UNSUBSCRIBE, id="another-hub"),
        pytest.param(LEAVING, 0.5 * HOUR, None, Step.NOTHING, id="leaving"),
        pytest.param(LEAVING, HOUR, None, Step.UNSUBSCRIBE, id="leaving-again"),
        pytest.param(
            leaving(leaving(LEAVING, now=NOW), now=NOW), HOUR, None, Step.FORGET, id="left"
        ),
        pytest.param(LEAVING, HOUR, OFFER, Step.SUBSCRIBE, id="listed-again"),
        pytest.param(
            replace(ACTIVE, callback="https://old.example/hub/token"),
            HOUR,
            OFFER,
            Step.SUBSCRIBE,
            id="callback-moved",
        ),
    ],
)
def test_steps(
    subscription: HubSubscription, after: timedelta, offer: HubOffer | None, expected: Step
) -> None:
    """What is due, for every state a subscription can be in."""
    assert step(subscription, after=after, offer=offer) is expected


def test_a_hub_that_never_pushes_is_asked_anew_once_a_day() -> None:
    """However much is missed, a hub that verifies and stays silent is not pestered."""
    again = verified(asked(SILENT, callback=CALLBACK, now=NOW + 3 * DAY), LEASE, now=NOW + 3 * DAY)
    assert again.missed_at is not None
    assert step(again, after=3.9 * DAY) is Step.NOTHING
    assert step(again, after=4.1 * DAY) is Step.SUBSCRIBE


def test_a_request_says_what_the_recommendation_asks_for() -> None:
    """Mode, topic, callback, lease and secret are posted; unsubscribing needs no secret."""
    fields = {field.name: field.value for field in request_to_hub(REQUESTED).form}
    assert fields == {
        "hub.mode": "subscribe",
        "hub.topic": FEED,
        "hub.callback": CALLBACK,
        "hub.lease_seconds": "864000",
        "hub.secret": "shh",
    }
    fields = {field.name: field.value for field in request_to_hub(LEAVING).form}
    assert fields == {"hub.mode": "unsubscribe", "hub.topic": FEED, "hub.callback": CALLBACK}


def test_secrets_are_in_no_representation() -> None:
    """Neither subscription nor request shows token, callback or secret."""
    for value in (REQUESTED, request_to_hub(REQUESTED)):
        assert "token" not in repr(value).replace("token=", "")
        assert "shh" not in repr(value)


def test_a_renewal_keeps_the_subscription_alive() -> None:
    """While a renewal is under way or has failed, the lease still holds; later it does not."""
    assert RENEWING.state is HubState.RENEWING
    assert is_active(RENEWING, NOW + 2 * DAY)
    failed = never_verified(RENEWING, now=NOW + 2 * DAY)
    assert failed.state is HubState.ACTIVE
    assert not is_active(failed, NOW + LEASE)
    assert asked(failed, callback=CALLBACK, now=NOW + LEASE).state is HubState.REQUESTED


def test_a_hub_that_verified_before_it_answered_is_believed() -> None:
    """An answer that is lost after the verification changes nothing."""
    assert request_failed(ACTIVE, FetchFailed(reason="timed out"), now=NOW) == ACTIVE


@pytest.mark.parametrize(
    ("failure", "at_least", "at_most"),
    [
        pytest.param(FetchFailed(reason="down"), 0.9 * HOUR, HOUR, id="failure"),
        pytest.param(FetchFailed(reason="no", status=400), 0.9 * DAY, DAY, id="refusal"),
        pytest.param(FetchFailed(reason="busy", status=429), 0.9 * HOUR, HOUR, id="busy"),
        pytest.param(
            FetchFailed(reason="later", status=503, retry_after=5 * HOUR),
            5 * HOUR,
            5 * HOUR,
            id="retry-after",
        ),
    ],
)
def test_waits(failure: FetchFailed, at_least: timedelta, at_most: timedelta) -> None:
    """How long a hub is left alone after its first failure."""
    after = request_failed(REQUESTED, failure, now=NOW)
    assert after.next_action_at is not None
    assert at_least <= after.next_action_at - NOW <= at_most
    assert after.state is HubState.FAILED


@given(st.integers(min_value=1, max_value=200))
def test_waits_double_to_a_limit(times: int) -> None:
    """Failures double the wait up to a week, denials up to a month."""
    failed, refused = REQUESTED, REQUESTED
    for _ in range(times):
        failed = never_verified(replace(failed, state=HubState.REQUESTED), now=NOW)
        refused = denied(refused, "", now=NOW)
    assert failed.next_action_at is not None
    assert refused.next_action_at is not None
    assert failed.next_action_at - NOW <= min(HOUR * 2.0 ** min(times - 1, 20), 7 * DAY)
    assert refused.next_action_at - NOW <= min(DAY * 2.0 ** min(times - 1, 20), 30 * DAY)
    assert refused.next_action_at - NOW >= 0.9 * DAY


@given(st.integers(min_value=1, max_value=10**9), st.text(min_size=1, max_size=30))
def test_a_lease_is_renewed_before_it_ends(seconds: int, path: str) -> None:
    """Whatever the hub grants, it is asked again before then, but not every few seconds."""
    lease = min(timedelta(seconds=seconds), timedelta(days=365))
    one = verified(replace(REQUESTED, feed_url=FEED + path), lease, now=NOW)
    assert one.next_action_at is not None
    assert one.lease_until == NOW + lease
    assert one.next_action_at <= max(NOW + lease * 2 / 3, NOW + timedelta(minutes=10))
    assert one.next_action_at >= NOW + max(lease / 2, timedelta(minutes=10))


def test_feeds_renew_at_different_moments() -> None:
    """Subscriptions of one moment are not all renewed at one moment."""
    moments = {
        verified(replace(REQUESTED, feed_url=f"{FEED}?{n}"), LEASE, now=NOW).next_action_at
        for n in range(20)
    }
    assert len(moments) == 20


PUSHED = pushed(ACTIVE, now=NOW)


@pytest.mark.parametrize(
    ("subscription", "at", "expected"),
    [
        pytest.param(PUSHED, timedelta(0), DAY, id="relied-upon"),
        pytest.param(ACTIVE, timedelta(0), HOUR, id="never-pushed"),
        pytest.param(missed(PUSHED, now=NOW), timedelta(0), HOUR, id="missed-an-entry"),
        pytest.param(
            pushed(missed(PUSHED, now=NOW), now=NOW), timedelta(0), DAY, id="pushed-after-all"
        ),
        pytest.param(PUSHED, LEASE, HOUR, id="lease-over"),
        pytest.param(PUSHED, LEASE - 6 * HOUR, 6 * HOUR, id="lease-ends-soon"),
        pytest.param(denied(PUSHED, "", now=NOW), timedelta(0), HOUR, id="denied"),
        pytest.param(
            verified(PUSHED, LEASE, now=NOW + 35 * DAY), 35 * DAY, HOUR, id="pushed-long-ago"
        ),
        pytest.param(leaving(PUSHED, now=NOW), timedelta(0), HOUR, id="leaving"),
    ],
)
def test_when_the_feed_itself_is_asked(
    subscription: HubSubscription, at: timedelta, expected: timedelta
) -> None:
    """Seldom while the hub pushes, and as ever when it does not."""
    now = NOW + at
    assert ask_feed_at(subscription, now + HOUR, longest=DAY, now=now) == now + expected


def test_a_rare_feed_is_never_asked_sooner_for_its_hub() -> None:
    """What was planned for later than the longest interval stays."""
    assert ask_feed_at(PUSHED, NOW + 3 * DAY, longest=DAY, now=NOW) == NOW + 3 * DAY


def test_only_a_hub_that_should_have_pushed_has_missed() -> None:
    """Without a running lease nothing is missed, and the first miss is the one remembered."""
    assert missed(REQUESTED, now=NOW) == REQUESTED
    assert missed(SILENT, now=NOW + 3 * DAY) == SILENT


@pytest.mark.parametrize(
    ("subscription", "words"),
    [
        pytest.param(REQUESTED, "asked for", id="requested"),
        pytest.param(PUSHED, "pushed", id="active"),
        pytest.param(SILENT, "not everything", id="missed"),
        pytest.param(DENIED, "the hub denied it: not here", id="denied"),
        pytest.param(FAILED, "down", id="failed"),
        pytest.param(LEAVING, "ended", id="leaving"),
    ],
)
def test_words(subscription: HubSubscription, words: str) -> None:
    """People are told where it stands."""
    assert words in describe(subscription, NOW + HOUR)
    assert describe(ACTIVE, NOW + LEASE) == "no pushes: the lease ran out"
