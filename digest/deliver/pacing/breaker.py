"""A circuit breaker for a relay: what is broken is left alone, tried now and then, and told once.

::

    closed ── refuses the session or us, is lost or cannot be reached ──▶ open
      ▲                                                                    │ after a delay
      │ one message is accepted                                            ▼
      └───────────────────────────────────────────────────────────── half open: one message
                     anything that breaks it opens it again, for twice as long

See :func:`digest.deliver.policy.stops_run` for what opens it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from digest.deliver.policy import NO_TROUBLE, Streak, is_about_relay, stops_run
from digest.model import Accepted, Lost, SendOutcome

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(minutes=30)
_PROBE = timedelta(minutes=15)
"""After this, a trial that nobody told the end of does not count any more."""
_MOST_DOUBLINGS = 10


class Change(StrEnum):
    """What people are told of a relay, once for each outage."""

    BROKEN = "broken"
    MENDED = "mended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """``broken_since`` is None while closed; ``probe_until`` is set while half open."""

    streak: Streak = NO_TROUBLE
    broken_since: datetime | None = None
    reason: str = ""
    retry_at: datetime | None = None
    trips: int = 0
    probe_until: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether the relay is in service."""
        return self.broken_since is None

    def probing(self, now: datetime) -> bool:
        """Whether it is half open, with its one message under way."""
        return self.probe_until is not None and now < self.probe_until

    def opens_at(self, now: datetime) -> datetime:
        """From when on a message may go; ``now`` when at once."""
        if self.probe_until is not None and now < self.probe_until:
            return self.probe_until
        return max(now, self.retry_at) if self.retry_at else now

    def admitting(self, now: datetime) -> "Breaker":
        """The breaker once a message was let through: closed as it was, open half open."""
        return self if self.closed else replace(self, probe_until=now + _PROBE)

    def released(self) -> "Breaker":
        """The breaker when a message that was let through said nothing about the relay."""
        return replace(self, probe_until=None)

    def after(self, outcome: SendOutcome, *, now: datetime, max_losses: int) -> "Breaker":
        """The breaker with one more outcome."""
        if not self.closed:
            return self._tried(outcome, now=now)
        streak = self.streak.after(outcome)
        reason = stops_run(outcome, streak, max_losses=max_losses)
        if reason:
            return self.opened(reason, now=now)
        return self if streak == self.streak else replace(self, streak=streak)

    def unreachable(self, reason: str, *, now: datetime) -> "Breaker":
        """The breaker when no connection can be had: open."""
        known = not self.closed and not self.probing(now)
        return self if known else self.opened(reason, now=now)

    def opened(self, reason: str, *, now: datetime) -> "Breaker":
        """The breaker open: for a minute at first, for twice as long each time it opens again."""
        delay = FIRST_DELAY * (1 << min(self.trips, _MOST_DOUBLINGS))
        return Breaker(
            broken_since=self.broken_since or now,
            reason=reason,
            retry_at=now + min(delay, LONGEST_DELAY),
            trips=self.trips + 1,
        )

    def _tried(self, outcome: SendOutcome, *, now: datetime) -> "Breaker":
        # What was under way when it broke tells nothing new, for good or ill.
        if not self.probing(now):
            return self
        if isinstance(outcome, Accepted):
            return Breaker()
        if isinstance(outcome, Lost) or is_about_relay(outcome):
            return self.opened(self.reason, now=now)
        return self.released()


IN_SERVICE = Breaker()


def change(before: Breaker, after: Breaker) -> Change | None:
    """What there is to tell between two states of one breaker."""
    if before.closed == after.closed:
        return None
    return Change.MENDED if after.closed else Change.BROKEN
