"""What came back of issues, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import distinct, exists, func, select

from digest.model import BounceVerdict, DeliveryState, FeedbackRates, FeedbackRecord, SentMail
from digest.store.database import Database
from digest.store.tables import deliveries, feedback, guard_trips, issues

_row = feedback.c


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
        """What was reported of an issue so far."""
        people = (
            select(_row.verdict, func.count(distinct(_row.subscriber_id)))
            .where(_row.issue_id == issue_id, _row.proven)
            .group_by(_row.verdict)
        )
        sent = select(func.count()).where(
            deliveries.c.issue_id == issue_id, deliveries.c.state == DeliveryState.SENT
        )
        with self._database.reading() as connection:
            counts = {row[0]: row[1] for row in connection.execute(people)}
            return FeedbackRates(
                sent=connection.scalar(sent) or 0,
                hard=counts.get(BounceVerdict.HARD, 0),
                complaints=counts.get(BounceVerdict.COMPLAINT, 0),
                policy=counts.get(BounceVerdict.POLICY, 0),
            )

    def trip(self, issue_id: int, *, reason: str, now: datetime) -> bool:
        """Note that an issue's guard has tripped; whether it is the first time."""
        row = {"issue_id": issue_id, "reason": reason, "at": now}
        insert = self._database.insert(guard_trips).values(row).on_conflict_do_nothing()
        with self._database.writing() as connection:
            return connection.scalar(insert.returning(guard_trips.c.issue_id)) is not None


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
