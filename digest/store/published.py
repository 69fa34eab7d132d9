"""What has gone out: light rows for archives and feeds, no issue decoded."""

from sqlalchemy import Connection, func, select

from digest.model import IssueState, PublishedIssue
from digest.store.tables import UtcDateTime, issues, renderings

_OUT = (IssueState.SENDING, IssueState.SENT)
_AT = func.coalesce(issues.c.sent_at, issues.c.approved_at, type_=UtcDateTime)


def published_of(connection: Connection, newsletter: str) -> tuple[PublishedIssue, ...]:
    """A newsletter's issues that went out or are going out, or everybody's; latest first."""
    wanted = (
        select(
            issues.c.id,
            issues.c.slug,
            issues.c.newsletter,
            renderings.c.subject,
            renderings.c.preheader,
            _AT.label("at"),
        )
        .join(renderings, renderings.c.issue_id == issues.c.id)
        .where(issues.c.state.in_(_OUT))
        .order_by(_AT.desc(), issues.c.id.desc())
    )
    if newsletter:
        wanted = wanted.where(issues.c.newsletter == newsletter)
    rows = connection.execute(wanted).mappings()
    return tuple(PublishedIssue(**dict(row)) for row in rows)
