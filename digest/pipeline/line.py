"""The open connections of a run, and what is on probation on each."""

import threading
from dataclasses import dataclass

from digest.deliver.policy import is_about_relay, may_be_about_us
from digest.model import Accepted, Delivery, DeliveryState, Lost, SendOutcome, Settlement
from digest.ports import Mailer, MailSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One delivery, what the server said, and what follows from it."""

    delivery: Delivery
    outcome: SendOutcome
    settlement: Settlement

    @property
    def failed(self) -> bool:
        """Whether the server's answer ends this delivery without success."""
        return self.settlement.state is DeliveryState.FAILED


class Line:
    """A connection to one relay: opened when first needed, and again after it broke.

    A refusal that may be about us and not about the recipient is on probation: it becomes final
    once the relay accepts something else, and not at all when it refuses everything.
    """

    def __init__(self, mailer: Mailer, relay: str) -> None:
        self.relay = relay
        self._mailer = mailer
        self._session: MailSession | None = None
        self._probation: list[Answered] = []

    def open(self) -> MailSession:
        """The session to use now.

        :raises HandOffError: when the relay cannot be used.
        """
        if self._session is None:
            self._session = self._mailer.connect(self.relay)
        return self._session

    def learn(self, answered: Answered) -> bool:
        """Take one answer in; whether it is on probation."""
        # After such a refusal the server hangs up, if it has not done so already.
        if isinstance(answered.outcome, Lost) or is_about_relay(answered.outcome):
            self.close()
        doubtful = answered.failed and may_be_about_us(answered.outcome)
        if doubtful:
            self._probation.append(answered)
        return doubtful

    def cleared(self, answered: Answered) -> tuple[Answered, ...]:
        """The answers whose probation this one ends: all of them, if it is an acceptance."""
        return self.clear() if isinstance(answered.outcome, Accepted) else ()

    def clear(self) -> tuple[Answered, ...]:
        """Every answer on probation; none is afterwards."""
        cleared, self._probation = tuple(self._probation), []
        return cleared

    def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            self._session.close()
            self._session = None


class Lines:
    """The lines of all workers: each is one's own between ``take`` and ``give_back``."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._lock = threading.Lock()
        self._idle: dict[str, list[Line]] = {}

    def take(self, relay: str) -> Line:
        """A line to that relay that nobody uses: the one used last, so that others may rest."""
        with self._lock:
            idle = self._idle.get(relay)
            return idle.pop() if idle else Line(self._mailer, relay)

    def give_back(self, line: Line) -> None:
        """Let others use it."""
        with self._lock:
            self._idle.setdefault(line.relay, []).append(line)

    def idle(self) -> tuple[Line, ...]:
        """The lines that nobody uses now, taken from all."""
        with self._lock:
            lines = tuple(line for lines in self._idle.values() for line in lines)
            self._idle.clear()
        return lines

    def hang_up(self) -> None:
        """Close the connections that nobody uses, before a pause that servers would not bear."""
        for line in self.idle():
            line.close()
            self.give_back(line)
