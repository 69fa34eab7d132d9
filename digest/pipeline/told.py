"""Whom a correction goes to: those who got the issue with the story in it."""

from digest.app import App
from digest.compose.personalise import chosen
from digest.errors import StateError
from digest.model import Amendment, EntryKey, IssueKind, KeptIssue, Told, Variant
from digest.pipeline.variants import Variants


def told_of(app: App, kept: KeptIssue) -> Told | None:
    """The readers of a correction; None for any other issue, which goes to all subscribers.

    :raises StateError: when nobody knows what it corrects.
    """
    if kept.issue.kind is not IssueKind.CORRECTION:
        return None
    amendment = app.store.issues.amendment_by(kept.issue.slug)
    if amendment is None:
        raise StateError(kept.issue.slug, "is a correction of nothing that is known")
    return readers_of(app, amendment, newsletter=kept.issue.key.newsletter)


def readers_of(app: App, amendment: Amendment, *, newsletter: str) -> Told:
    """Those whose copy of the amended issue told the story, or listed it."""
    issues = app.store.issues.issues(newsletter=newsletter)
    original = next(kept for kept in issues if kept.id == amendment.issue_id)
    copies = Variants(
        kept=original,
        newsletter=app.config.newsletter(newsletter),
        rendering=app.store.issues.rendering(original.id),
    )
    variants = app.store.ledger.variants_told(original.id)
    return Told(
        issue_id=original.id,
        variants=tuple(each for each in variants if _told(copies, each, amendment.entry)),
    )


def _told(copies: Variants, variant: Variant, entry: EntryKey) -> bool:
    rendering = copies.of(variant)
    if rendering is None or rendering is copies.rendering:
        return rendering is not None
    left = chosen(copies.kept.issue, variant)
    return any(entry in story.entries for story in (*left.stories, *left.also_published))
