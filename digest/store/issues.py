"""Issues and their frozen renderings, in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Table,
    Update,
    and_,
    delete,
    exc,
    insert,
    or_,
    select,
    update,
)

from digest.errors import StateError, UnknownNameError
from digest.model import (
    Amendment,
    Choice,
    Correction,
    Edits,
    Issue,
    IssueKey,
    IssueKind,
    IssueState,
    KeptIssue,
    PublishedIssue,
    RenderedIssue,
)
from digest.store.amendments import amendment_by, amendments_of, keep_amendment
from digest.store.codec import decode_edits, decode_issue, encode_edits, encode_issue
from digest.store.database import Database
from digest.store.editing import choices_of, corrections_of, keep_choices, keep_corrections
from digest.store.published import published_of
from digest.store.tables import issue_entries, issues, renderings, second_renderings

_NAMED = 5
_PERIOD = ("newsletter", "period_start", "period_end", "kind")
_NEWEST_FIRST = (issues.c.period_end.desc(), issues.c.period_start.desc(), issues.c.id.desc())
_UNAPPROVED = {"approved_at": None, "approved_by": "", "approved_digest": ""}


class SqlIssues:
    """A :class:`digest.ports.IssueStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        issue: Issue,
        *,
        now: datetime,
        state: IssueState = IssueState.DRAFT,
        choices: Sequence[Choice] = (),
        amendment: Amendment | None = None,
    ) -> KeptIssue | None:
        """Keep a new issue and mark its entries as used; None when its period has one already.

        A skipped issue, a roundup and a correction use no entries up; the period of the latter two
        is no digest's. ``amendment`` is what a correction tells.

        :raises StateError: when an issue of another period has its slug.
        """
        with self._database.writing() as connection:
            issue_id = self._insert(connection, issue, state=state, now=now)
            if issue_id is None:
                return None
            if state is not IssueState.SKIPPED:
                _use_up(connection, issue_id, issue)
            if choices:
                keep_choices(connection, self._database, issue_id, choices)
            if amendment:
                keep_amendment(connection, amendment)
            return _read(connection, issue_id)

    def get(self, slug: str) -> KeptIssue:
        """The issue with that slug; a newsletter's id means its newest digest.

        :raises UnknownNameError: when there is none.
        """
        newest = and_(issues.c.newsletter == slug, issues.c.kind == IssueKind.DIGEST)
        wanted = (
            select(issues)
            .where(or_(issues.c.slug == slug, newest))
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

    def find(self, key: IssueKey, *, kind: IssueKind = IssueKind.DIGEST) -> KeptIssue | None:
        """The issue of that kind, newsletter and period."""
        wanted = select(issues).where(*_of(key), issues.c.kind == kind)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return _kept(row) if row else None

    def issues(
        self,
        *,
        newsletter: str = "",
        states: Sequence[IssueState] = (),
        kind: IssueKind | None = None,
    ) -> tuple[KeptIssue, ...]:
        """Issues, newest period first, narrowed where asked."""
        wanted: Select[Any] = select(issues).order_by(*_NEWEST_FIRST)
        if newsletter:
            wanted = wanted.where(issues.c.newsletter == newsletter)
        if states:
            wanted = wanted.where(issues.c.state.in_(states))
        if kind:
            wanted = wanted.where(issues.c.kind == kind)
        with self._database.reading() as connection:
            return tuple(_kept(row) for row in connection.execute(wanted))

    def approve(
        self, kept: KeptIssue, rendering: RenderedIssue, *, by: str, now: datetime
    ) -> KeptIssue:
        """Freeze the rendering with the issue, in one transaction.

        :raises StateError: when the issue is no draft, or changed since ``kept`` was read.
        """
        approved = _same_draft(kept).values(
            state=IssueState.APPROVED,
            revision=issues.c.revision + 1,
            approved_at=now,
            approved_by=by,
            approved_digest=rendering.digest,
        )
        with self._database.writing() as connection:
            if connection.execute(approved).rowcount == 0:
                raise StateError(kept.issue.slug, _why_not(connection, kept, "approved"))
            connection.execute(insert(renderings), _rendering_columns(kept.id, rendering))
            if second := rendering.second:
                columns = _rendering_columns(kept.id, second)
                connection.execute(insert(second_renderings), columns)
            return _read(connection, kept.id)

    def rendering(self, issue_id: int) -> RenderedIssue:
        """The frozen rendering of an approved issue.

        :raises StateError: when the issue was never approved.
        """
        with self._database.reading() as connection:
            first = _rendering(connection, renderings, issue_id)
            second = _rendering(connection, second_renderings, issue_id)
        if first is None:
            raise StateError(f"issue {issue_id}", "has no frozen rendering; approve it first")
        return replace(first, second=second)

    def published(self, *, newsletter: str = "") -> tuple[PublishedIssue, ...]:
        """Issues that went out or are going out, the latest first."""
        with self._database.reading() as connection:
            return published_of(connection, newsletter)

    def save(
        self,
        kept: KeptIssue,
        *,
        issue: Issue,
        edits: Edits,
        choices: Sequence[Choice] | None = None,
        now: datetime,
    ) -> KeptIssue:
        """Put a draft's new text, edits and (where given) choices in place of the old ones.

        The entries it uses up are those of the new text; its period and slug stay.

        :raises StateError: when the issue is no draft, or changed since ``kept`` was read.
        """
        del now  # the revision is what tells one version from the next
        was = kept.issue
        text = replace(issue, key=was.key, slug=was.slug, kind=was.kind)
        changed = _same_draft(kept).values(
            revision=issues.c.revision + 1,
            document=encode_issue(text),
            edits=encode_edits(edits),
        )
        with self._database.writing() as connection:
            if connection.execute(changed).rowcount == 0:
                raise StateError(kept.issue.slug, _why_not(connection, kept, "changed"))
            connection.execute(delete(issue_entries).where(issue_entries.c.issue_id == kept.id))
            _use_up(connection, kept.id, text)
            if choices is not None:
                keep_choices(connection, self._database, kept.id, choices)
            return _read(connection, kept.id)

    def choices(self, issue_id: int) -> tuple[Choice, ...]:
        """What became of each entry when the issue was made, in order of key."""
        with self._database.reading() as connection:
            return choices_of(connection, issue_id)

    def amendments(self, issue_id: int) -> tuple[Amendment, ...]:
        """What was put right in an issue after it went out, oldest first."""
        with self._database.reading() as connection:
            return amendments_of(connection, issue_id)

    def amendment_by(self, correction: str) -> Amendment | None:
        """What a correction, by its slug, tells."""
        with self._database.reading() as connection:
            return amendment_by(connection, correction)

    def add_corrections(self, corrections: Sequence[Correction]) -> None:
        """Keep editors' words on topics; a later one on the same entry replaces the earlier."""
        if corrections:
            with self._database.writing() as connection:
                keep_corrections(connection, self._database, corrections)

    def corrections(self, newsletter: str) -> tuple[Correction, ...]:
        """The newsletter's corrections, oldest first."""
        with self._database.reading() as connection:
            return corrections_of(connection, newsletter)

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
                for table in (renderings, second_renderings):
                    connection.execute(delete(table).where(table.c.issue_id == issue_id))
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
            "edits": "",
        }
        unless_taken = (
            self._database.insert(issues)
            .values(row)
            .on_conflict_do_nothing(
                index_elements=["newsletter", "period_start", "period_end", "kind"]
            )
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


def _same_draft(kept: KeptIssue) -> Update:
    return update(issues).where(
        issues.c.id == kept.id,
        issues.c.state == IssueState.DRAFT,
        issues.c.revision == kept.revision,
    )


def _why_not(connection: Connection, kept: KeptIssue, done: str) -> str:
    state = connection.scalar(select(issues.c.state).where(issues.c.id == kept.id))
    if state is IssueState.DRAFT:
        return f"was changed in the meantime; look at it again before it is {done}"
    return f"is {state}, and only a draft can be {done}"


def _use_up(connection: Connection, issue_id: int, issue: Issue) -> None:
    if issue.kind is not IssueKind.DIGEST:
        return
    keys = dict.fromkeys(issue.entry_keys)
    used = [{"issue_id": issue_id, "feed_url": key.feed, "entry_id": key.id} for key in keys]
    if used:
        connection.execute(insert(issue_entries), used)


def _rendering(connection: Connection, table: Table, issue_id: int) -> RenderedIssue | None:
    row = connection.execute(select(table).where(table.c.issue_id == issue_id)).one_or_none()
    if row is None:
        return None
    return RenderedIssue(
        subject=row.subject,
        preheader=row.preheader,
        html=row.html,
        text=row.text,
        digest=row.digest,
        web=row.web,
    )


def _rendering_columns(issue_id: int, rendering: RenderedIssue) -> dict[str, object]:
    return {
        "issue_id": issue_id,
        "subject": rendering.subject,
        "preheader": rendering.preheader,
        "html": rendering.html,
        "text": rendering.text,
        "digest": rendering.digest,
        "web": rendering.web,
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
        edits=decode_edits(row.edits),
    )
