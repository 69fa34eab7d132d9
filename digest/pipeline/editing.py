"""Editing drafts: out as a galley, in again, made anew, and back from an approval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.app import App
from digest.curate.editing.edits import apply
from digest.curate.editing.galley import amend, read_galley, write_galley
from digest.curate.editing.galley.reading import GalleyFile
from digest.curate.editing.review import reviewed
from digest.curate.editing.texts import stories_of
from digest.curate.grouping.stories import full_text
from digest.errors import ConfigError, Problem, StateError
from digest.model import (
    Correction,
    Edits,
    EntryKey,
    Issue,
    IssueKind,
    IssueState,
    KeptIssue,
    Move,
    TextEdit,
)
from digest.pipeline.material import make_assembly
from digest.pipeline.pictures import fetch_pictures

_LONGEST = 20_000  # characters of a correction's text


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a galley.

    ``warnings`` are about the file, ``unused`` about edits that find nothing to change.
    ``waiting`` are the posts that only a rebuild brings into the issue. ``corrections`` were kept.
    """

    kept: KeptIssue
    changed: bool
    warnings: tuple[Problem, ...] = ()
    unused: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """An issue that was made again, what it was before, and the edits that found nothing."""

    kept: KeptIssue
    before: Issue
    unused: tuple[str, ...] = ()


def export_galley(app: App, slug: str) -> str:
    """The issue as the text file that editors mark up."""
    return write_galley(app.store.issues.get(slug))


def import_galley(
    app: App, slug: str, content: bytes, *, name: str, by: str = "", force: bool = False
) -> Imported:
    """Take over what an editor changed in a galley; ``name`` is how findings call the file.

    ``force`` takes a file that was written for another issue. Stories that were put under another
    topic teach the program where such posts belong.

    :raises ConfigError: with every problem of the file; nothing of it was used.
    :raises StateError: when the issue is no draft, or changed in the meantime.
    """
    kept = _draft(app, slug)
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    choices = app.store.issues.choices(kept.id)
    result = amend(
        kept,
        _galley(kept, content, name=name, force=force),
        newsletter=newsletter,
        known={str(choice.entry): choice.entry for choice in choices},
        by=by,
    )
    if result.problems:
        raise ConfigError(result.problems)
    if result.edits == kept.edits:
        return Imported(kept=kept, changed=False, warnings=result.warnings)
    now_so = reviewed(choices, result.issue, result.edits)
    saved = app.store.issues.save(
        kept, issue=result.issue, edits=result.edits, choices=now_so, now=app.clock()
    )
    fetch_pictures(app, saved)
    corrections = _corrections(app, saved, result.moves)
    app.store.issues.add_corrections(corrections)
    return Imported(
        kept=saved,
        changed=True,
        warnings=result.warnings,
        unused=result.unused,
        waiting=_waiting(kept.edits, saved),
        corrections=corrections,
    )


def rebuild_issue(app: App, slug: str) -> Rebuilt:
    """Make a draft again from today's entries and rules, and apply its editors' changes.

    :raises StateError: when the issue is no draft, is a roundup, or changed in the meantime.
    """
    kept = _draft(app, slug)
    if kept.issue.kind is not IssueKind.DIGEST:
        what = f"is a {kept.issue.kind}, which is not made from a period's entries"
        raise StateError(kept.issue.slug, what)
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    made = make_assembly(app, newsletter, kept.issue.key.period, edits=kept.edits, issue=kept.issue)
    edited = apply(kept.edits, made.issue, newsletter=newsletter)
    issue = replace(edited.issue, key=kept.issue.key, slug=kept.issue.slug)
    saved = app.store.issues.save(
        kept, issue=issue, edits=kept.edits, choices=made.choices, now=app.clock()
    )
    fetch_pictures(app, saved)
    return Rebuilt(kept=saved, before=kept.issue, unused=edited.unused)


