"""The audience: who gets mail, who agreed to, and who never gets it again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Consent(StrEnum):
    """Where a person stands with a newsletter."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person, by address. ``address`` is as given, without surrounding space.

    ``time_zone`` is an IANA name, or empty where it is not known.
    """

    id: int
    address: str
    name: str = ""
    time_zone: str = ""


class Volume(StrEnum):
    """How much of each section a reader wants."""

    FULL = "full"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What a reader wants of each issue: topics by id, sorted (none: all), and how much of them.

    Readers who chose alike have equal variants, and get the same copy but for its slots.
    """

    topics: tuple[str, ...] = ()
    volume: Volume = Volume.FULL

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", tuple(sorted({*self.topics})))


EVERYTHING = Variant()
"""All topics, in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One person's subscription to one newsletter."""

    subscriber: Subscriber
    newsletter: str
    consent: Consent
    since: datetime
    variant: Variant = EVERYTHING


class SuppressionReason(StrEnum):
    """Why an address gets nothing any more."""

    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard-bounce"
    MANUAL = "manual"
    SOFT_BOUNCES = "soft-bounces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that gets no mail from any newsletter, whatever is imported later."""

    address: str
    reason: SuppressionReason
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """One row of a list to subscribe: an address that was checked, and the consent it brings.

    A ``variant`` of None says nothing about it, and neither does an empty ``name`` or
    ``time_zone``: who has one already keeps that.
    """

    address: str
    name: str = ""
    consent: Consent = Consent.CONFIRMED
    variant: Variant | None = None
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What came of subscribing a list; the four outcomes add up to its rows.

    ``ended`` are the addresses of people who had left and stay away, as the list spells them.
    ``suppressed`` are those that get no mail all the same, whatever their outcome.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
