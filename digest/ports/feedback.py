"""What is kept of what comes back: reports of bounces and complaints, and what they add up to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from digest.model import FeedbackRates, FeedbackRecord, InboxState, SentMail


class FeedbackStore(Protocol):
    """Reports by mail, each counted once."""

    def knows(self, identity: str) -> bool:
        """Whether reports of the mail with that identity are kept."""
        ...

    def sent_mail(self, issue_id: int, subscriber_id: int) -> SentMail | None:
        """The mail of an issue to a subscriber, if the ledger has one."""
        ...

    def keep(self, records: Sequence[FeedbackRecord]) -> None:
        """Keep the reports of one mail, in one transaction; those that are kept already stay."""
        ...

    def soft_bounces(
        self, subscriber_id: int, *, besides: int, since: datetime, settled: datetime
    ) -> int:
        """How many issues' mails to a subscriber bounced softly, ``since`` then and in a row.

        The issue ``besides`` is not counted. A mail that was sent before ``settled`` and of which
        nothing came back ends the row.
        """
        ...

    def rates(self, issue_id: int) -> FeedbackRates:
        """What was refused and reported of an issue so far."""
        ...

    def trip(self, issue_id: int, *, reason: str, now: datetime) -> bool:
        """Note that an issue's guard has tripped, and pause it if it is being sent.

        In one transaction, and once: whether this was the first time.
        """
        ...

    def tripped(self, issue_id: int) -> str:
        """Why an issue's guard has tripped; empty where it has not."""
        ...

    def inbox(self, name: str) -> InboxState | None:
        """How the mailbox of that name does; None for one that was never read."""
        ...

    def keep_inbox(self, state: InboxState) -> None:
        """Put a mailbox's state in place of the one before."""
        ...
