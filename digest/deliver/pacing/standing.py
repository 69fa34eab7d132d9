"""Where one relay stands: in service or not, how much of its rate is left, what is under way."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.deliver.pacing.breaker import IN_SERVICE, Breaker
from digest.deliver.pacing.warmup import allowance, grows_at
from digest.deliver.pacing.window import NO_USES, Window, next_turn
from digest.model import Rate, Relay

_DAY = timedelta(days=1)
_COUNT_OF_DAYS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``daily`` counts the warm-up's 24 hours, ``window`` the relay's own rate."""

    breaker: Breaker = IN_SERVICE
    window: Window = NO_USES
    daily: Window = NO_USES
    turn: datetime | None = None
    in_flight: int = 0

    def in_service(self, now: datetime) -> bool:
        """Whether it takes messages, be it only one for a trial."""
        return self.breaker.closed or self.breaker.probing(now) or self.breaker.opens_at(now) <= now

    def opens_at(self, relay: Relay, *, now: datetime) -> datetime:
        """From when on its rate and its warm-up let one more through; ``now`` when at once."""
        opens = now
        if relay.rate:
            opens = self.window.opens_at(relay.rate, now=now)
        warming = allowance(relay.warm_up, now=now) if relay.warm_up else None
        if warming:
            later = self.daily.opens_at(warming, now=now)
            opens = max(opens, min(later, grows_at(now)))
        return opens

    def is_busy(self, relay: Relay, *, now: datetime, depth: int) -> bool:
        """Whether as much is under way as its connections carry, ``depth`` windows each."""
        return self.in_flight >= relay.connections * relay.window * depth or self.breaker.probing(
            now
        )

    def taking(self, relay: Relay, *, now: datetime, count: int = 1) -> "Standing":
        """The relay with messages more counted, at ``now``."""
        if not relay.rate and not relay.warm_up:
            return self
        window = self.window
        if relay.rate:
            window = window.taking(relay.rate, now=now, count=count)
        daily = self.daily
        if relay.warm_up:
            # Coarse whatever the day's allowance: it may be a million before long.
            daily = daily.taking(Rate(count=_COUNT_OF_DAYS, per=_DAY), now=now, count=count)
        return replace(self, window=window, daily=daily)

    def admitting(self, now: datetime) -> "Standing":
        """The relay with one more message under way."""
        breaker, in_flight = self.breaker.admitting(now), self.in_flight + 1
        return replace(self, breaker=breaker, in_flight=in_flight)

    def released(self) -> "Standing":
        """The relay with one message less under way."""
        return replace(self, in_flight=max(self.in_flight - 1, 0))

    def promising(self, rate: Rate | None, *, opens_at: datetime) -> "Standing":
        """The relay with one more time promised: ``turn``."""
        return replace(self, turn=next_turn(self.turn, rate, opens_at=opens_at))
