"""Uses of rates that outlive a process: counted by the minute, kept, and counted again.

A use counts as if it had been at the end of its minute: a window that is filled from what was kept
opens up to a minute late, and never early.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from digest.deliver.pacing.answers import Limits
from digest.model import Rate, RateUse, Relay

REMEMBERED = timedelta(days=1)
"""How far back uses matter: no rate and no warm-up looks further."""
RELAY, DOMAIN = "relay", "domain"

_MINUTE = timedelta(minutes=1)


class Uses:
    """What was used since it was last taken, of those limits that look back a minute or more.

    Domains that no limit names are left out: they are many, and their windows are short.
    """

    def __init__(self, relays: Iterable[Relay], limits: Limits) -> None:
        self._counts: Counter[tuple[str, datetime]] = Counter()
        self._known = frozenset(
            [f"{RELAY} {relay.name}" for relay in relays if relay.warm_up or _is_long(relay.rate)]
            + [f"{DOMAIN} {group.name}" for group in limits.groups if _is_long(group.rate)]
        )

    def count(self, kind: str, name: str, *, now: datetime) -> None:
        """Count one use of a limit, if it is one to remember."""
        limit = f"{kind} {name}"
        if limit in self._known:
            self._counts[limit, now.replace(second=0, microsecond=0) + _MINUTE] += 1

    def knows(self, use: RateUse) -> bool:
        """Whether a use that was kept is of a limit that there still is."""
        return use.limit in self._known

    def take(self) -> tuple[RateUse, ...]:
        """All of it, in order; nothing is left."""
        taken, self._counts = self._counts, Counter()
        return tuple(
            RateUse(limit=limit, until=until, count=count)
            for (limit, until), count in sorted(taken.items())
        )


def _is_long(rate: Rate | None) -> bool:
    return rate is not None and rate.per >= _MINUTE