def reword_issue(app: App, slug: str, edit: TextEdit, *, by: str) -> KeptIssue:
    """Put one text of a draft in place of another, as its editor's.

    :raises StateError: when the issue is no draft, or changed in the meantime.
    """
    kept = _draft(app, slug)
    whose = (edit.field, edit.section, edit.entry)
    same = [each for each in kept.edits.texts if (each.field, each.section, each.entry) == whose]
    if same:
        edit = replace(edit, source=same[0].source, source_origin=same[0].source_origin)
    texts = (*(each for each in kept.edits.texts if each not in same), edit)
    edits = replace(kept.edits, texts=texts, by=by)
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    edited = apply(edits, kept.issue, newsletter=newsletter)
    return app.store.issues.save(kept, issue=edited.issue, edits=edits, now=app.clock())


def reopen_issue(app: App, slug: str) -> KeptIssue:
    """Make an approved issue a draft again; its approval and frozen bytes are gone.

    :raises StateError: when it is being sent, was sent, or is not approved.
    """
    kept = app.store.issues.get(slug)
    reopened = app.store.issues.change_state(
        kept.id, to=IssueState.DRAFT, allowed=(IssueState.APPROVED,), now=app.clock()
    )
    if not reopened and kept.state is not IssueState.DRAFT:
        raise StateError(kept.issue.slug, f"is {kept.state}; only an approved issue is reopened")
    return app.store.issues.get(kept.issue.slug)


def _draft(app: App, slug: str) -> KeptIssue:
    kept = app.store.issues.get(slug)
    if kept.state is IssueState.DRAFT:
        return kept
    message = f"is {kept.state}, and only a draft can be changed"
    if kept.state is IssueState.APPROVED:
        message += f"; `digest issues reopen {kept.issue.slug}` takes the approval back"
    raise StateError(kept.issue.slug, message)


def _galley(kept: KeptIssue, content: bytes, *, name: str, force: bool) -> GalleyFile:
    read = read_galley(name, content)
    if read.value is None:
        raise ConfigError(read.problems)
    galley, slug = read.value.galley, kept.issue.slug
    if galley.issue == slug:
        return read.value
    if not force:
        message = f"the file is for {galley.issue}, not for {slug}"
        fix = f"digest issues import {galley.issue}, or --force"
        raise ConfigError((read.value.file.problem(("issue",), message, fix=fix),))
    # What it lacks, it never had.
    return replace(read.value, galley=replace(galley, issue=slug, revision=0))


def _corrections(app: App, kept: KeptIssue, moves: Sequence[Move]) -> tuple[Correction, ...]:
    """What the moves teach; those in a roundup are about its own sections, not about topics."""
    if kept.issue.kind is not IssueKind.DIGEST:
        return ()
    return tuple(_correction(app, kept, move) for move in moves)


def _correction(app: App, kept: KeptIssue, move: Move) -> Correction:
    known = app.store.feeds.entry(move.entry)
    stories = (each for each in stories_of(kept.issue) if move.entry in each.entries)
    story = next(stories, None)
    return Correction(
        newsletter=kept.issue.key.newsletter,
        entry=move.entry,
        topic=move.topic,
        title=known.entry.title if known else str(story.headline) if story else "",
        text=full_text(known.entry)[:_LONGEST] if known else str(story.excerpt) if story else "",
        at=app.clock(),
        by=kept.edits.by,
    )


def _waiting(before: Edits, kept: KeptIssue) -> tuple[str, ...]:
    """Posts that were pinned, or no longer dropped, and are not there."""
    here = {key for story in stories_of(kept.issue) for key in story.entries}
    dropped = {drop.entry for drop in kept.edits.drops}
    wanted: list[EntryKey] = [drop.entry for drop in before.drops if drop.entry not in dropped]
    wanted += [key for key in kept.edits.pins if key not in dropped]
    return tuple(dict.fromkeys(str(key) for key in wanted if key not in here))
