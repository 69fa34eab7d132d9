"""Amending: from a galley that came back to the edits it stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate.editing.edits import INBOX_FIELDS, apply, headlines, undo, with_inbox_row
from digest.curate.editing.galley.decisions import Decisions
from digest.curate.editing.galley.reading import GalleyFile
from digest.curate.editing.galley.values import Galley, GalleySection, galley_of
from digest.curate.editing.galley.wording import Rewording, changed_comments
from digest.curate.editing.galley.writing import key_of, write_galley
from digest.curate.editing.texts import Place
from digest.errors import Problem
from digest.model import (
    Edits,
    EntryKey,
    Issue,
    KeptIssue,
    Move,
    Newsletter,
    Section,
    SectionOrder,
    TextField,
    Wording,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What a galley makes of an issue. With ``problems``, nothing of it is to be used.

    ``warnings`` are about the file, ``unused`` about edits that find nothing to change. ``moves``
    are those that are new.
    """

    issue: Issue
    edits: Edits
    moves: tuple[Move, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    unused: tuple[str, ...] = ()


def amend(
    kept: KeptIssue,
    read: GalleyFile,
    *,
    newsletter: Newsletter,
    known: Mapping[str, EntryKey],
    by: str = "",
) -> Amended:
    """Take over what an editor changed in the issue's galley; an untouched one changes nothing.

    A file that was written before the issue's last change takes nothing away: what it lacks may
    have come since. ``known`` are the posts that the issue was chosen from, by their names.
    """
    galley = read.galley
    if galley == galley_of(kept):
        warnings = tuple(_unheard(kept, read))
        return Amended(issue=kept.issue, edits=kept.edits, warnings=warnings)
    older = galley.revision != kept.revision
    decisions = Decisions(
        kept=kept,
        galley=galley,
        file=read.file,
        newsletter=newsletter,
        known=known,
        keep=older,
    )
    decisions.take()
    rewording = Rewording(kept=kept, keep=older)
    _take_words(galley, decisions, rewording, newsletter)
    before = undo(rewording.undone_texts, rewording.undone_quotes, kept.issue)
    edits = _ordered(_decided(kept.edits, decisions, rewording), before, decisions, newsletter)
    changed = edits != kept.edits
    edits = replace(edits, by=by or edits.by) if changed else edits
    result = apply(edits, before, newsletter=newsletter)
    issue = result.issue if changed else kept.issue
    reset = any(edit.field in INBOX_FIELDS for edit in rewording.undone_texts)
    if reset or headlines(issue) != headlines(kept.issue):
        issue = with_inbox_row(issue, newsletter)
    return Amended(
        issue=issue,
        edits=edits,
        moves=tuple(decisions.new_moves),
        problems=tuple(decisions.problems),
        warnings=(*decisions.warnings, *_unheard(kept, read)),
        unused=result.unused,
    )


def _decided(edits: Edits, decisions: Decisions, rewording: Rewording) -> Edits:
    return replace(
        edits,
        lead=decisions.lead,
        pins=tuple(decisions.pins),
        drops=tuple(decisions.drops),
        moves=tuple(decisions.moves),
        texts=tuple(rewording.texts),
        quotes=tuple(rewording.quotes),
    )


def _take_words(
    galley: Galley, decisions: Decisions, rewording: Rewording, newsletter: Newsletter
) -> None:
    _refuse(rewording.take(galley.words), (), decisions)
    here = {section.topic for section in decisions.kept.issue.sections}
    for section in galley.sections:
        if section.topic in here:
            rewording.take(section.words, section=section.topic)
        else:
            _name_section(section, rewording, newsletter)
    for block in galley.stories:
        story = decisions.story(block)
        if story:
            _refuse(rewording.take(block.words, entry=story.entries[0]), block.path, decisions)
            rewording.choose(story, block.quotes)


def _refuse(fields: set[TextField], path: tuple[str | int, ...], decisions: Decisions) -> None:
    """Complain of texts for which there is no place: those of a picture that is not there."""
    for field in sorted(fields):
        second = field is TextField.SUBJECT_B
        message = "a correction waits for no trial" if second else "there is no picture here"
        problem = decisions.file.problem((*path, key_of(field)), message, fix="delete the line")
        decisions.problems.append(problem)


def _name_section(section: GalleySection, rewording: Rewording, newsletter: Newsletter) -> None:
    names = {topic.id: topic.name for topic in newsletter.topics}
    for field, value in section.words.items():
        given = names.get(section.topic, "") if field is TextField.HEADING else ""
        place = Place(field=field, section=section.topic)
        rewording.add(place, value, given=Wording(value=given))


def _ordered(edits: Edits, before: Issue, decisions: Decisions, newsletter: Newsletter) -> Edits:
    """The edits with the file's order of sections and stories, where it is not the issue's."""
    laid_out = apply(edits, before, newsletter=newsletter).issue
    sections = {section.topic: section for section in laid_out.sections}
    orders = list(edits.orders)
    for section in decisions.galley.sections:
        found = sections.get(section.topic)
        wanted = _entries(section, decisions)
        if found and not _is_in_order(wanted, _firsts(found)):
            orders = [order for order in orders if order.section != section.topic]
            orders.append(SectionOrder(section=section.topic, entries=wanted))
    topics = [section.topic for section in decisions.galley.sections if section.topic in sections]
    same = _is_in_order(topics, list(sections))
    return replace(edits, orders=tuple(orders), sections=edits.sections if same else tuple(topics))


def _entries(section: GalleySection, decisions: Decisions) -> tuple[EntryKey, ...]:
    stories = (decisions.story(block) for block in section.stories)
    return tuple(story.entries[0] for story in stories if story)


def _firsts(section: Section) -> tuple[EntryKey, ...]:
    return tuple(story.entries[0] for story in section.stories)


def _is_in_order(wanted: Sequence[object], found: Sequence[object]) -> bool:
    """Whether what both have stands in the same order in both."""
    return [each for each in wanted if each in found] == [each for each in found if each in wanted]


def _unheard(kept: KeptIssue, read: GalleyFile) -> list[Problem]:
    """Changes behind a comment mark, which say nothing."""
    if read.galley.revision != kept.revision:
        return []
    lines = changed_comments(read.file.text, write_galley(kept))
    return [
        Problem(
            file=read.file.name,
            line=line,
            message="was changed, but is still a comment, and changes nothing",
            fix="take #auto or #feed away",
        )
        for line in lines
    ]
