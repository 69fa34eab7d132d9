"""What went wrong in a row on one relay, and when that is enough."""

from dataclasses import dataclass

from digest.deliver.policy.replies import (
    is_about_address,
    is_about_session,
    is_about_us,
    is_no_failure,
)
from digest.model import Accepted, Lost, NothingChosen, Refused, SendOutcome, Unbuildable

MAX_LOSSES = 3
MAX_REFUSALS_ABOUT_US = 5
MAX_REFUSALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """What went wrong in a row on one relay, since it last accepted a message.

    ``losses`` are lost connections, and start again with any reply; ``refusals`` leave out those
    that are certainly about one address, and greylisting.
    """

    losses: int = 0
    refusals: int = 0
    refusals_about_us: int = 0

    def after(self, outcome: SendOutcome) -> "Streak":
        """The streak with one more outcome."""
        match outcome:
            case Accepted():
                return Streak()
            case Unbuildable() | NothingChosen():
                return self
            case Lost():
                return self._counting(losses=self.losses + 1)
            case Refused(reply=reply) if is_about_address(reply) or is_no_failure(reply):
                return self._counting()
            case Refused(reply=reply):
                return self._counting(refusals=1, about_us=int(is_about_us(reply)))

    def _counting(self, *, losses: int = 0, refusals: int = 0, about_us: int = 0) -> "Streak":
        return Streak(
            losses=losses,
            refusals=self.refusals + refusals,
            refusals_about_us=self.refusals_about_us + about_us,
        )


NO_TROUBLE = Streak()


def stops_run(
    outcome: SendOutcome, streak: Streak | None = None, *, max_losses: int = MAX_LOSSES
) -> str | None:
    """Why the relay should be left alone, as a clause for people; None to go on.

    ``streak`` has counted ``outcome`` already; without one, only what a single reply makes certain
    stops it. ``max_losses`` grows with its connections: a restart breaks them all at once.
    """
    if isinstance(outcome, Refused) and is_about_session(outcome.reply):
        return f"the mail server takes nothing from us now: {outcome.reply}"
    if streak is None:
        return None
    if streak.losses >= max_losses:
        return f"the connection to the mail server was lost {streak.losses} times in a row"
    if streak.refusals_about_us >= MAX_REFUSALS_ABOUT_US:
        count = streak.refusals_about_us
        return f"the mail server refused {count} messages for what we are or send: {_last(outcome)}"
    if streak.refusals >= MAX_REFUSALS:
        return f"the mail server refused {streak.refusals} messages in a row: {_last(outcome)}"
    return None


def _last(outcome: SendOutcome) -> str:
    return str(outcome.reply) if isinstance(outcome, Refused) else "no reply"
