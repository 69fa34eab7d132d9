"""Relays: the mail servers that take our messages, how fast, and how they do."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most ``count`` messages in any stretch of time as long as ``per``."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How a new relay's volume grows, so that receivers learn to trust it.

    ``first`` messages in 24 hours from the day ``start`` (UTC), twice that after each
    ``doubling``, and as many as one likes once that comes to ``full`` (where it is given).
    """

    start: date
    first: int
    doubling: timedelta
    full: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A mail server. ``domains`` are patterns of recipients' domains it is for; none: all.

    A pattern is a domain, or ``*.`` and a domain for everything below it. ``window`` is how many
    messages one of its connections has under way at the same time, at most.
    """

    name: str
    weight: int = 1
    domains: tuple[str, ...] = ()
    connections: int = 1
    window: int = 1
    rate: Rate | None = None
    warm_up: WarmUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainLimit:
    """How fast one receiver is sent to: its domains, together, whatever the relay."""

    name: str
    domains: tuple[str, ...] = ()
    rate: Rate | None = None
    connections: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayState:
    """How a relay does, as it is kept for people and for the next process.

    ``broken_since`` is None while it is in service; ``reason`` then tells of the last time.
    """

    name: str
    reason: str
    broken_since: datetime | None = None
    mended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateUse:
    """How many messages a limit let through in the minute that ends at ``until``."""

    limit: str
    until: datetime
    count: int
