"""The field: the stories that an issue chooses from, placed under their topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.curate.choosing.scoring import Candidate, is_large
from digest.curate.choosing.sifting import ALWAYS_TOLD, Ground, fate
from digest.curate.grouping.stories import coverage, full_text
from digest.curate.placing.matching import first_fit
from digest.curate.states import counted_at, is_late
from digest.curate.words import count_words, one_line
from digest.model import (
    Choice,
    EntryKey,
    EntryState,
    KeptEntry,
    PlacedBy,
    Placement,
    Verdict,
)

_OPENING = 400  # characters
_STRENGTH = {by: rank for rank, by in enumerate(PlacedBy)}

Group = tuple[KeptEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The candidates, and the entries each of them tells by its key; and what editors dropped."""

    candidates: tuple[Candidate, ...]
    groups: Mapping[EntryKey, Group]
    dropped: tuple[Choice, ...]


def field_of(
    groups: Sequence[Group], placements: Mapping[EntryKey, Placement], ground: Ground
) -> Field:
    """Make candidates of groups, with the editors' word on each of them."""
    drops = {drop.entry: drop.why for drop in ground.edits.drops}
    candidates: list[Candidate] = []
    dropped: list[Choice] = []
    for group in groups:
        why = next((drops[item.entry.key] for item in group if item.entry.key in drops), None)
        placement = _placement(group, placements, ground)
        if why is None:
            candidates.append(_candidate(group, placement, ground))
        else:
            dropped += _dropped(group, placement, why, ground)
    return Field(
        candidates=tuple(candidates),
        groups={group[0].entry.key: group for group in groups},
        dropped=tuple(dropped),
    )


def _dropped(group: Group, placement: Placement, why: str, ground: Ground) -> list[Choice]:
    reason = f"dropped by {ground.editor}: {why}" if why else f"dropped by {ground.editor}"
    return [
        fate(
            item,
            Verdict.LEFT_OUT,
            reason,
            placement=placement,
            told_by=group[0].entry.key if item is not group[0] else None,
            decided_by=ground.editor,
        )
        for item in group
    ]


def _placement(group: Group, placements: Mapping[EntryKey, Placement], ground: Ground) -> Placement:
    """Where an editor moved the story, else the strongest placement among its entries."""
    keys = [item.entry.key for item in group]
    known = {topic.id for topic in ground.newsletter.topics}
    for move in reversed(ground.edits.moves):
        if move.entry in keys and move.topic in known:
            reason = f"moved by {ground.editor}"
            return Placement(topic=move.topic, by=PlacedBy.EDITOR, reason=reason)
    return min((placements[key] for key in keys), key=lambda placed: _STRENGTH[placed.by])


def _candidate(group: Group, placement: Placement, ground: Ground) -> Candidate:
    shown = group[0]
    text = full_text(shown.entry)
    feed = ground.feeds.get(shown.entry.key.feed)
    pinned = any(item.entry.key in ground.pinned for item in group)
    return Candidate(
        key=shown.entry.key,
        placement=placement,
        published_at=_news_at(shown, ground),
        words=count_words(text),
        text=f"{one_line(shown.entry.title)} {shown.entry.summary or text}"[:_OPENING],
        pictured=any(is_large(item.entry.image) for item in group),
        weight=feed.weight if feed else 1.0,
        covered_by=len(coverage(group)),
        authors=shown.entry.authors,
        wanted=f"pinned by {ground.editor}" if pinned else _kept(group, ground),
        wanted_by=ground.editor if pinned else "",
        leads=any(item.entry.key == ground.edits.lead for item in group),
    )


def _kept(group: Group, ground: Ground) -> str:
    """Which of the newsletter's keeps wants the story told; empty for none."""
    keeps = ground.newsletter.keeps
    fits = (first_fit(item.entry, keeps, ground.tags(item.entry.key)) for item in group)
    keep = next((fit for fit in fits if fit), None)
    return f"{ALWAYS_TOLD}: {keep}" if keep else ""


def _news_at(item: KeptEntry, ground: Ground) -> datetime:
    """When an entry became news: what waited for an editor's release is as new as can be."""
    if item.mark is not None and item.mark.state is EntryState.NEW:
        return ground.period.end
    counted = counted_at(item, ground.newsletter.clock)
    late = is_late(item, ground.period, clock=ground.newsletter.clock)
    return item.first_seen_at if late or counted is None else counted
