"""What the relays answer to whoever wants to send a message, and what they tell people."""

from dataclasses import dataclass
from datetime import datetime

from digest.deliver.pacing.breaker import Change
from digest.deliver.pacing.routing import group_of
from digest.model import DomainLimit, RelayState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One message may go now, by this relay. To be given back: ``done`` or ``drop``."""

    relay: str
    receiver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not now; ask again at ``at``. Those that wait for the same rate are told different times.

    ``busy``: or as soon as something that is under way has ended.
    """

    at: datetime
    reason: str
    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """Every relay for this recipient is out of service, until ``at`` at least.

    ``everywhere``: and so is every other relay.
    """

    at: datetime
    reason: str
    everywhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What people are to be told of a relay: once when it breaks, once when it is mended."""

    change: Change
    state: RelayState


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What receivers can bear: ``groups`` by name, and ``others`` for each other domain alone."""

    groups: tuple[DomainLimit, ...] = ()
    others: DomainLimit | None = None

    def of(self, domain: str) -> tuple[str, DomainLimit | None]:
        """The name a domain is counted by, and what it can bear."""
        group = group_of(self.groups, domain)
        return (group.name, group) if group else (domain, self.others)

    def named(self, name: str) -> DomainLimit | None:
        """The limit that is counted by that name."""
        group = next((group for group in self.groups if group.name == name), None)
        return group or self.others
