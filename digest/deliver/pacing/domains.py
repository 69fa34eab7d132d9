"""What one receiver can bear: its rate, its connections, and rest after it said "later"."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.deliver.pacing.window import NO_USES, Window, next_turn
from digest.deliver.policy import is_about_domain
from digest.model import Accepted, DomainLimit, Rate, SendOutcome

STRIKES = 3
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where one recipient domain, or a group that shares a limit, stands.

    ``strikes`` are refusals for now, in a row, that would meet any of its recipients.
    """

    window: Window = NO_USES
    turn: datetime | None = None
    in_flight: int = 0
    strikes: int = 0
    rests_until: datetime | None = None

    def opens_at(self, limit: DomainLimit | None, *, now: datetime) -> datetime:
        """From when on one more message may go to it; ``now`` when at once."""
        opens = max(now, self.rests_until) if self.rests_until else now
        rate = limit.rate if limit else None
        return max(opens, self.window.opens_at(rate, now=now)) if rate else opens

    def is_busy(self, limit: DomainLimit | None) -> bool:
        """Whether as many messages are under way to it as may be at the same time."""
        most = limit.connections if limit else None
        return most is not None and self.in_flight >= most

    def taking(self, limit: DomainLimit | None, *, now: datetime) -> "Receiver":
        """The receiver with one more message under way to it."""
        return replace(self.counting(limit, now=now), in_flight=self.in_flight + 1)

    def counting(self, limit: DomainLimit | None, *, now: datetime, count: int = 1) -> "Receiver":
        """The receiver with messages more in its rate."""
        rate = limit.rate if limit else None
        if rate is None:
            return self
        return replace(self, window=self.window.taking(rate, now=now, count=count))

    def released(self) -> "Receiver":
        """The receiver with one message less under way."""
        return replace(self, in_flight=max(self.in_flight - 1, 0))

    def after(self, outcome: SendOutcome, *, now: datetime) -> "Receiver":
        """The receiver with one more outcome.

        It rests from the third strike on, for a minute, then twice that, up to an hour; an
        acceptance ends it. Strikes of messages that were under way then do not add up.
        """
        if isinstance(outcome, Accepted):
            return replace(self, strikes=0, rests_until=None) if self.strikes else self
        if not is_about_domain(outcome) or (self.rests_until and now < self.rests_until):
            return self
        strikes = self.strikes + 1
        if strikes < STRIKES:
            return replace(self, strikes=strikes)
        rest = FIRST_REST * (1 << min(strikes - STRIKES, _MOST_DOUBLINGS))
        return replace(self, strikes=strikes, rests_until=now + min(rest, LONGEST_REST))

    def promising(self, rate: Rate | None, *, opens_at: datetime) -> "Receiver":
        """The receiver with one more time promised: ``turn``."""
        return replace(self, turn=next_turn(self.turn, rate, opens_at=opens_at))

    def is_idle(self, limit: DomainLimit | None, *, now: datetime) -> bool:
        """Whether there is nothing to remember of it."""
        quiet = not self.in_flight and not self.strikes
        waits = self.turn is not None and self.turn > now
        rate = limit.rate if limit else None
        recent = bool(rate and self.window.uses and self.window.uses[-1].until + rate.per > now)
        return quiet and not waits and not recent


NEW_RECEIVER = Receiver()
