"""What came back, kept in lists, held to the port's contract."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.deliver.feedback.consequences import after
from digest.model import (
    BounceVerdict,
    FeedbackRates,
    FeedbackRecord,
    InboxState,
    IssueState,
    SentMail,
)
from tests.fake_readers import FakeLedgerStore


@dataclass
class FakeFeedbackStore:
    """Reports over the ledger beside them; its rows count as settled when they are sent."""

    ledger: FakeLedgerStore
    records: dict[tuple[str, int], FeedbackRecord] = field(default_factory=dict)
    trips: dict[int, str] = field(default_factory=dict)
    inboxes: dict[str, InboxState] = field(default_factory=dict)

    def knows(self, identity: str) -> bool:
        return any(key[0] == identity for key in self.records)

    def sent_mail(self, issue_id: int, subscriber_id: int) -> SentMail | None:
        for row in self.ledger.rows:
            found = row.delivery
            if (found.issue_id, found.subscriber_id) == (issue_id, subscriber_id):
                issue = self.ledger.issues.kept[issue_id].issue
                return SentMail(
                    issue_id=issue_id,
                    subscriber_id=subscriber_id,
                    slug=issue.slug,
                    newsletter=issue.key.newsletter,
                    address=found.address,
                )
        return None

    def keep(self, records: Sequence[FeedbackRecord]) -> None:
        for record in records:
            self.records.setdefault((record.identity, record.number), record)

    def soft_bounces(
        self, subscriber_id: int, *, besides: int, since: datetime, settled: datetime
    ) -> int:
        del settled  # the fake ledger does not say when a mail was sent
        return len(
            {
                record.issue_id
                for record in self._proven(BounceVerdict.SOFT)
                if record.subscriber_id == subscriber_id
                and record.at > since
                and record.issue_id != besides
            }
        )

    def rates(self, issue_id: int) -> FeedbackRates:
        reported = FeedbackRates(
            hard=self._people(issue_id, BounceVerdict.HARD),
            complaints=self._people(issue_id, BounceVerdict.COMPLAINT),
            policy=self._people(issue_id, BounceVerdict.POLICY),
        )
        rows = [row for row in self.ledger.rows if row.delivery.issue_id == issue_id]
        return after(
            reported,
            [row.settled for row in rows if row.settled],
        )

    def trip(self, issue_id: int, *, reason: str, now: datetime) -> bool:
        if issue_id in self.trips:
            return False
        self.trips[issue_id] = reason
        self.ledger.issues.change_state(
            issue_id, to=IssueState.PAUSED, allowed=(IssueState.SENDING,), now=now
        )
        return True

    def tripped(self, issue_id: int) -> str:
        return self.trips.get(issue_id, "")

    def inbox(self, name: str) -> InboxState | None:
        return self.inboxes.get(name)

    def keep_inbox(self, state: InboxState) -> None:
        self.inboxes[state.name] = state

    def _people(self, issue_id: int, verdict: BounceVerdict) -> int:
        found = (r for r in self._proven(verdict) if r.issue_id == issue_id)
        return len({record.subscriber_id for record in found})

    def _proven(self, verdict: BounceVerdict) -> list[FeedbackRecord]:
        every = self.records.values()
        return [one for one in every if one.proven and one.report.verdict is verdict]
