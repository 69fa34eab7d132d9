"""What comes back after an issue went out: bounces, complaints, and the replies of machines."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BounceVerdict(StrEnum):
    """What a report says of one recipient.

    ``hard``: the address is dead. ``soft``: it took this mail not, and may take the next.
    ``delayed``: no decision yet. ``policy``: the receiver refused what we are or send.
    ``complaint``: the reader called it spam.
    """

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    POLICY = "policy"
    COMPLAINT = "complaint"


class MailKind(StrEnum):
    """What a mail in the bounce mailbox is.

    ``bounce`` and ``feedback`` (RFC 5965) carry reports; ``notice`` says that a mail was delivered,
    relayed or read; the others say nothing of any delivery.
    """

    BOUNCE = "bounce"
    FEEDBACK = "feedback"
    NOTICE = "notice"
    AUTOREPLY = "autoreply"
    CHALLENGE = "challenge"
    ORDINARY = "ordinary"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientReport:
    """What a mail reports of one recipient.

    ``address`` is the one that was written to, as far as is known; ``final_address`` the one it was
    forwarded to, where that differs. Either may be empty. ``status`` is an enhanced status code
    (RFC 3463), ``feedback_type`` a complaint's (RFC 5965 section 3.1).
    """

    verdict: BounceVerdict
    address: str = ""
    final_address: str = ""
    status: str = ""
    reply_code: int | None = None
    diagnostic: str = ""
    feedback_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedMail:
    """A mail that came back, understood.

    ``identity`` tells it from every other, and is the same when the mail is read again.
    ``envelope_addresses`` are those it was sent to, and the senders of the mail that came back:
    what may hold a VERP token. ``message_ids`` and ``unsubscribe_links`` are of that mail, too.
    """

    kind: MailKind
    identity: str
    subject: str = ""
    reports: tuple[RecipientReport, ...] = ()
    message_ids: tuple[str, ...] = ()
    envelope_addresses: tuple[str, ...] = ()
    unsubscribe_links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRecord:
    """One report as it is kept: the ``number``-th of the mail with that ``identity``.

    ``proven`` says that the mail held a token of ours; only then are issue and subscriber certain,
    and only then does the report change anything.
    """

    identity: str
    number: int
    report: RecipientReport
    at: datetime
    proven: bool = False
    issue_id: int | None = None
    subscriber_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """One mail of ours by what a return path says of it. ``address`` is the one it was sent to."""

    issue_id: int
    subscriber_id: int
    slug: str
    newsletter: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRates:
    """How many of an issue's readers were refused or reported on, out of those tried.

    By the mail server at hand-over, or by proven reports later: nobody is counted twice. ``sent``
    are those that a server gave its last word on.
    """

    sent: int = 0
    hard: int = 0
    complaints: int = 0
    policy: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxState:
    """How the mailbox does that is read by itself: when it was and will be, and what stops it.

    ``failures`` are those in a row; ``failing_since`` is None while it can be read.
    """

    name: str
    next_at: datetime
    read_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    reason: str = ""
