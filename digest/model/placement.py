"""Placements and choices: where a story stands in an issue, and why it is in or out."""

from dataclasses import dataclass
from enum import StrEnum

from digest.model.entry import EntryKey


class PlacedBy(StrEnum):
    """What gave a story its topic, the strongest first."""

    EDITOR = "editor"
    RULE = "rule"
    CATEGORY = "category"
    MEANING = "meaning"
    CLUSTER = "cluster"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The topic (its id) of an entry, what placed it there and why, as a phrase for people.

    ``confidence`` runs from 0 to 1; editors and rules are sure.
    """

    topic: str
    by: PlacedBy
    reason: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """One reason for a story's rank: how much of it there is, 0 to 1, and what that weighs."""

    name: str
    value: float
    weight: float

    @property
    def points(self) -> float:
        """What it adds to the score."""
        return self.value * self.weight


class Verdict(StrEnum):
    """What becomes of an entry in an issue."""

    LEAD = "lead"
    TOLD = "told"
    LISTED = "listed"
    MERGED = "merged"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry's fate in one issue, so that it can be explained later.

    ``reason`` names the rule, cap or date that decided. ``told_by`` is the entry that leads its
    story, where another does. ``decided_by`` names the editor who overrode, "" for the program.
    """

    entry: EntryKey
    title: str
    source: str
    verdict: Verdict
    reason: str
    placement: Placement | None = None
    score: tuple[ScorePart, ...] = ()
    told_by: EntryKey | None = None
    decided_by: str = ""

    @property
    def total(self) -> float:
        """The score: the sum of its parts."""
        return sum(part.points for part in self.score)
