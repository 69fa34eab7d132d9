"""What hubs say at a callback: verified intent, denials, and the signatures of what they push.

Sections are those of the W3C Recommendation WebSub of 23 January 2018. A push is known by its
callback and its signature alone. Its Link headers are not looked at: they must not tell which
subscription it belongs to (section 7), no signature covers them, and a feed that moves to another
hub or topic is seen when it is asked.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.collect.hubs.websub import ANSWER_WITHIN, LEASE, denied, is_active, verified
from digest.model import HubMode, HubQuestion, HubState, HubSubscription

_MAX_LEASE = timedelta(days=365)
_MAX_CHALLENGE = 2_000
_MAX_REASON = 300
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_UNCONFIRMED = frozenset({HubState.LEAVING, HubState.DENIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a hub's question is answered with, and the subscription afterwards (None: forgotten).

    ``echo`` is the body of a 200; None stands for a 404, which changes nothing.
    """

    echo: str | None
    after: HubSubscription | None


def verdict(
    subscription: HubSubscription | None, question: HubQuestion, *, now: datetime
) -> Verdict:
    """The answer to a hub that verifies intent (5.3) or denies a subscription (5.2).

    Confirmed is what we asked for and still want: a request that stands unanswered, or a
    subscription whose lease runs, which hubs may confirm anew (section 5).
    """
    refusal = Verdict(echo=None, after=subscription)
    if subscription is None or question.topic != subscription.topic:
        return refusal
    leaves = subscription.state is HubState.LEAVING
    if question.mode == HubMode.DENIED:
        return Verdict(
            echo="", after=None if leaves else denied(subscription, _said(question), now=now)
        )
    if not 0 < len(question.challenge) <= _MAX_CHALLENGE:
        return refusal
    if question.mode == HubMode.UNSUBSCRIBE and leaves:
        return Verdict(echo=question.challenge, after=None)
    lease = _lease(question.lease_seconds)
    if question.mode != HubMode.SUBSCRIBE or lease is None or not _stands(subscription, now):
        return refusal
    return Verdict(echo=question.challenge, after=verified(subscription, lease, now=now))


def _stands(subscription: HubSubscription, now: datetime) -> bool:
    if subscription.state in _UNCONFIRMED:
        return False
    since = subscription.requested_at
    return is_active(subscription, now) or (since is not None and now < since + ANSWER_WITHIN)


def _lease(seconds: str) -> timedelta | None:
    """The lease a hub grants. Hubs of PubSubHubbub 0.3 leave it out: the one asked for, then."""
    if not seconds:
        return LEASE
    if not re.fullmatch(r"0*[1-9][0-9]{0,11}", seconds, re.ASCII):
        return None
    return min(timedelta(seconds=int(seconds)), _MAX_LEASE)


def _said(question: HubQuestion) -> str:
    reason = question.reason[:_MAX_REASON]
    return "".join(c if c.isprintable() else " " for c in reason).strip()


def is_signed(body: bytes, *, signature: str, secret: str) -> bool:
    """Whether an ``X-Hub-Signature`` header is the body's HMAC under the secret (7.1).

    The four registered methods hold; SHA-1 too, which most hubs still use: what breaks it for
    documents, finding collisions, does not forge an HMAC (RFC 6194, section 3.3).
    """
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in _METHODS or not secret:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.strip().lower().encode())
