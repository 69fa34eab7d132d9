"""WebSub from the subscriber's side: what is asked of hubs, and what their answers change.

The states of a subscription, and what leads from one to another::

    requested ──verified──▶ active ──2/3 of the lease──▶ renewing
     │  ▲                    ▲  ▲ ◀──failed, lease runs──┘  │
     │  └──waited── failed   │  └────────verified───────────┘
     └──never verified──▶ failed        any ──denied──▶ denied ──waited──▶ requested
    any ──feed no longer listed, or names another hub──▶ leaving ──▶ forgotten

Polling goes on all the time: it finds hubs, and what they fail to push. All sections named here
are those of the W3C Recommendation WebSub of 23 January 2018.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

from digest.collect.hubs.hub_offers import HubOffer
from digest.collect.upkeep.interval import fraction
from digest.model import (
    Attribute,
    FetchFailed,
    FetchRequest,
    HubMode,
    HubState,
    HubSubscription,
)

LEASE = timedelta(days=10)
"""How long a subscription is asked for; "a good default" by section 8.2."""

ANSWER_WITHIN = timedelta(hours=6)
"""How long a request stands: a hub that has not verified it by then has failed."""

_SHORTEST_RENEWAL = timedelta(minutes=10)
_RENEWAL_JITTER = 0.1
_FIRST_WAIT = {HubState.FAILED: timedelta(hours=1), HubState.DENIED: timedelta(days=1)}
_LONGEST_WAIT = {HubState.FAILED: timedelta(days=7), HubState.DENIED: timedelta(days=30)}
_MAX_DOUBLINGS = 10
_LEAVE_AGAIN_AFTER = timedelta(hours=1)
_LEAVE_ATTEMPTS = 3
_TRUSTED_FOR = timedelta(days=30)
_GRACE = timedelta(minutes=15)
_ASK_AGAIN_AFTER = timedelta(days=1)

_REFUSALS = range(400, 500)
_PASSING = frozenset({408, 425, 429})
_HELD = frozenset({HubState.ACTIVE, HubState.RENEWING})
_HUB_ANSWER_TYPE = "text/plain, */*;q=0.1"
_MAX_HUB_ANSWER = 64 * 1024


class Step(Enum):
    """What is to be done about a subscription now."""

    NOTHING = auto()
    SUBSCRIBE = auto()
    UNSUBSCRIBE = auto()
    GIVE_UP_WAITING = auto()
    FORGET = auto()


def next_step(
    subscription: HubSubscription, offer: HubOffer | None, *, callback: str, now: datetime
) -> Step:
    """What is due now.

    :param offer: what the feed names today; None when it is no longer to be subscribed to.
    :param callback: the callback as it would be today; another one is told to the hub at once.
    """
    if offer is None or (offer.hub, offer.topic) != (subscription.hub, subscription.topic):
        return _next_of_leaving(subscription, now)
    if subscription.state is HubState.LEAVING or subscription.callback != callback:
        return Step.SUBSCRIBE
    if _fell_silent(subscription, now):
        return Step.SUBSCRIBE
    if not _is_due(subscription, now):
        return Step.NOTHING
    waiting = subscription.state in {HubState.REQUESTED, HubState.RENEWING}
    return Step.GIVE_UP_WAITING if waiting else Step.SUBSCRIBE


def _next_of_leaving(subscription: HubSubscription, now: datetime) -> Step:
    if subscription.state is HubState.LEAVING:
        if not _is_due(subscription, now):
            return Step.NOTHING
        tried_enough = subscription.failures >= _LEAVE_ATTEMPTS
        return Step.FORGET if tried_enough else Step.UNSUBSCRIBE
    at_hub = is_active(subscription, now) or subscription.state is HubState.REQUESTED
    return Step.UNSUBSCRIBE if at_hub else Step.FORGET


def _fell_silent(subscription: HubSubscription, now: datetime) -> bool:
    """Whether the hub did not push what asking found, for long enough to ask it anew."""
    return (
        subscription.state is HubState.ACTIVE
        and subscription.missed_at is not None
        and subscription.missed_at + _GRACE <= now
        and subscription.requested_at is not None
        and subscription.requested_at + _ASK_AGAIN_AFTER <= now
    )


def asked(subscription: HubSubscription, *, callback: str, now: datetime) -> HubSubscription:
    """The subscription when the hub is asked for it. One whose lease runs goes on meanwhile.

    A renewal keeps its callback: with a new one the hub would push everything twice until the old
    lease ends.
    """
    active = is_active(subscription, now)
    return replace(
        subscription,
        state=HubState.RENEWING if active else HubState.REQUESTED,
        callback=callback,
        requested_at=now,
        next_action_at=now + ANSWER_WITHIN,
    )


def leaving(subscription: HubSubscription, *, now: datetime) -> HubSubscription:
    """The subscription when the hub is asked to end it; ``failures`` counts the attempts."""
    before = subscription.failures if subscription.state is HubState.LEAVING else 0
    return replace(
        subscription,
        state=HubState.LEAVING,
        requested_at=now,
        next_action_at=now + _LEAVE_AGAIN_AFTER,
        failures=before + 1,
    )


def request_to_hub(subscription: HubSubscription) -> FetchRequest:
    """The POST that asks the hub to subscribe, or to unsubscribe one that is leaving (5.1)."""
    leaves = subscription.state is HubState.LEAVING
    fields = {
        "hub.mode": HubMode.UNSUBSCRIBE if leaves else HubMode.SUBSCRIBE,
        "hub.topic": subscription.topic,
        "hub.callback": subscription.callback,
    }
    if not leaves:
        fields["hub.lease_seconds"] = str(int(LEASE.total_seconds()))
        fields["hub.secret"] = subscription.secret
    return FetchRequest(
        url=subscription.hub,
        form=tuple(Attribute(name=name, value=str(value)) for name, value in fields.items()),
        accept=_HUB_ANSWER_TYPE,
        max_size=_MAX_HUB_ANSWER,
    )


def request_failed(
    subscription: HubSubscription, failure: FetchFailed, *, now: datetime
) -> HubSubscription:
    """The subscription when its request was not accepted.

    A hub may verify before it answers the request; what is verified by then stays so. A refusal
    (4xx) is waited out like a denial; ``Retry-After`` lengthens any wait.
    """
    if subscription.state not in {HubState.REQUESTED, HubState.RENEWING}:
        return subscription
    refused = failure.status in _REFUSALS and failure.status not in _PASSING
    patience = HubState.DENIED if refused else HubState.FAILED
    failed = _failed(subscription, failure.reason, patience=patience, now=now)
    if failure.retry_after is None or failed.next_action_at is None:
        return failed
    return replace(failed, next_action_at=max(failed.next_action_at, now + failure.retry_after))


def never_verified(subscription: HubSubscription, *, now: datetime) -> HubSubscription:
    """The subscription when the hub accepted the request and then let it lie."""
    reason = "the hub took the request and never verified it"
    return _failed(subscription, reason, patience=HubState.FAILED, now=now)


def _failed(
    subscription: HubSubscription, reason: str, *, patience: HubState, now: datetime
) -> HubSubscription:
    failures = subscription.failures + 1
    return replace(
        subscription,
        state=HubState.ACTIVE if is_active(subscription, now) else HubState.FAILED,
        failures=failures,
        last_error=reason,
        next_action_at=now + _wait(subscription.feed_url, failures, patience),
    )


def verified(subscription: HubSubscription, lease: timedelta, *, now: datetime) -> HubSubscription:
    """The subscription when its hub verified it, for as long as the hub grants."""
    renewal = lease * (2 / 3 - _RENEWAL_JITTER * fraction(subscription.feed_url))
    return replace(
        subscription,
        state=HubState.ACTIVE,
        verified_at=now,
        lease_until=now + lease,
        next_action_at=now + max(renewal, _SHORTEST_RENEWAL),
        failures=0,
        last_error="",
    )


def denied(subscription: HubSubscription, why: str, *, now: datetime) -> HubSubscription:
    """The subscription when its hub refused it, which it may at any time (5.2)."""
    failures = subscription.failures + 1
    return replace(
        subscription,
        state=HubState.DENIED,
        lease_until=None,
        failures=failures,
        last_error=f"the hub denied it: {why}" if why else "the hub denied it",
        next_action_at=now + _wait(subscription.feed_url, failures, HubState.DENIED),
    )


def pushed(subscription: HubSubscription, *, now: datetime) -> HubSubscription:
    """The subscription after a valid push: whatever was missed before, the hub works."""
    return replace(subscription, pushed_at=now, missed_at=None)


def missed(subscription: HubSubscription, *, now: datetime) -> HubSubscription:
    """The subscription when asking the feed found an entry that had not been pushed (yet)."""
    if not is_active(subscription, now) or subscription.missed_at is not None:
        return subscription
    return replace(subscription, missed_at=now)


def is_active(subscription: HubSubscription, now: datetime) -> bool:
    """Whether the hub has verified the subscription and its lease has not run out."""
    lease_until = subscription.lease_until
    return subscription.state in _HELD and lease_until is not None and now < lease_until


def ask_feed_at(
    subscription: HubSubscription, planned: datetime, *, longest: timedelta, now: datetime
) -> datetime:
    """When to ask the feed itself, which was ``planned`` without its hub in mind.

    As late as after ``longest`` while the hub is relied upon: its lease runs, it pushed within the
    last month, and nothing was missed since. Never later than the lease, and never earlier than
    planned.
    """
    lease_until, pushed_at = subscription.lease_until, subscription.pushed_at
    relied_upon = (
        is_active(subscription, now)
        and subscription.missed_at is None
        and pushed_at is not None
        and now < pushed_at + _TRUSTED_FOR
    )
    if not relied_upon or lease_until is None:
        return planned
    return max(planned, min(now + longest, lease_until))


def describe(subscription: HubSubscription, now: datetime) -> str:
    """Where a subscription stands, in a few words for people."""
    match subscription.state:
        case HubState.DENIED | HubState.FAILED:
            return f"no pushes: {subscription.last_error}"
        case HubState.LEAVING:
            return "pushes are being ended"
        case HubState.REQUESTED:
            return "pushes are asked for"
    if not is_active(subscription, now):
        return "no pushes: the lease ran out"
    return "pushed, but not everything" if subscription.missed_at else "pushed"


def _is_due(subscription: HubSubscription, now: datetime) -> bool:
    return subscription.next_action_at is None or subscription.next_action_at <= now


def _wait(url: str, failures: int, patience: HubState) -> timedelta:
    """Doubled with each failure, less up to a tenth that depends on the URL alone."""
    wait = _FIRST_WAIT[patience] * (1 << min(failures - 1, _MAX_DOUBLINGS))
    return min(wait, _LONGEST_WAIT[patience]) * (1 - _RENEWAL_JITTER * fraction(url))
