"""Subscriptions at WebSub hubs, and what hubs send (W3C Recommendation WebSub, 2018)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class HubState(StrEnum):
    """Where a subscription stands with its hub.

    Asked for and not verified yet; verified; verified and asked for again before its lease ends;
    refused by the hub; failed and to be tried again; being ended.
    """

    REQUESTED = "requested"
    ACTIVE = "active"
    RENEWING = "renewing"
    DENIED = "denied"
    FAILED = "failed"
    LEAVING = "leaving"


class HubMode(StrEnum):
    """What a request to a hub, or a hub's question, is about (``hub.mode``)."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSubscription:
    """One feed's subscription at one hub. Datetimes are aware UTC.

    ``callback`` is the URL the hub was given; it ends in ``token``, which nobody can guess.
    ``secret`` signs what the hub pushes. ``requested_at`` is the last request's moment.
    ``pushed_at`` is the last valid push; ``missed_at`` is when asking the feed first brought an
    entry that the hub had not pushed, None again after the next push. ``failures`` counts those
    since the hub last verified.
    """

    feed_url: str
    hub: str
    topic: str
    callback: str = field(repr=False)
    token: str = field(repr=False)
    secret: str = field(repr=False)
    state: HubState = HubState.REQUESTED
    requested_at: datetime | None = None
    verified_at: datetime | None = None
    lease_until: datetime | None = None
    next_action_at: datetime | None = None
    pushed_at: datetime | None = None
    missed_at: datetime | None = None
    failures: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubQuestion:
    """What a hub asks at a callback: the ``hub.*`` parameters, empty where they are missing."""

    mode: str
    topic: str
    challenge: str = ""
    lease_seconds: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A document that a hub pushed for a feed, its signature checked."""

    feed_url: str
    body: bytes = field(repr=False)
    content_type: str
    received_at: datetime
    id: int = 0
