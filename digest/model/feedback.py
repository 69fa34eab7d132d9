"""What comes back after an issue went out: bounces, complaints, and the replies of machines."""

from dataclasses import dataclass
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
    what may hold a VERP token. ``message_ids`` and ``unsubscribe_links`` are of the mail that came back.
    """

    kind: MailKind
    identity: str
    subject: str = ""
    reports: tuple[RecipientReport, ...] = ()
    message_ids: tuple[str, ...] = ()
    envelope_addresses: tuple[str, ...] = ()
    unsubscribe_links: tuple[str, ...] = ()
