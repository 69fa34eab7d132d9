"""What keeps an approved issue back: its time, its last look, or readers who wait for later."""

from digest.app import App
from digest.model import DeliveryState, IssueState, KeptIssue, LookOutcome
from digest.pipeline.timing import opens_at


def is_kept_back(app: App, kept: KeptIssue) -> bool:
    """Whether an issue may not go out yet, or not by itself any more."""
    return any(holds(app, kept) for holds in (is_late, is_early, is_held, _is_waiting))


def is_early(app: App, kept: KeptIssue) -> bool:
    """Whether an issue waits for its time of sending.

    One that somebody began to send before goes on; one that was only paused and resumed waits.
    """
    opening = opens_at(app, kept)
    if opening is None or app.clock() >= opening:
        return False
    return not app.store.ledger.tally(kept.id).counts


def is_held(app: App, kept: KeptIssue) -> bool:
    """Whether the last look at an approved issue found what a person must decide on."""
    if kept.state is not IssueState.APPROVED:
        return False
    look = app.store.preflight.look(kept.id)
    return (
        look is not None
        and look.outcome is LookOutcome.HELD
        and look.approved_at == kept.approved_at
    )


def is_late(app: App, kept: KeptIssue) -> bool:
    """Whether an approved issue has waited so long that a person must say ``digest send``."""
    if kept.state is not IssueState.APPROVED or kept.approved_at is None:
        return False
    ready = max(kept.approved_at, kept.issue.due_at)
    return app.clock() - ready > app.config.settings.deliver.late_after


def _is_waiting(app: App, kept: KeptIssue) -> bool:
    """Whether nobody is due yet of those who are left, and nobody holds a claim."""
    if kept.state is not IssueState.SENDING:
        return False
    next_at = app.store.ledger.next_due(kept.id)
    if next_at is None or next_at <= app.clock():
        return False
    return not app.store.ledger.tally(kept.id)[DeliveryState.CLAIMED]
