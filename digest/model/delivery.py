"""Deliveries: one issue to one subscriber, and what the mail server said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.audience import EVERYTHING, Variant
from digest.model.subjects import Arm


class DeliveryState(StrEnum):
    """Where one delivery stands. ``uncertain``: handed over, but the answer was never recorded.

    ``excluded``: nothing of what the reader chose is in the issue.
    """

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNCERTAIN = "uncertain"
    EXCLUDED = "excluded"

    @property
    def final(self) -> bool:
        """Whether nothing more will be tried."""
        return self in {
            DeliveryState.SENT,
            DeliveryState.FAILED,
            DeliveryState.SUPPRESSED,
            DeliveryState.EXCLUDED,
        }


class Cause(StrEnum):
    """Why a message did not arrive, in classes that ask for different remedies."""

    BAD_ADDRESS = "bad address"
    FULL = "mailbox full"
    INACTIVE = "mailbox inactive"
    POLICY = "policy"
    CONTENT = "content"
    US = "sender or set-up"
    GREYLISTED = "greylisted"
    ROUTING = "routing"
    SYSTEM = "receiving system"
    CONNECTION = "connection"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the ledger, unique by (issue, subscriber).

    ``due_at`` is when it may go at the earliest, where that is not when its issue may. ``arm`` is
    the subject it goes under, None where there is no other, or others try the two first.
    """

    id: int
    issue_id: int
    subscriber_id: int
    address: str
    name: str = ""
    state: DeliveryState = DeliveryState.QUEUED
    attempts: int = 0
    first_attempt_at: datetime | None = None
    variant: Variant = EVERYTHING
    due_at: datetime | None = None
    arm: Arm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyCap:
    """At most ``count`` mails to one reader in any stretch of ``window``, over all newsletters."""

    count: int
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimes:
    """When an issue is due for each of its readers: by time zone, and for those without one."""

    usual: datetime
    zones: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def first(self) -> datetime:
        """When the first of them is due."""
        return min(self.usual, *self.zones.values()) if self.zones else self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered: the code of RFC 5321, and the text behind it."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The server took responsibility (a final 2xx after DATA)."""

    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The server said no to this recipient or message; 4xx may be tried again."""

    reply: Reply

    @property
    def transient(self) -> bool:
        """Whether the code is one of RFC 5321's transient failures."""
        return 400 <= self.reply.code < 500  # noqa: PLR2004 - RFC 5321 section 4.2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The connection ended. ``uncertain``: after the message was handed over, before a reply."""

    reason: str
    uncertain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbuildable:
    """No correct message can be made for this recipient."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingChosen:
    """No message was made: the issue has nothing of what this reader chose."""

    reason: str = "nothing of what they chose is in this issue"


SendOutcome = Accepted | Refused | Lost | Unbuildable | NothingChosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a claimed delivery goes on: the state it takes and when it is next due.

    ``cause`` is None for one that arrived, or was not tried. ``starts_lifetime``: the receiver has
    answered, so that the time in which it is tried again runs, though it may be no attempt.
    """

    delivery_id: int
    state: DeliveryState
    note: str = ""
    cause: Cause | None = None
    reply_code: int | None = None
    next_attempt_at: datetime | None = None
    counts_as_attempt: bool = True
    starts_lifetime: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many deliveries of an issue stand in each state.

    ``uncertain_once`` counts those, in whatever state now, whose hand-over once ended without an
    answer: these readers may have got the message twice, under the same Message-ID. ``failures``
    says why those that failed did.
    """

    counts: tuple[tuple[DeliveryState, int], ...] = ()
    uncertain_once: int = 0
    failures: tuple[tuple[Cause, int], ...] = ()

    def __getitem__(self, state: DeliveryState) -> int:
        return dict(self.counts).get(state, 0)

    @property
    def total(self) -> int:
        """How many recipients were frozen."""
        return sum(count for _, count in self.counts)

    @property
    def open(self) -> int:
        """How many still need something to happen."""
        return sum(count for state, count in self.counts if not state.final)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainTally:
    """How the recipients of one domain stand."""

    domain: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCount:
    """How many deliveries stand in a state with the same reply, or the same words of ours."""

    state: DeliveryState
    code: int | None
    note: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What a mail server takes besides ASCII: in bodies (RFC 6152), in addresses (RFC 6531)."""

    eight_bit: bool = False
    utf8: bool = False


ASCII_ONLY = Takes()
"""What every mail server takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A built message on its way to the mail server: one recipient, CRLF bytes.

    ``parts`` is ``content`` in pieces, or empty. Pieces that many messages share should be the same
    objects in all of them: what the hand-over works out about such a piece, it works out once.
    """

    sender: str
    recipient: str
    content: bytes
    parts: tuple[bytes, ...] = ()
