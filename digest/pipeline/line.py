"""A worker's connection to the mail server, and what it has learnt on it."""

from dataclasses import dataclass, replace

from digest.deliver.policy import Streak, stops_run
from digest.model import Accepted, Delivery, DeliveryState, Lost, Refused, SendOutcome, Settlement
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
    """Opened when first needed, and again after it broke.

    A refusal that may be about us and not about the recipient is on probation: it becomes final
    once the server accepts something else, and not at all when it refuses everything.
    """

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._session: MailSession | None = None
        self._streak = Streak()
        self._probation: list[Answered] = []

    def open(self) -> MailSession:
        """The session to use now.

        :raises HandOffError: when the server cannot be used.
        """
        if self._session is None:
            self._session = self._mailer.connect()
        return self._session

    def learn(self, answered: Answered) -> bool:
        """Take one answer in; whether it is on probation."""
        before = self._streak
        if not isinstance(answered.outcome, Lost) or self._session is not None:
            self._streak = before.after(answered.outcome)
        if isinstance(answered.outcome, Lost):
            # Its other messages are lost with it; that is still one connection.
            self.close()
        doubtful = (
            isinstance(answered.outcome, Refused)
            and answered.failed
            and self._streak.refusals > before.refusals
        )
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

    def stop_reason(self, answered: Answered) -> str:
        """Why the run should end after this answer; empty to go on."""
        return stops_run(answered.outcome, self._streak) or ""

    def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            self._session.close()
            self._session = None
