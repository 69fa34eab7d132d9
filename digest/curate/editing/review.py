"""Review: what became of each entry once editors have changed an issue."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest.curate.editing.layout import EDITOR
from digest.model import Choice, Edits, EntryKey, Issue, Placement, Story, Verdict


def reviewed(choices: Sequence[Choice], issue: Issue, edits: Edits) -> tuple[Choice, ...]:
    """The choices of an issue's making, brought up to what its editors decided since."""
    by = edits.by or EDITOR
    fates = dict(_fates(issue))
    drops = {drop.entry: drop.why for drop in edits.drops}
    return tuple(_reviewed(choice, fates, drops, by) for choice in choices)


def _fates(issue: Issue) -> Iterator[tuple[EntryKey, tuple[Verdict, Placement | None]]]:
    parts: tuple[tuple[Verdict, Sequence[Story]], ...] = (
        (Verdict.LISTED, issue.also_published),
        (Verdict.TOLD, [story for section in issue.sections for story in section.stories]),
        (Verdict.LEAD, [issue.lead] if issue.lead else []),
    )
    for verdict, stories in parts:
        for story in stories:
            yield story.entries[0], (verdict, story.placement)


def _reviewed(
    choice: Choice,
    fates: dict[EntryKey, tuple[Verdict, Placement | None]],
    drops: dict[EntryKey, str],
    by: str,
) -> Choice:
    dropped = choice.entry if choice.entry in drops else choice.told_by
    if dropped in drops and choice.verdict is not Verdict.LEFT_OUT:
        reason = f"dropped by {by}: {drops[dropped]}" if drops[dropped] else f"dropped by {by}"
        return replace(choice, verdict=Verdict.LEFT_OUT, reason=reason, decided_by=by)
    if choice.entry not in fates:
        return choice
    verdict, placement = fates[choice.entry]
    placement = placement or choice.placement
    if (verdict, placement) == (choice.verdict, choice.placement):
        return choice
    reason = choice.reason
    if verdict is not choice.verdict:
        reason = f"made {_WORDS[verdict]} by {by}"
    return replace(choice, verdict=verdict, placement=placement, reason=reason, decided_by=by)


_WORDS = {Verdict.LEAD: "the lead", Verdict.TOLD: "a told story", Verdict.LISTED: "a listed title"}
