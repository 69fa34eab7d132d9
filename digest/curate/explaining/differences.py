"""Differences: what is in one issue and not in another, and what stands elsewhere in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digest.model import Choice, EntryKey, Issue, Story

_LEAD = "lead"
_ALSO = "also published"


class DifferenceKind(StrEnum):
    """What happened to a story between two issues."""

    IN = "in"
    OUT = "out"
    MOVED = "moved"
    RANKED = "re-ranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A story that differs. ``before`` and ``after`` say where it stands; empty for nowhere.

    ``why`` is what the other issue's making says of it, where that is known.
    """

    kind: DifferenceKind
    entry: EntryKey
    headline: str
    before: str = ""
    after: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a story stands: its part of the issue, and its number in it."""

    story: Story
    part: str
    heading: str
    number: int

    @property
    def shown(self) -> str:
        return self.heading if self.part == _LEAD else f"{self.heading} {self.number}"


def differences(
    before: Issue, after: Issue, *, choices: Sequence[Choice] = ()
) -> tuple[Difference, ...]:
    """What changes from one issue to the other, in reading order: out first, then the rest.

    Two stories are one when they share an entry. ``choices`` are those ``after`` was made with.
    """
    old, new = list(_places(before)), list(_places(after))
    partner = {key: place for place in new for key in place.story.entries}
    pairs = [(place, _partner(place, partner)) for place in old]
    met = {id(other) for _, other in pairs if other}
    reasons = {choice.entry: choice.reason for choice in choices}
    gone = [_out(place, reasons) for place, other in pairs if other is None]
    come = [_in(place, reasons) for place in new if id(place) not in met]
    return (*gone, *come, *_changed([(a, b) for a, b in pairs if b], reasons))


def _places(issue: Issue) -> Iterator[_Place]:
    if issue.lead:
        yield _Place(story=issue.lead, part=_LEAD, heading=_LEAD, number=1)
    for section in issue.sections:
        for number, story in enumerate(section.stories, 1):
            heading = str(section.heading)
            yield _Place(story=story, part=f"#{section.topic}", heading=heading, number=number)
    for number, story in enumerate(issue.also_published, 1):
        yield _Place(story=story, part=_ALSO, heading=_ALSO, number=number)


def _partner(place: _Place, partner: dict[EntryKey, _Place]) -> _Place | None:
    return next((partner[key] for key in place.story.entries if key in partner), None)


def _out(place: _Place, reasons: dict[EntryKey, str]) -> Difference:
    entry = place.story.entries[0]
    return Difference(
        kind=DifferenceKind.OUT,
        entry=entry,
        headline=str(place.story.headline),
        before=place.shown,
        why=reasons.get(entry, "not among the entries of its period any more" if reasons else ""),
    )


def _in(place: _Place, reasons: dict[EntryKey, str]) -> Difference:
    entry = place.story.entries[0]
    return Difference(
        kind=DifferenceKind.IN,
        entry=entry,
        headline=str(place.story.headline),
        after=place.shown,
        why=reasons.get(entry, ""),
    )


def _changed(
    pairs: Sequence[tuple[_Place, _Place]], reasons: dict[EntryKey, str]
) -> Iterator[Difference]:
    """Stories in both that stand in another part, or in another order among those that stay."""
    for old, new in pairs:
        if old.part != new.part:
            kind = DifferenceKind.MOVED
        elif _order(pairs, old, after=False) != _order(pairs, old, after=True):
            kind = DifferenceKind.RANKED
        else:
            continue
        entry = new.story.entries[0]
        yield Difference(
            kind=kind,
            entry=entry,
            headline=str(new.story.headline),
            before=old.shown,
            after=new.shown,
            why=reasons.get(entry, ""),
        )


def _order(pairs: Sequence[tuple[_Place, _Place]], place: _Place, *, after: bool) -> int:
    """How many of the stories that stay in a place's part stand before it."""
    stay = [(a, b) for a, b in pairs if a.part == b.part == place.part]
    mine = next(b if after else a for a, b in stay if a is place)
    return sum((b if after else a).number < mine.number for a, b in stay)
