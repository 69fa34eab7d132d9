"""From a draft to bytes that may go out: render, look, sign."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.app import App
from digest.errors import StateError, TemplateError
from digest.model import Approval, IssueKind, IssueState, KeptIssue, RenderedIssue
from digest.pipeline.pictures import illustrate

AUTOMATIC = "the schedule"
"""Who approved, where the newsletter's definition says that nobody needs to."""


def render_issue(app: App, kept: KeptIssue) -> RenderedIssue:
    """The issue's frozen rendering once it is approved, a fresh one before."""
    if kept.approved_digest:
        return app.store.issues.rendering(kept.id)
    return _rendered(app, kept)


def approve_issue(app: App, slug: str, *, by: str, seen: str = "") -> KeptIssue:
    """Freeze the issue's bytes and let it go out.

    ``seen`` is the digest of the rendering that was looked at; empty for whatever it is now.

    :raises StateError: when it is no draft any more, or is not what was looked at.
    :raises TemplateError: when it cannot be rendered; it stays a draft.
    """
    kept = app.store.issues.get(slug)
    if kept.state is IssueState.APPROVED:
        return kept
    rendering = _rendered(app, kept)
    if seen and seen != rendering.digest:
        raise StateError(kept.issue.slug, "changed since it was looked at; look at it again")
    return app.store.issues.approve(kept, rendering, by=by, now=app.clock())


def _rendered(app: App, kept: KeptIssue) -> RenderedIssue:
    """With the pictures that are there: a slow host of one never holds an issue up."""
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    return app.renderer.render(illustrate(app, kept.issue), newsletter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An issue was approved because its newsletter needs no editor; or could not be: ``error``."""

    slug: str
    error: str = ""


def approve_automatic(app: App) -> Iterator[Approved]:
    """Approve the drafts of newsletters that ask for no editor, unless they are late.

    A draft that should have gone out longer ago than ``[deliver] late_after`` waits for a person.
    One that cannot be rendered stays a draft and does not keep the others back.
    """
    oldest = app.clock() - app.config.settings.deliver.late_after
    # A roundup always has words that an editor must write.
    drafts = app.store.issues.issues(states=(IssueState.DRAFT,), kind=IssueKind.DIGEST)
    for kept in drafts:
        if not _is_automatic(app, kept) or kept.issue.due_at < oldest:
            continue
        try:
            approve_issue(app, kept.issue.slug, by=AUTOMATIC)
        except (TemplateError, StateError) as error:
            yield Approved(slug=kept.issue.slug, error=str(error))
        else:
            yield Approved(slug=kept.issue.slug)


def _is_automatic(app: App, kept: KeptIssue) -> bool:
    newsletter = app.config.newsletters.get(kept.issue.key.newsletter)
    return newsletter is not None and newsletter.approval is Approval.AUTOMATIC
