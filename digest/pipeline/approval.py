"""From a draft to bytes that may go out: render, look, sign."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.app import App
from digest.compose.personalise import paired
from digest.errors import StateError, TemplateError
from digest.model import Approval, Arm, IssueKind, IssueState, KeptIssue, RenderedIssue
from digest.pipeline.pictures import illustrate
from digest.pipeline.preflight import ASKED, BY_ITSELF, Manner, preflight, refuse_unfit, waive
from digest.pipeline.roundup import roundup_lacks
from digest.pipeline.subjects import public_rendering

AUTOMATIC = "the schedule"
"""Who approved, where the newsletter's definition says that nobody needs to."""


def render_issue(app: App, kept: KeptIssue) -> RenderedIssue:
    """The issue's frozen rendering once it is approved, a fresh one before.

    Once one of two subjects has won, it is under that.
    """
    if kept.approved_digest:
        return public_rendering(app, kept.id)
    return _rendered(app, kept)


def approve_issue(
    app: App,
    slug: str,
    *,
    by: str,
    seen: str = "",
    reasons: Mapping[str, str] | None = None,
    manner: Manner = ASKED,
) -> KeptIssue:
    """Freeze the issue's bytes and let it go out, once its pre-flight has nothing against it.

    ``seen`` is the digest of the rendering that was looked at; empty for whatever it is now.
    ``reasons`` waive warnings, by the names of their rules.

    :raises StateError: when it is no draft any more, is not what was looked at, or is a roundup
        that is not finished.
    :raises UnfitError: when its pre-flight found a blocker, or a warning that nobody waived.
    :raises TemplateError: when it cannot be rendered; it stays a draft.
    """
    kept = app.store.issues.get(slug)
    if kept.state is IssueState.APPROVED:
        return kept
    if kept.issue.kind is IssueKind.ROUNDUP and (missing := roundup_lacks(app, kept)):
        slug, first = kept.issue.slug, missing[0]
        what = f"is not finished: {first}; `digest roundup finish {slug}` lists what is missing"
        raise StateError(slug, what)
    rendering = _rendered(app, kept)
    if seen and seen != rendering.digest:
        raise StateError(kept.issue.slug, "changed since it was looked at; look at it again")
    if kept.state is IssueState.DRAFT:
        _look(app, kept, rendering, by=by, reasons=reasons or {}, manner=manner)
    return app.store.issues.approve(kept, rendering, by=by, now=app.clock())


def _rendered(app: App, kept: KeptIssue) -> RenderedIssue:
    """With the pictures that are there: a slow host of one never holds an issue up."""
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    issue = illustrate(app, kept.issue)
    first = app.renderer.render(issue.under(Arm.A), newsletter)
    if not issue.tries_subjects:
        return first
    return paired(first, app.renderer.render(issue.under(Arm.B), newsletter))


def _look(
    app: App,
    kept: KeptIssue,
    rendering: RenderedIssue,
    *,
    by: str,
    reasons: Mapping[str, str],
    manner: Manner,
) -> None:
    """Run the pre-flight, and keep the reasons where nothing else stands against the issue."""
    flown = preflight(app, kept, rendering, manner=manner)
    refuse_unfit(flown, warnings=False)
    if not manner.warnings_pass:
        refuse_unfit(waive(app, flown, reasons, by=by))


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An issue was approved because its newsletter needs no editor; or could not be: ``error``."""

    slug: str
    error: str = ""


def approve_automatic(app: App) -> Iterator[Approved]:
    """Approve the drafts of newsletters that ask for no editor, unless they are late.

    A draft that should have gone out longer ago than ``[deliver] late_after`` waits for a person.
    So does one that a person changed or reopened. One that cannot be rendered, or whose pre-flight
    found a blocker, stays a draft and does not keep the others back. Warnings pass.
    """
    oldest = app.clock() - app.config.settings.deliver.late_after
    # A roundup always has words that an editor must write.
    drafts = app.store.issues.issues(states=(IssueState.DRAFT,), kind=IssueKind.DIGEST)
    for kept in drafts:
        touched = kept.revision > 1
        if touched or not _is_automatic(app, kept) or kept.issue.due_at < oldest:
            continue
        try:
            approve_issue(app, kept.issue.slug, by=AUTOMATIC, manner=BY_ITSELF)
        except (TemplateError, StateError) as error:
            # On another machine it may be approved by now.
            if app.store.issues.get(kept.issue.slug).state is IssueState.DRAFT:
                yield Approved(slug=kept.issue.slug, error=str(error))
        else:
            yield Approved(slug=kept.issue.slug)


def _is_automatic(app: App, kept: KeptIssue) -> bool:
    newsletter = app.config.newsletters.get(kept.issue.key.newsletter)
    return newsletter is not None and newsletter.approval is Approval.AUTOMATIC
