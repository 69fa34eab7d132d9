"""Issues and their frozen renderings, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exc, insert, or_, select, update

from digest.errors import StateError, UnknownNameError
from digest.model import Issue, IssueKey, IssueState, KeptIssue, RenderedIssue
from digest.store.codec import decode_issue, encode_issue
from digest.store.database import Database
from digest.store.tables import issue_entries, issues, renderings

_NAMED = 5
_NEWEST_FIRST = (issues.c.period_end.desc(), issues.c.period_start.desc(), issues.c.id.desc())
_UNAPPROVED = {"approved_at": None, "approved_by": "", "approved_digest": ""}


class SqlIssues:
    """A :class:`digest.ports.IssueStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, issue: Issue, *, now: datetime, state: IssueState = IssueState.DRAFT
    ) -> KeptIssue | None:
        """Keep a new issue and mark its entries as used; None when its period has one already.

        :raises StateError: when an issue of another period has its slug.
        """
        with self._database.writing() as connection:
            issue_id = self._insert(connection, issue, state=state, now=now)
            if issue_id is None:
                return None
            keys = dict.fromkeys(issue.entry_keys) if state is not IssueState.SKIPPED else ()
            used = [{"issue_id": issue_id, "feed_url": k.feed, "entry_id": k.id} for k in keys]
            if used:
                connection.execute(insert(issue_entries), used)
            return _read(connection, issue_id)

    def get(self, slug: str) -> KeptIssue:
        """The issue with that slug; a newsletter's id means its newest issue.

        :raises UnknownNameError: when there is none.
        """
        wanted = (
            select(issues)
            .where(or_(issues.c.slug == slug, issues.c.newsletter == slug))
            .order_by((issues.c.slug == slug).desc(), *_NEWEST_FIRST)
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
            if row is None:
                known = connection.scalars(
                    select(issues.c.slug).order_by(*_NEWEST_FIRST).limit(_NAMED)
                )
                raise UnknownNameError("issue", slug, known=tuple(known))
        return _kept(row)

    def find(self, key: IssueKey) -> KeptIssue | None:
        """The issue of that newsletter and period."""
        with self._database.reading() as connection:
            row = connection.execute(select(issues).where(*_of(key))).one_or_none()
        return _kept(row) if row else None

    def issues(
        self, *, newsletter: str = "", states: Sequence[IssueState] = ()
    ) -> tuple[KeptIssue, ...]:
        """Issues, newest period first, narrowed where asked."""
        wanted: Select[Any] = select(issues).order_by(*_NEWEST_FIRST)
        if newsletter:
            wanted = wanted.where(issues.c.newsletter == newsletter)
        if states:
            wanted = wanted.where(issues.c.state.in_(states))
        with self._database.reading() as connection:
            return tuple(_kept(row) for row in connection.execute(wanted))

    def approve(
        self, kept: KeptIssue, rendering: RenderedIssue, *, by: str, now: datetime
    ) -> KeptIssue:
        """Freeze the rendering with the issue, in one transaction.

        :raises StateError: when the issue is no draft, or changed since ``kept`` was read.
        """
        same_draft = update(issues).where(
            issues.c.id == kept.id,
            issues.c.state == IssueState.DRAFT,
            issues.c.revision == kept.revision,
        )
        approved = same_draft.values(
            state=IssueState.APPROVED,
            revision=issues.c.revision + 1,
            approved_at=now,
            approved_by=by,
            approved_digest=rendering.digest,
        )
        with self._database.writing() as connection:
            if connection.execute(approved).rowcount == 0:
                raise StateError(kept.issue.slug, _why_not_approved(connection, kept))
            connection.execute(insert(renderings), _rendering_columns(kept.id, rendering))
            return _read(connection, kept.id)

    def rendering(self, issue_id: int) -> RenderedIssue:
        """The frozen rendering of an approved issue.

        :raises StateError: when the issue was never approved.
        """
        wanted = select(renderings).where(renderings.c.issue_id == issue_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise StateError(f"issue {issue_id}", "has no frozen rendering; approve it first")
        return RenderedIssue(
            subject=row.subject,
            preheader=row.preheader,
            html=row.html,
            text=row.text,
            digest=row.digest,
        )

    def change_state(
        self, issue_id: int, *, to: IssueState, allowed: Sequence[IssueState], now: datetime
    ) -> bool:
        """Move an issue to another state if it is in one of those allowed; whether it moved.

        Back to a draft takes the approval away, and the rendering with it.
        """
        changes: dict[str, object] = {"state": to, "revision": issues.c.revision + 1}
        if to is IssueState.SENT:
            changes["sent_at"] = now
        if to is IssueState.DRAFT:
            changes |= _UNAPPROVED
        move = update(issues).where(issues.c.id == issue_id, issues.c.state.in_(allowed))
        with self._database.writing() as connection:
            moved = connection.execute(move.values(changes)).rowcount == 1
            if moved and to is IssueState.DRAFT:
                connection.execute(delete(renderings).where(renderings.c.issue_id == issue_id))
        return moved

    def _insert(
        self, connection: Connection, issue: Issue, *, state: IssueState, now: datetime
    ) -> int | None:
        row = {
            "newsletter": issue.key.newsletter,
            "period_start": issue.key.period.start,
            "period_end": issue.key.period.end,
            "kind": issue.kind,
            "slug": issue.slug,
            "state": state,
            "revision": 1,
            "document": encode_issue(issue),
            "created_at": now,
            "approved_by": "",
            "approved_digest": "",
        }
        unless_taken = (
            self._database.insert(issues)
            .values(row)
            .on_conflict_do_nothing(index_elements=["newsletter", "period_start", "period_end"])
            .returning(issues.c.id)
        )
        try:
            issue_id: int | None = connection.scalar(unless_taken)
        except exc.IntegrityError as error:
            raise StateError(issue.slug, "another issue has that name already") from error
        return issue_id


def _of(key: IssueKey) -> tuple[Any, ...]:
    return (
        issues.c.newsletter == key.newsletter,
        issues.c.period_start == key.period.start,
        issues.c.period_end == key.period.end,
    )


def _read(connection: Connection, issue_id: int) -> KeptIssue:
    return _kept(connection.execute(select(issues).where(issues.c.id == issue_id)).one())


def _why_not_approved(connection: Connection, kept: KeptIssue) -> str:
    state = connection.scalar(select(issues.c.state).where(issues.c.id == kept.id))
    if state is IssueState.DRAFT:
        return "was changed in the meantime; look at it again before approving"
    return f"is {state}, and only a draft can be approved"


def _rendering_columns(issue_id: int, rendering: RenderedIssue) -> dict[str, object]:
    return {
        "issue_id": issue_id,
        "subject": rendering.subject,
        "preheader": rendering.preheader,
        "html": rendering.html,
        "text": rendering.text,
        "digest": rendering.digest,
    }


def _kept(row: Row[Any]) -> KeptIssue:
    return KeptIssue(
        id=row.id,
        issue=decode_issue(row.document),
        state=row.state,
        revision=row.revision,
        created_at=row.created_at,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        approved_digest=row.approved_digest,
        sent_at=row.sent_at,
    )
