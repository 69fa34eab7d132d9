"""Last looks: what became of an issue's stories between its approval and its sending."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.entry import EntryKey


class Trouble(StrEnum):
    """What happened to a story since it was approved."""

    GONE = "gone"
    RETRACTED = "retracted"
    CORRECTED = "corrected"
    RETITLED = "retitled"
    UNREACHABLE = "unreachable"


class LastLookAction(StrEnum):
    """What is to follow from trouble with a story: wait for a person, replace it, or send."""

    HOLD = "hold"
    REPLACE = "replace"
    SEND = "send"


class LookOutcome(StrEnum):
    """What followed from a last look."""

    PASSED = "passed"
    HELD = "held"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTrouble:
    """Trouble with one story, named by its first entry. ``what`` is a sentence about it.

    A ``grave`` one keeps the issue back where that is wanted; the others are only told.
    ``runner_up`` is the post that could stand in, None where there is none.
    """

    entry: EntryKey
    headline: str
    trouble: Trouble
    what: str
    grave: bool
    runner_up: EntryKey | None = None
    runner_up_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """What the last look at an issue found.

    ``approved_at`` names the approval it belongs to: a later one makes it void. ``links`` is how
    many were asked, ``unreached`` how many of them did not answer at all. ``note`` says what else
    a person should know, such as why nothing was replaced.
    """

    approved_at: datetime
    looked_at: datetime
    outcome: LookOutcome
    links: int = 0
    unreached: int = 0
    found: tuple[StoryTrouble, ...] = ()
    note: str = ""

    @property
    def grave(self) -> tuple[StoryTrouble, ...]:
        """What must not go out unseen."""
        return tuple(trouble for trouble in self.found if trouble.grave)
