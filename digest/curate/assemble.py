"""Assembly: a period's entries become an issue, and each entry's fate is told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.curate.choosing.diversity import MeaningLikeness
from digest.curate.choosing.field import Field, Group, field_of
from digest.curate.choosing.scoring import score
from digest.curate.choosing.selection import Ranked, Ranking, select
from digest.curate.choosing.sifting import Ground, fate, sift
from digest.curate.choosing.track_record import track_record
from digest.curate.grouping.stories import group_stories
from digest.curate.placing.discovery import settle
from digest.curate.placing.topics import Placer
from digest.curate.telling import issue_of, slug_of
from digest.model import (
    NO_EDITS,
    Choice,
    Correction,
    Edits,
    EntryKey,
    Feed,
    Issue,
    KeptEntry,
    KeptIssue,
    Newsletter,
    Period,
    PlacedBy,
    Placement,
    Verdict,
)
from digest.ports import Embedder


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What an issue is made of.

    ``kept`` are the entries that may concern its period, and ``feeds`` the configured ones, for
    their tags, titles and weights. ``past`` are the newsletter's last issues that went out, newest
    first, ``corrections`` the editors' words on topics, oldest first, and ``clicks`` the counts of
    :func:`digest.curate.choosing.clicks.read_clicks`.
    """

    kept: tuple[KeptEntry, ...]
    feeds: tuple[Feed, ...] = ()
    past: tuple[KeptIssue, ...] = ()
    corrections: tuple[Correction, ...] = ()
    clicks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """An issue, and what became of each entry, in order of key."""

    issue: Issue
    choices: tuple[Choice, ...]


def assemble(
    newsletter: Newsletter,
    period: Period,
    material: Material,
    *,
    embedder: Embedder | None = None,
    edits: Edits = NO_EDITS,
) -> Assembly:
    """Make the newsletter's issue for the period.

    ``edits`` have their part in what is chosen (pins, drops, moves, the lead); the texts and orders
    in them are :mod:`digest.curate.editing.edits`' to apply. Entries that an issue of the same slug
    used are free, so that it can be made again. Every entry of ``material.kept`` has exactly one
    choice, and the order of ``kept`` does not matter.
    """
    ground = Ground(
        newsletter=newsletter,
        period=period,
        slug=slug_of(newsletter, period),
        feeds={feed.url: feed for feed in material.feeds},
        edits=edits,
    )
    sifted = sift(material.kept, ground)
    past = [kept.issue for kept in material.past]
    placements, ground = _placed(sifted.usable, ground, material, embedder)
    groups = group_stories(sifted.usable, sources=newsletter.ranking.sources, embedder=embedder)
    found = field_of(groups, placements, ground)
    ranking = _ranking(found, ground, material, embedder)
    fates = (*sifted.left_out, *found.dropped, *_fates(ranking, found.groups))
    return Assembly(
        issue=issue_of(ground, ranking, found.groups, past),
        choices=tuple(sorted(fates, key=lambda choice: choice.entry)),
    )


def is_empty(issue: Issue, newsletter: Newsletter) -> bool:
    """Whether the issue tells fewer stories than the newsletter wants at least."""
    return len(issue.stories) < newsletter.min_stories


def _placed(
    usable: Sequence[KeptEntry], ground: Ground, material: Material, embedder: Embedder | None
) -> tuple[Mapping[EntryKey, Placement], Ground]:
    """Where each entry belongs, and the ground with the topics that were found, if any."""
    tags = {url: feed.tags for url, feed in ground.feeds.items()}
    entries = [item.entry for item in usable]
    placer = Placer(ground.newsletter, tags, embedder, material.corrections)
    settled = settle(
        ground.newsletter,
        entries,
        placer.place(entries),
        embedder=embedder,
        past=[kept.issue for kept in material.past],
    )
    return settled.placements, replace(ground, newsletter=settled.newsletter)


def _ranking(
    found: Field, ground: Ground, material: Material, embedder: Embedder | None
) -> Ranking:
    record = track_record(material.past, material.clicks)
    weights = ground.newsletter.ranking.weights
    scored = [
        Ranked(candidate=each, score=score(each, ground.period, weights=weights, record=record))
        for each in found.candidates
    ]
    likeness = MeaningLikeness(embedder) if embedder else None
    return select(scored, ground.newsletter, likeness=likeness)


def _fates(ranking: Ranking, groups: Mapping[EntryKey, Group]) -> Iterator[Choice]:
    verdicts: tuple[tuple[Verdict, Iterable[Ranked]], ...] = (
        (Verdict.LEAD, (ranking.lead,) if ranking.lead else ()),
        (Verdict.TOLD, ranking.told),
        (Verdict.LISTED, ranking.also),
        (Verdict.LEFT_OUT, ranking.left_out),
    )
    for verdict, ranked in verdicts:
        for each in ranked:
            yield from _fates_of(groups[each.candidate.key], each, verdict)


def _fates_of(group: Group, ranked: Ranked, verdict: Verdict) -> Iterator[Choice]:
    candidate = ranked.candidate
    first, *others = group
    by = candidate.wanted_by
    if candidate.placement.by is PlacedBy.EDITOR and not by:
        by = candidate.placement.reason.rpartition(" by ")[2]
    led = fate(first, verdict, ranked.reason, placement=candidate.placement, decided_by=by)
    yield replace(led, score=ranked.score)
    merged = Verdict.LEFT_OUT if verdict is Verdict.LEFT_OUT else Verdict.MERGED
    for item in others:
        reason = f"the same story as {led.title!r} from {led.source}"
        yield fate(item, merged, reason, placement=candidate.placement, told_by=led.entry)
