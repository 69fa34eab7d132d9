"""When an approved issue is looked at for the last time."""

from datetime import datetime, timedelta

from digest.model import IssueKind, IssueState, KeptIssue, LastLook, LookOutcome


def is_look_due(
    kept: KeptIssue,
    look: LastLook | None,
    *,
    now: datetime,
    ahead: timedelta,
    opens_at: datetime | None = None,
) -> bool:
    """Whether an issue should be looked at now, ``ahead`` of its time of sending at most.

    ``opens_at`` is when its first reader gets it, where that goes by the readers' clocks. One
    without a time of sending is looked at where its approval is older than that. A look belongs to
    one approval, and counts for twice that time: an issue that was held up since then is looked at
    again, unless the look itself holds it.
    """
    if kept.state is not IssueState.APPROVED or kept.approved_at is None:
        return False
    if kept.issue.kind is IssueKind.CORRECTION:
        return False  # it tells that something is wrong with its story
    if now < (opens_at or kept.issue.due_at) - ahead:
        return False
    if look and look.approved_at == kept.approved_at:
        return look.outcome is not LookOutcome.HELD and now - look.looked_at > 2 * ahead
    return kept.issue.send_at is not None or now - kept.approved_at > ahead
