"""What came back of issues, in SQL."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, distinct, exists, func, select, update

from digest.deliver.feedback.consequences import refusal_verdict
from digest.model import (
    BounceVerdict,
    DeliveryState,
    FeedbackRates,
    FeedbackRecord,
    InboxState,
    IssueState,
    SentMail,
)
from digest.store.database import Database
from digest.store.tables import deliveries, feedback, guard_trips, inboxes, issues

_row = feedback.c
_of_issue = deliveries.c.issue_id == bindparam("issue")
_REPORTED = (
    select(_row.verdict, func.count(distinct(_row.subscriber_id)))
    .where(_row.issue_id == bindparam("issue"), _row.proven)
    .group_by(_row.verdict)
)
_SENT = select(func.count()).where(_of_issue, deliveries.c.state == DeliveryState.SENT)
_REFUSED = (
    select(deliveries.c.cause, func.count())
    .where(
        _of_issue,
        deliveries.c.state == DeliveryState.FAILED,
        deliveries.c.reply_code.is_not(None),
    )
    .group_by(deliveries.c.cause)
)


class SqlFeedback:
    """A :class:`digest.ports.FeedbackStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def knows(self, identity: str) -> bool:
        """Whether reports of the mail with that identity are kept."""
        wanted = select(exists().where(_row.mail == identity))
        with self._database.reading() as connection:
            return bool(connection.scalar(wanted))

    def sent_mail(self, issue_id: int, subscriber_id: int) -> SentMail | None:
        """The mail of an issue to a subscriber, if the ledger has one."""
        wanted = (
            select(issues.c.slug, issues.c.newsletter, deliveries.c.address)
            .join_from(deliveries, issues)
            .where(deliveries.c.issue_id == issue_id, deliveries.c.subscriber_id == subscriber_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return SentMail(
            issue_id=issue_id,
            subscriber_id=subscriber_id,
            slug=row.slug,
            newsletter=row.newsletter,
            address=row.address,
        )

    def keep(self, records: Sequence[FeedbackRecord]) -> None:
        """Keep the reports of one mail, in one transaction; those that are kept already stay."""
        if not records:
            return
        insert = self._database.insert(feedback).on_conflict_do_nothing()
        with self._database.writing() as connection:
            connection.execute(insert, [_columns(record) for record in records])

    def soft_bounces(
        self, subscriber_id: int, *, besides: int, since: datetime, settled: datetime
    ) -> int:
        """How many issues' mails to a subscriber bounced softly, ``since`` then and in a row.

        The issue ``besides`` is not counted. A mail that was sent before ``settled`` and of which
        nothing came back ends the row.
        """
        came_back = exists().where(
            _row.issue_id == deliveries.c.issue_id,
            _row.subscriber_id == deliveries.c.subscriber_id,
            _row.verdict != BounceVerdict.DELAYED,
            _row.proven,
        )
        arrived = select(func.max(deliveries.c.updated_at)).where(
            deliveries.c.subscriber_id == subscriber_id,
            deliveries.c.state == DeliveryState.SENT,
            deliveries.c.updated_at < settled,
            ~came_back,
        )
        with self._database.reading() as connection:
            last = connection.scalar(arrived)
            start = max(since, last) if last else since
            counted = select(func.count(distinct(_row.issue_id))).where(
                _row.subscriber_id == subscriber_id,
                _row.verdict == BounceVerdict.SOFT,
                _row.proven,
                _row.at > start,
                _row.issue_id != besides,
            )
            return connection.scalar(counted) or 0

    def rates(self, issue_id: int) -> FeedbackRates:
        """What was refused and reported of an issue so far."""
        with self._database.reading() as connection:
            reported = {
                row[0]: row[1] for row in connection.execute(_REPORTED, {"issue": issue_id})
            }
            refused = {row[0]: row[1] for row in connection.execute(_REFUSED, {"issue": issue_id})}
            sent = connection.scalar(_SENT, {"issue": issue_id}) or 0
        verdicts = {cause: refusal_verdict(cause) for cause in refused}
        counts = Counter(reported)
        for cause, verdict in verdicts.items():
            if verdict is not None:
                counts[verdict] += refused[cause]
        return FeedbackRates(
            sent=sent + sum(refused.values()),
            hard=counts[BounceVerdict.HARD],
            complaints=counts[BounceVerdict.COMPLAINT],
            policy=counts[BounceVerdict.POLICY],
        )

    def trip(self, issue_id: int, *, reason: str, now: datetime) -> bool:
        """Note that an issue's guard has tripped, and pause it if it is being sent.

        In one transaction, and once: whether this was the first time.
        """
        row = {"issue_id": issue_id, "reason": reason, "at": now}
        insert = self._database.insert(guard_trips).values(row).on_conflict_do_nothing()
        pause = (
            update(issues)
            .where(issues.c.id == issue_id, issues.c.state == IssueState.SENDING)
            .values(state=IssueState.PAUSED, revision=issues.c.revision + 1)
        )
        with self._database.writing() as connection:
            first = connection.scalar(insert.returning(guard_trips.c.issue_id)) is not None
            if first:
                connection.execute(pause)
        return first

    def tripped(self, issue_id: int) -> str:
        """Why an issue's guard has tripped; empty where it has not."""
        wanted = select(guard_trips.c.reason).where(guard_trips.c.issue_id == issue_id)
        with self._database.reading() as connection:
            return connection.scalar(wanted) or ""

    def inbox(self, name: str) -> InboxState | None:
        """How the mailbox of that name does; None for one that was never read."""
        wanted = select(inboxes).where(inboxes.c.name == name)
        with self._database.reading() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return InboxState(**row) if row else None

    def keep_inbox(self, state: InboxState) -> None:
        """Put a mailbox's state in place of the one before."""
        values = {
            "next_at": state.next_at,
            "read_at": state.read_at,
            "failures": state.failures,
            "failing_since": state.failing_since,
            "reason": state.reason,
        }
        new = self._database.insert(inboxes).values(name=state.name, **values)
        either = new.on_conflict_do_update(index_elements=["name"], set_=values)
        with self._database.writing() as connection:
            connection.execute(either)


def _columns(record: FeedbackRecord) -> dict[str, object]:
    report = record.report
    return {
        "mail": record.identity,
        "number": record.number,
        "issue_id": record.issue_id,
        "subscriber_id": record.subscriber_id,
        "address": report.address,
        "verdict": report.verdict,
        "proven": record.proven,
        "status": report.status,
        "reply_code": report.reply_code,
        "diagnostic": report.diagnostic,
        "feedback_type": report.feedback_type,
        "at": record.at,
    }
