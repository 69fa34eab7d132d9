"""A worker's connection to its relay, and what is on probation there."""

from dataclasses import dataclass, replace

from digest.deliver.pacing.answers import Ticket
from digest.deliver.policy import may_be_about_us
from digest.model import Accepted, Delivery, DeliveryState, SendOutcome, Settlement
from digest.ports import Mailer, MailSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """One delivery that may go now, by the relay of its ticket."""

    delivery: Delivery
    ticket: Ticket


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
        doubtful = answered.failed and may_be_about_us(answered.outcome)
        if doubtful:
            self._probation.append(answered)
        return doubtful

    def cleared(self, answered: Answered) -> tuple[Answered, ...]:
        """The answers whose probation this one ends: all of them, if it is an acceptance."""
        return self.clear() if isinstance(answered.outcome, Accepted) else ()

    def clear(self) -> tuple[Answered, ...]:
        """Every answer on probation, whose attempt was counted then; none is afterwards."""
        cleared = tuple(
            replace(one, settlement=replace(one.settlement, counts_as_attempt=False))
            for one in self._probation
        )
        self._probation.clear()
        return cleared

    def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            self._session.close()
            self._session = None
