"""What hubs say, and whether it is them."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.hubs.callbacks import is_signed, verdict
from digest.collect.hubs.websub import ANSWER_WITHIN, LEASE, asked, denied, leaving, verified
from digest.model import HubQuestion, HubState, HubSubscription

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
TOPIC = "https://quay.example/feed.xml?a=1&b=ü"
NEW = HubSubscription(
    feed_url="https://quay.example/feed",
    hub="https://hub.example/",
    topic=TOPIC,
    callback="https://letters.example/hub/token",
    token="token",
    secret="shh",
)
REQUESTED = asked(NEW, callback=NEW.callback, now=NOW)
ACTIVE = verified(REQUESTED, LEASE, now=NOW)
LEAVING = leaving(ACTIVE, now=NOW)
CONFIRM = HubQuestion(mode="subscribe", topic=TOPIC, challenge="c-1", lease_seconds="3600")
END = HubQuestion(mode="unsubscribe", topic=TOPIC, challenge="c-2")
DENY = HubQuestion(mode="denied", topic=TOPIC, reason="no\x00t\nhere")


def test_a_request_of_ours_is_confirmed_for_the_lease_the_hub_grants() -> None:
    """The challenge is echoed, and the lease counts from the verification."""
    found = verdict(REQUESTED, CONFIRM, now=NOW + timedelta(minutes=5))
    assert found.echo == "c-1"
    assert found.after is not None
    assert found.after.state is HubState.ACTIVE
    assert found.after.lease_until == NOW + timedelta(minutes=65)


@pytest.mark.parametrize(
    ("subscription", "question", "after"),
    [
        pytest.param(None, CONFIRM, 0, id="unknown-token"),
        pytest.param(REQUESTED, replace(CONFIRM, topic="https://x.example/"), 0, id="other-topic"),
        pytest.param(REQUESTED, replace(CONFIRM, topic=""), 0, id="no-topic"),
        pytest.param(REQUESTED, replace(CONFIRM, mode=""), 0, id="no-mode"),
        pytest.param(REQUESTED, replace(CONFIRM, mode="publish"), 0, id="unknown-mode"),
        pytest.param(REQUESTED, replace(CONFIRM, challenge=""), 0, id="no-challenge"),
        pytest.param(REQUESTED, replace(CONFIRM, challenge="x" * 5000), 0, id="long-challenge"),
        pytest.param(REQUESTED, replace(CONFIRM, lease_seconds="0"), 0, id="no-lease"),
        pytest.param(REQUESTED, replace(CONFIRM, lease_seconds="-5"), 0, id="negative-lease"),
        pytest.param(REQUESTED, replace(CONFIRM, lease_seconds="1e9"), 0, id="odd-lease"),
        pytest.param(REQUESTED, replace(CONFIRM, lease_seconds="٣"), 0, id="arabic-digits"),
        pytest.param(REQUESTED, CONFIRM, 7, id="request-too-old"),
        pytest.param(REQUESTED, END, 0, id="end-not-wanted"),
        pytest.param(ACTIVE, END, 0, id="end-of-active-not-wanted"),
        pytest.param(LEAVING, CONFIRM, 0, id="subscribe-while-leaving"),
        pytest.param(denied(REQUESTED, "", now=NOW), CONFIRM, 0, id="after-denial"),
        pytest.param(None, DENY, 0, id="denial-of-nothing"),
        pytest.param(REQUESTED, replace(DENY, topic="x"), 0, id="denial-of-other-topic"),
    ],
)
def test_what_we_did_not_ask_for_is_refused(
    subscription: HubSubscription | None, question: HubQuestion, after: int
) -> None:
    """Anything but a standing request of ours is a 404 and changes nothing."""
    found = verdict(subscription, question, now=NOW + timedelta(hours=after))
    assert found.echo is None
    assert found.after == subscription


def test_a_request_stands_until_it_is_given_up() -> None:
    """A slow hub may verify for hours."""
    late = NOW + ANSWER_WITHIN - timedelta(seconds=1)
    assert verdict(REQUESTED, CONFIRM, now=late).echo == "c-1"


def test_a_hub_may_verify_twice() -> None:
    """A repeated verification, or one in the middle of the lease, is confirmed as well."""
    again = verdict(ACTIVE, CONFIRM, now=NOW + timedelta(days=3))
    assert again.echo == "c-1"
    assert again.after is not None
    assert again.after.lease_until == NOW + timedelta(days=3, hours=1)


@pytest.mark.parametrize(
    ("seconds", "lease"),
    [
        pytest.param("", LEASE, id="left-out-as-in-0.3"),
        pytest.param("00060", timedelta(minutes=1), id="zeros"),
        pytest.param("999999999999", timedelta(days=365), id="for-ever"),
    ],
)
def test_leases(seconds: str, lease: timedelta) -> None:
    """Odd leases are read for what they mean, and none lasts for ever."""
    found = verdict(REQUESTED, replace(CONFIRM, lease_seconds=seconds), now=NOW)
    assert found.after is not None
    assert found.after.lease_until == NOW + lease


def test_the_end_of_a_subscription_that_is_left_is_confirmed() -> None:
    """A confirmed unsubscription is forgotten."""
    found = verdict(LEAVING, END, now=NOW)
    assert (found.echo, found.after) == ("c-2", None)


@pytest.mark.parametrize("before", [REQUESTED, ACTIVE], ids=["requested", "active"])
def test_a_hub_may_deny_at_any_time(before: HubSubscription) -> None:
    """A denial ends what was verified, with the reason on one line."""
    found = verdict(before, DENY, now=NOW)
    assert found.echo == ""
    assert found.after is not None
    assert found.after.state is HubState.DENIED
    assert found.after.last_error == "the hub denied it: no t here"


def test_a_denial_of_what_is_left_forgets_it() -> None:
    """There is nothing more to end."""
    assert verdict(LEAVING, DENY, now=NOW).after is None


METHODS = ("sha1", "sha256", "sha384", "sha512")


@given(st.binary(max_size=200), st.sampled_from(METHODS), st.text("0123456789abcdef", min_size=1))
def test_the_registered_methods_are_checked(body: bytes, method: str, secret: str) -> None:
    """A signature holds for this body under this secret only, in upper or lower case."""
    digest = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    assert is_signed(body, signature=f"{method}={digest}", secret=secret)
    assert is_signed(body, signature=f"{method.upper()}={digest.upper()}", secret=secret)
    assert not is_signed(body + b"x", signature=f"{method}={digest}", secret=secret)
    assert not is_signed(body, signature=f"{method}={digest}", secret=secret + "x")


@pytest.mark.parametrize(
    "signature",
    ["", "=", "sha1", "sha256=", "md5={md5}", "sha3_256={md5}", "{sha1}", "sha256={sha1}", "ü=ü"],
)
def test_other_signatures_do_not_hold(signature: str) -> None:
    """Missing, unknown, cut off and mismatched signatures are none."""
    digests = {name: hmac.new(b"shh", b"body", name).hexdigest() for name in ("md5", "sha1")}
    assert not is_signed(b"body", signature=signature.format(**digests), secret="shh")


def test_no_secret_signs_nothing() -> None:
    """An empty secret would let anybody sign."""
    digest = hmac.new(b"", b"body", "sha256").hexdigest()
    assert not is_signed(b"body", signature=f"sha256={digest}", secret="")
