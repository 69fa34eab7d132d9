"""Which relay a message goes by: routes by domain first, then shares by weight."""

from collections.abc import Mapping, Sequence

from digest.model import DomainLimit, Relay
from digest.model.address import ascii_domain


def domain_of(address: str) -> str:
    """The domain of an address, as routes and limits name it."""
    domain = address.rpartition("@")[2].strip()
    try:
        return ascii_domain(domain)
    except ValueError:
        return domain.lower()


def tiers(relays: Sequence[Relay], domain: str) -> tuple[tuple[Relay, ...], ...]:
    """The relays for a recipient's domain, best first; a later tier is for when all before fail.

    First those that name the domain itself, then those that name one above it with ``*.``, then
    those that name none.
    """
    exact = tuple(relay for relay in relays if domain in relay.domains)
    below = tuple(
        relay for relay in relays if relay not in exact and is_among(domain, relay.domains)
    )
    rest = tuple(relay for relay in relays if not relay.domains)
    return tuple(tier for tier in (exact, below, rest) if tier)


def is_among(domain: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns is the domain, or ``*.`` and one above it."""
    return any(
        domain.endswith(pattern[1:]) if pattern.startswith("*.") else domain == pattern
        for pattern in patterns
    )


def group_of(limits: Sequence[DomainLimit], domain: str) -> DomainLimit | None:
    """The limit a domain falls under: one that names it, else one that names one above it."""
    named = (limit for limit in limits if domain in limit.domains)
    above = (limit for limit in limits if is_among(domain, limit.domains))
    return next(named, None) or next(above, None)


def choose(relays: Sequence[Relay], credit: Mapping[str, int]) -> tuple[Relay, dict[str, int]]:
    """The relay whose turn it is among those that can, and the credit afterwards.

    Smooth weighted round-robin: over any time in which the same relays can, each has its share
    within one message, and turns are as far apart as can be. Equal credits fall to the first.
    """
    grown = {relay.name: credit.get(relay.name, 0) + relay.weight for relay in relays}
    chosen = max(relays, key=lambda relay: grown[relay.name])
    grown[chosen.name] -= sum(relay.weight for relay in relays)
    return chosen, {**credit, **grown}
