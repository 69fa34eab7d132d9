"""What a server's reply means: for one delivery, for the address, and for the whole run.

Choices, by the reply's code (RFC 5321 section 4.2) and, where it has one, its enhanced status
code ``class.subject.detail`` (RFC 3463, RFC 5248):

====================================== ============ =========== ======================
the reply                              the delivery the address the run
====================================== ============ =========== ======================
421, 454, 530, 534, 535, 538           put back     stays       stops at once
5.1.x but for 5.1.7 and 5.1.8; 5.2.1   failed       suppressed  goes on
550, 551, 553, 556 without a status
code, unless they name a policy        failed       suppressed  stops after 20 in a row
5.3.x, 5.5.x, 5.6.x, 5.7.x, 5.1.7/8;
500-504, 521, 554, 555 without one     failed       stays       stops after 5 in a row
any other 5xx                          failed       stays       stops after 20 in a row
4.1.x                                  deferred     stays       goes on
any other 4xx                          deferred     stays       stops after 20 in a row
====================================== ============ =========== ======================

So a server that refuses everything, or us, stops the run instead of failing every recipient, and
one bad address never does. X.7.x alone does not stop it at once: receivers use it for single
recipients too. An acceptance starts the counts again; see :class:`Streak`.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from digest.model import (
    Accepted,
    Delivery,
    DeliveryState,
    Lost,
    NothingChosen,
    Refused,
    Reply,
    SendOutcome,
    Settlement,
    Unbuildable,
)

MAX_LOSSES = 3
MAX_REFUSALS_ABOUT_US = 5
MAX_REFUSALS = 20
RECONNECT_DELAY = timedelta(minutes=1)

_SPREAD = 0.25
_MAX_DOUBLINGS = 20

_ENHANCED = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")
_POLICY_WORDS = re.compile(
    r"relay|spam|block|black ?list|deny ?list|polic|authenticat|prohibit|permitted|reputation",
    re.IGNORECASE,
)
_SESSION_CODES = frozenset({421, 454, 530, 534, 535, 538})
_ABOUT_US_CODES = frozenset({500, 501, 502, 503, 504, 521, 554, 555})
_BAD_ADDRESS_CODES = frozenset({550, 551, 553, 556})
_ABOUT_US_SUBJECTS = frozenset({3, 5, 6, 7})


class _Status(NamedTuple):
    """The subject and detail of an enhanced status code (RFC 3463 section 2)."""

    subject: int
    detail: int


_SENDER_STATUSES = frozenset({_Status(1, 7), _Status(1, 8)})
_MAILBOX_DISABLED = _Status(2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long a transient refusal is tried again."""

    retry: timedelta
    max_retry: timedelta
    lifetime: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """What went wrong in a row on one server, since it last accepted a message.

    ``losses`` are lost connections, and start again with any reply; ``refusals`` leave out those
    that are certainly about one address.
    """

    losses: int = 0
    refusals: int = 0
    refusals_about_us: int = 0

    def after(self, outcome: SendOutcome) -> "Streak":
        """The streak with one more outcome."""
        match outcome:
            case Accepted():
                return Streak()
            case Unbuildable() | NothingChosen():
                return self
            case Lost():
                return self._counting(losses=self.losses + 1)
            case Refused(reply=reply) if _is_about_address(reply):
                return self._counting()
            case Refused(reply=reply):
                return self._counting(refusals=1, about_us=int(_is_about_us(reply)))

    def _counting(self, *, losses: int = 0, refusals: int = 0, about_us: int = 0) -> "Streak":
        return Streak(
            losses=losses,
            refusals=self.refusals + refusals,
            refusals_about_us=self.refusals_about_us + about_us,
        )


def settle(
    delivery: Delivery, outcome: SendOutcome, *, policy: RetryPolicy, now: datetime, jitter: float
) -> Settlement:
    """How a delivery goes on after ``outcome``.

    ``jitter`` in [0, 1) puts a retry off by up to a quarter more, so that recipients deferred
    together do not come back together. Whatever is put off is given up once ``policy.lifetime``
    has passed since the first attempt; the last try falls on that very moment.
    """
    match outcome:
        case Accepted(reply=reply):
            return _final(delivery, DeliveryState.SENT, note=reply.text, code=reply.code)
        case Unbuildable(reason=reason):
            return _final(delivery, DeliveryState.FAILED, note=reason)
        case NothingChosen(reason=reason):
            return _final(delivery, DeliveryState.EXCLUDED, note=reason, tried=False)
        case Refused(reply=reply) if _is_permanent(reply):
            return _final(delivery, DeliveryState.FAILED, note=reply.text, code=reply.code)
        case _:
            return _put_off(delivery, outcome, policy=policy, now=now, jitter=jitter)


