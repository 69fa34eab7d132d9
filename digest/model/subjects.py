"""Subject trials: two subjects on a sample of an issue's readers, the better one for the rest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Arm(StrEnum):
    """Which of an issue's two subjects a reader gets; ``A`` is the subject of all other issues."""

    A = "a"
    B = "b"


class TrialRule(StrEnum):
    """How the better subject is found."""

    FEWEST_LEAVING = "fewest-leaving"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """How a newsletter tries an issue's second subject.

    ``sample`` is the share of the readers who get it first, half of them under each subject, and
    ``wait`` how long the others wait after the last of those. Fewer than ``minimum`` readers of
    either subject prove nothing.
    """

    sample: float = 0.2
    wait: timedelta = timedelta(hours=4)
    rule: TrialRule = TrialRule.FEWEST_LEAVING
    minimum: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFigures:
    """What became of the readers of one subject.

    ``readers`` were drawn, ``sent`` of them have got it. Of these, ``unsubscribed`` and
    ``complained`` did so afterwards; ``leaving`` counts who did either, once.
    """

    readers: int = 0
    sent: int = 0
    unsubscribed: int = 0
    complained: int = 0
    leaving: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectChoice:
    """The subject that won, and why, as a clause. ``by`` is an editor, empty for the rule."""

    winner: Arm
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectTrial:
    """The trial of one issue, planned when it started to go out.

    The figures are as of its decision, or of now while there is none. ``rest`` readers wait for
    it; ``ends_at`` is when it is made at the latest.
    """

    issue_id: int
    rule: TrialRule
    minimum: int
    started_at: datetime
    ends_at: datetime
    rest: int
    a: ArmFigures
    b: ArmFigures
    choice: SubjectChoice | None = None
    decided_at: datetime | None = None

    @property
    def winner(self) -> Arm:
        """The subject of everybody who is in no sample: ``A`` until another is chosen."""
        return self.choice.winner if self.choice else Arm.A
