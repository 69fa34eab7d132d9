"""Edits: what editors changed in an issue, applied to what the program says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digest.curate.editing.layout import Layout
from digest.curate.editing.texts import Place, place_of, reword, stories_of, texts_of
from digest.curate.inbox_row import inbox_row
from digest.curate.timing.periods import wall_clock
from digest.model import (
    Edits,
    EntryKey,
    Issue,
    IssueKind,
    Newsletter,
    Origin,
    Quote,
    Story,
    StoryQuotes,
    TextEdit,
    TextField,
    Wording,
)

INBOX_FIELDS = (TextField.SUBJECT, TextField.PREHEADER)
"""The texts that tell what an issue holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """An issue as its editors want it.

    ``unused`` says in sentences which edits found nothing to change, or something else than they
    were made for.
    """

    issue: Issue
    unused: tuple[str, ...] = ()


def apply(edits: Edits, issue: Issue, *, newsletter: Newsletter | None = None) -> Edited:
    """Apply edits to an issue: once or again, the result is the same.

    Drops, moves, pins and the lead change what stands there, where assembling has not seen to them
    already. Words of the program that tell what an issue holds (subject and preheader) follow.
    ``newsletter`` names topics that have no section yet.
    """
    topics = newsletter.topics if newsletter else ()
    laid_out = Layout(issue, topics=topics, by=edits.by).apply(edits)
    told = _quote(laid_out, edits.quotes)
    own = [edit for edit in edits.texts if edit.entry is None and not edit.section]
    inner = reword(told, _words([edit for edit in edits.texts if edit not in own], told))
    if newsletter and headlines(inner) != headlines(issue):
        inner = with_inbox_row(inner, newsletter)
    return Edited(
        issue=reword(inner, _words(own, inner)),
        unused=(*_absent(edits, issue, laid_out), *_changed(edits, told, inner)),
    )


def undo(texts: Sequence[TextEdit], quotes: Sequence[StoryQuotes], issue: Issue) -> Issue:
    """Give an issue back the words that these edits replaced in it."""
    words = {
        place_of(edit, issue): Wording(value=edit.source, origin=edit.source_origin)
        for edit in texts
    }
    before = [replace(chosen, quotes=chosen.source) for chosen in quotes]
    return _quote(reword(issue, words), before)


def with_inbox_row(issue: Issue, newsletter: Newsletter) -> Issue:
    """A digest with a subject and a preheader that tell what it holds; edited ones stay."""
    if issue.kind is not IssueKind.DIGEST:
        return issue
    day = wall_clock(newsletter.schedule, issue.due_at)
    row = inbox_row(newsletter, issue.stories, also=issue.also_published, day=day.date())
    fresh = {
        Place(field=TextField.SUBJECT): Wording(value=row.subject),
        Place(field=TextField.PREHEADER): Wording(value=row.preheader),
    }
    known = texts_of(issue)
    return reword(
        issue, {place: text for place, text in fresh.items() if known[place].origin is Origin.AUTO}
    )


def _words(edits: Sequence[TextEdit], issue: Issue) -> dict[Place, Wording]:
    return {
        place_of(edit, issue): Wording(value=edit.value, origin=Origin.EDITED) for edit in edits
    }


def headlines(issue: Issue) -> tuple[str, ...]:
    """The headlines that an issue's subject and preheader are made of."""
    return tuple(story.headline.value for story in stories_of(issue))


def _quote(issue: Issue, chosen: Sequence[StoryQuotes]) -> Issue:
    if not chosen:
        return issue
    by_entry = {each.entry: each.quotes for each in chosen}
    return replace(
        issue,
        lead=_quoted(issue.lead, by_entry) if issue.lead else None,
        sections=tuple(
            replace(part, stories=tuple(_quoted(story, by_entry) for story in part.stories))
            for part in issue.sections
        ),
        also_published=tuple(_quoted(story, by_entry) for story in issue.also_published),
    )


def _quoted(story: Story, by_entry: dict[EntryKey, tuple[Quote, ...]]) -> Story:
    chosen = [by_entry[key] for key in story.entries if key in by_entry]
    return replace(story, quotes=chosen[-1]) if chosen else story


def _absent(edits: Edits, before: Issue, issue: Issue) -> Iterator[str]:
    """What names a post that is gone, and not because it was dropped; or a section."""
    here = {key for each in (issue, before) for key in _keys(each)}
    for key, whats in _named(edits).items():
        if key not in here:
            yield f"{key} is not in the issue; kept for when it is: {', '.join(whats)}"
    sections = {section.topic for section in issue.sections}
    asked = [(edit.section, f"its {edit.field}") for edit in edits.texts if edit.section]
    asked += [(order.section, "its order") for order in edits.orders]
    for section, what in dict.fromkeys(asked):
        if section not in sections:
            yield f"section {section!r} is not in the issue; kept for when it is: {what}"


def _keys(issue: Issue) -> set[EntryKey]:
    return {key for story in stories_of(issue) for key in story.entries}


def _named(edits: Edits) -> dict[EntryKey, list[str]]:
    """What is wanted of each post, but of those that are dropped."""
    dropped = {drop.entry for drop in edits.drops}
    wanted: list[tuple[EntryKey, str]] = []
    if edits.lead:
        wanted.append((edits.lead, "the lead"))
    wanted += [(key, "its pin") for key in edits.pins]
    wanted += [(move.entry, f"its place in {move.topic!r}") for move in edits.moves]
    wanted += [(edit.entry, f"its {edit.field}") for edit in edits.texts if edit.entry]
    wanted += [(chosen.entry, "its quotes") for chosen in edits.quotes]
    named: dict[EntryKey, list[str]] = {}
    for key, what in wanted:
        if key not in dropped:
            named.setdefault(key, []).append(what)
    return named


def _changed(edits: Edits, told: Issue, inner: Issue) -> Iterator[str]:
    """Texts that replace something else by now than when they were written.

    ``told`` has the program's words of sections and stories, ``inner`` those of the issue.
    """
    by_place = texts_of(told)
    by_place |= {
        place: text for place, text in texts_of(inner).items() if place.field in INBOX_FIELDS
    }
    for edit in edits.texts:
        place = place_of(edit, told)
        text = by_place.get(place)
        if text is None or text.origin is Origin.EDITED or text.value == edit.value:
            continue
        if text.value != edit.source:
            yield f"{place}: its source changed since it was edited"