def stops_run(outcome: SendOutcome, streak: Streak | None = None) -> str | None:
    """Why the whole run should stop, as a clause for people; None to go on.

    ``streak`` has counted ``outcome`` already; without one, only what a single reply makes certain
    stops the run.
    """
    if isinstance(outcome, Refused) and _is_about_session(outcome.reply):
        return f"the mail server takes nothing from us now: {outcome.reply}"
    if streak is None:
        return None
    if streak.losses >= MAX_LOSSES:
        return f"the connection to the mail server was lost {streak.losses} times in a row"
    if streak.refusals_about_us >= MAX_REFUSALS_ABOUT_US:
        count = streak.refusals_about_us
        return f"the mail server refused {count} messages for what we are or send: {_last(outcome)}"
    if streak.refusals >= MAX_REFUSALS:
        return f"the mail server refused {streak.refusals} messages in a row: {_last(outcome)}"
    return None


def hard_bounce(outcome: SendOutcome) -> bool:
    """Whether the outcome says that the address itself is dead and gets no more mail."""
    if not isinstance(outcome, Refused) or not _is_permanent(outcome.reply):
        return False
    reply = outcome.reply
    if _status(reply):
        return _is_about_address(reply)
    # Some servers say no more than 550 to somebody who may not relay.
    return reply.code in _BAD_ADDRESS_CODES and not _POLICY_WORDS.search(reply.text)


def _put_off(
    delivery: Delivery,
    outcome: Refused | Lost,
    *,
    policy: RetryPolicy,
    now: datetime,
    jitter: float,
) -> Settlement:
    code = outcome.reply.code if isinstance(outcome, Refused) else None
    note = outcome.reply.text if isinstance(outcome, Refused) else outcome.reason
    end = (delivery.first_attempt_at or now) + policy.lifetime
    if now >= end:
        note = f"given up after {_length(policy.lifetime)}: {note}"
        return _final(delivery, DeliveryState.FAILED, note=note, code=code)
    delay = _delay(delivery, outcome, policy=policy) * (1 + _SPREAD * jitter)
    return Settlement(
        delivery_id=delivery.id,
        state=_waiting_state(delivery, outcome),
        note=note,
        reply_code=code,
        next_attempt_at=min(now + delay, end),
        counts_as_attempt=_counts(outcome),
    )


def _waiting_state(delivery: Delivery, outcome: Refused | Lost) -> DeliveryState:
    if isinstance(outcome, Lost) and outcome.uncertain:
        return DeliveryState.UNCERTAIN
    untried = not _counts(outcome) and not delivery.attempts
    return DeliveryState.QUEUED if untried else DeliveryState.DEFERRED


def _counts(outcome: Refused | Lost) -> bool:
    """Whether the recipient's own server had its say, or may have had."""
    if isinstance(outcome, Lost):
        return outcome.uncertain
    return not _is_about_session(outcome.reply)


def _delay(delivery: Delivery, outcome: Refused | Lost, *, policy: RetryPolicy) -> timedelta:
    if isinstance(outcome, Lost) and not outcome.uncertain:
        return min(RECONNECT_DELAY, policy.retry)
    if not _counts(outcome):
        return policy.retry
    return min(policy.retry * (1 << min(delivery.attempts, _MAX_DOUBLINGS)), policy.max_retry)


def _final(
    delivery: Delivery,
    state: DeliveryState,
    *,
    note: str,
    code: int | None = None,
    tried: bool = True,
) -> Settlement:
    return Settlement(
        delivery_id=delivery.id,
        state=state,
        note=note,
        reply_code=code,
        counts_as_attempt=tried,
    )


def _is_permanent(reply: Reply) -> bool:
    # What is neither 4xx nor 5xx is no verdict on anybody, and is tried again.
    return 500 <= reply.code < 600 and not _is_about_session(reply)  # noqa: PLR2004 - RFC 5321


def _is_about_session(reply: Reply) -> bool:
    return reply.code in _SESSION_CODES


def _is_about_address(reply: Reply) -> bool:
    status = _status(reply)
    if status is None or status in _SENDER_STATUSES:
        return False
    return status.subject == 1 or status == _MAILBOX_DISABLED


def _is_about_us(reply: Reply) -> bool:
    if not _is_permanent(reply):
        return False
    status = _status(reply)
    if status is None:
        return reply.code in _ABOUT_US_CODES
    return status.subject in _ABOUT_US_SUBJECTS or status in _SENDER_STATUSES


def _status(reply: Reply) -> _Status | None:
    """The enhanced status code; None where there is none, or one that says nothing (X.0.0)."""
    match = _ENHANCED.match(reply.text)
    if match is None or match[1] == "0":
        return None
    return _Status(int(match[1]), int(match[2]))


def _last(outcome: SendOutcome) -> str:
    return str(outcome.reply) if isinstance(outcome, Refused) else "no reply"


def _length(length: timedelta) -> str:
    return f"{length.days} days" if length.days else f"{length.seconds // 60} minutes"
