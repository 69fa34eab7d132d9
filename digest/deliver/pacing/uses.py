"""Uses of rates that outlive a process: counted by the minute, kept, and learnt by other processes.

A use that is learnt counts as if it had been at the end of its minute, or just now: a window that
is filled from what was kept opens up to a minute late, and never early.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.deliver.pacing.answers import Limits
from digest.model import Rate, RateUse, Relay

REMEMBERED = timedelta(days=1)
"""How far back uses matter: no rate and no warm-up looks further."""
RELAY, DOMAIN = "relay", "domain"

_MINUTE = timedelta(minutes=1)


class Uses:
    """What is used of those limits that look back a minute or more: here, and as far as is kept.

    Domains that no limit names are left out: they are many, and their windows are short.
    """

    def __init__(self, relays: Iterable[Relay], limits: Limits) -> None:
        self._counts: Counter[tuple[str, datetime]] = Counter()
        self._kept: Counter[tuple[str, datetime]] = Counter()
        self._known = frozenset(
            [f"{RELAY} {relay.name}" for relay in relays if relay.warm_up or _is_long(relay.rate)]
            + [f"{DOMAIN} {group.name}" for group in limits.groups if _is_long(group.rate)]
        )

    def __bool__(self) -> bool:
        return bool(self._known)

    def count(self, kind: str, name: str, *, now: datetime) -> None:
        """Count one use of a limit, if it is one to remember."""
        limit = f"{kind} {name}"
        if limit in self._known:
            self._counts[limit, now.replace(second=0, microsecond=0) + _MINUTE] += 1

    def pending(self) -> tuple[RateUse, ...]:
        """What was used here and is not kept yet, in order."""
        return tuple(
            RateUse(limit=limit, until=until, count=count)
            for (limit, until), count in sorted(self._counts.items())
        )

    def kept(self, uses: Iterable[RateUse]) -> None:
        """Take in that those, which were pending, are kept now."""
        for use in uses:
            self._counts[use.limit, use.until] -= use.count
            self._kept[use.limit, use.until] += use.count
        self._counts = +self._counts

    def news(self, uses: Iterable[RateUse]) -> Sequence[RateUse]:
        """What others have used, of the ``uses`` that are kept. Each is news once."""
        every = {(use.limit, use.until): use for use in uses if use.limit in self._known}
        news = [
            replace(use, count=use.count - self._kept[key])
            for key, use in sorted(every.items(), key=lambda one: one[0][::-1])
            if use.count > self._kept[key]
        ]
        self._kept.update({(use.limit, use.until): use.count for use in news})
        newest = max((use.until for use in news), default=None)
        if newest is not None:
            horizon = newest - REMEMBERED
            self._kept = Counter({k: n for k, n in self._kept.items() if k[1] > horizon})
        return news


def _is_long(rate: Rate | None) -> bool:
    return rate is not None and rate.per >= _MINUTE
