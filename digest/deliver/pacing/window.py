"""A rate over a sliding window: never more than so many in *any* stretch of its length.

Unlike a counter that starts again each minute, it lets no double portion through around the
minute's edge. Of a rate of more than ``GRAINS``, uses that lie closer than a ``GRAINS``-th of the
window are kept as one at the later moment: they leave the window that much late, never early.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from digest.model import Rate

GRAINS = 100


class _Use(NamedTuple):
    """Some uses as one: when the first and when the last of them was, and how many."""

    since: datetime
    until: datetime
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a rate has let through of late, oldest first."""

    uses: tuple[_Use, ...] = ()

    def opens_at(self, rate: Rate, *, now: datetime) -> datetime:
        """From when on one more may go, if nothing else goes before; ``now`` when at once."""
        left = rate.count - 1
        if left < 0:
            return now + rate.per
        for use in reversed(self.uses):
            if use.until + rate.per <= now:
                return now
            left -= use.number
            if left < 0:
                return use.until + rate.per
        return now

    def taking(self, rate: Rate, *, now: datetime, count: int = 1) -> "Window":
        """The window after ``count`` more; forgets what has left it."""
        uses = tuple(use for use in self.uses if use.until + rate.per > now)
        last = uses[-1] if uses else None
        # A clock that was set back must not let uses leave in the wrong order.
        moment = max(now, last.until) if last else now
        grain = rate.per / GRAINS
        if last and rate.count > GRAINS and moment - last.since < grain:
            one = _Use(last.since, moment, last.number + count)
            return Window(uses=(*uses[:-1], one))
        return Window(uses=(*uses, _Use(moment, moment, count)))


NO_USES = Window()


def next_turn(last: datetime | None, rate: Rate | None, *, opens_at: datetime) -> datetime:
    """When the next of those that wait for a rate should come back, after the one at ``last``.

    As far apart as the rate has them go, so that not all come back for the first free place.
    """
    if last is None or rate is None:
        return opens_at
    return max(opens_at, last + rate.per / rate.count)
