"""What has gone out: light rows for archives and feeds, no issue decoded."""

from sqlalchemy import Connection, and_, func, select

from digest.model import Arm, IssueState, PublishedIssue
from digest.store.tables import (
    UtcDateTime,
    issues,
    renderings,
    second_renderings,
    subject_trials,
)

_OUT = (IssueState.SENDING, IssueState.SENT)
_AT = func.coalesce(issues.c.sent_at, issues.c.approved_at, type_=UtcDateTime)


def published_of(connection: Connection, newsletter: str) -> tuple[PublishedIssue, ...]:
    """A newsletter's issues that went out or are going out, or everybody's; latest first.

    Those whose second subject won go by that.
    """
    won = and_(subject_trials.c.issue_id == issues.c.id, subject_trials.c.winner == Arm.B)
    second = second_renderings.c
    wanted = (
        select(
            issues.c.id,
            issues.c.slug,
            issues.c.newsletter,
            func.coalesce(second.subject, renderings.c.subject).label("subject"),
            func.coalesce(second.preheader, renderings.c.preheader).label("preheader"),
            _AT.label("at"),
        )
        .join(renderings, renderings.c.issue_id == issues.c.id)
        .outerjoin(subject_trials, won)
        .outerjoin(second_renderings, second.issue_id == subject_trials.c.issue_id)
        .where(issues.c.state.in_(_OUT))
        .order_by(_AT.desc(), issues.c.id.desc())
    )
    if newsletter:
        wanted = wanted.where(issues.c.newsletter == newsletter)
    rows = connection.execute(wanted).mappings()
    return tuple(PublishedIssue(**dict(row)) for row in rows)
