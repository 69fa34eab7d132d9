"""How a delivery run gets on, counted as answers are recorded."""

from collections import Counter
from dataclasses import dataclass, field

from digest.model import Delivery, DeliveryState


@dataclass(slots=True, kw_only=True)
class Pace:
    """Of ``total`` recipients, what became of those met since ``started``, in seconds of a clock.

    Whoever is met twice in one run, such as one on probation, counts where they stand now.
    """

    total: int
    started: float
    _states: dict[int, DeliveryState] = field(default_factory=dict)
    _counts: Counter[DeliveryState] = field(default_factory=Counter)

    def count(self, delivery: Delivery, state: DeliveryState) -> None:
        """Take one answer in."""
        before = self._states.pop(delivery.id, None)
        if before is not None:
            self._counts[before] -= 1
        if not state.final:
            # What is final stays, and need not be remembered by person.
            self._states[delivery.id] = state
        self._counts[state] += 1

    def __getitem__(self, state: DeliveryState) -> int:
        return self._counts[state]

    @property
    def met(self) -> int:
        """How many were tried."""
        return sum(self._counts.values())

    def per_second(self, now: float) -> float:
        """How many were tried in a second, on average."""
        return self.met / (now - self.started) if now > self.started else 0.0

    def seconds_left(self, now: float) -> int | None:
        """How long the rest takes at this pace; None while none is known."""
        pace = self.per_second(now)
        return round(max(self.total - self.met, 0) / pace) if pace else None

    def line(self, now: float) -> str:
        """All of it for people."""
        left = self.seconds_left(now)
        parts = [
            f"{self[DeliveryState.SENT]:,} of {self.total:,} sent",
            f"{self[DeliveryState.DEFERRED] + self[DeliveryState.UNCERTAIN]:,} deferred",
            f"{self[DeliveryState.FAILED]:,} failed",
            f"{self.per_second(now):,.0f}/s",
        ]
        if left is not None:
            parts.append(f"{left // 60}:{left % 60:02} left")
        return ", ".join(parts)
