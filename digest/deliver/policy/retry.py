"""How a delivery goes on after a server's answer, and when it is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.deliver.policy.replies import (
    cause_of,
    is_about_session,
    is_no_failure,
    is_permanent,
    named_wait,
)
from digest.model import (
    Accepted,
    Cause,
    Delivery,
    DeliveryState,
    Lost,
    NothingChosen,
    Refused,
    SendOutcome,
    Settlement,
    Unbuildable,
)

RECONNECT_DELAY = timedelta(minutes=1)

_SPREAD = 0.25
_MAX_DOUBLINGS = 20
_AGE_PART = 4
_SHORTEST = timedelta(seconds=1)
# How much longer than others a first retry waits: a full mailbox or a closed account is not put
# right in minutes, and whoever throttles us is not won over by haste.
_PATIENCE: Mapping[Cause | None, int] = {Cause.FULL: 12, Cause.INACTIVE: 12, Cause.POLICY: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long a transient refusal is tried again."""

    retry: timedelta
    max_retry: timedelta
    lifetime: timedelta


def settle(
    delivery: Delivery, outcome: SendOutcome, *, policy: RetryPolicy, now: datetime, jitter: float
) -> Settlement:
    """How a delivery goes on after ``outcome``.

    ``jitter`` in [0, 1) puts a retry off by up to a quarter more, so that recipients deferred
    together do not come back together. Whatever is put off is given up once ``policy.lifetime``
    has passed since the first attempt; the last try falls on that very moment. A server that says
    when to come back is taken at its word, within ``policy.max_retry``.
    """
    match outcome:
        case Accepted(reply=reply):
            return _final(delivery, outcome, DeliveryState.SENT, note=reply.text, code=reply.code)
        case Unbuildable(reason=reason):
            return _final(delivery, outcome, DeliveryState.FAILED, note=reason)
        case NothingChosen(reason=reason):
            return _final(delivery, outcome, DeliveryState.EXCLUDED, note=reason, tried=False)
        case Refused(reply=reply) if is_permanent(reply):
            return _final(delivery, outcome, DeliveryState.FAILED, note=reply.text, code=reply.code)
        case _:
            return _put_off(delivery, outcome, policy=policy, now=now, jitter=jitter)


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
        return _final(delivery, outcome, DeliveryState.FAILED, note=note, code=code)
    delay = _delay(delivery, outcome, policy=policy, now=now) * (1 + _SPREAD * jitter)
    return Settlement(
        delivery_id=delivery.id,
        state=_waiting_state(delivery, outcome),
        note=note,
        cause=cause_of(outcome),
        reply_code=code,
        next_attempt_at=min(now + delay, end),
        counts_as_attempt=_counts(outcome),
        starts_lifetime=_was_heard(outcome),
    )


def _waiting_state(delivery: Delivery, outcome: Refused | Lost) -> DeliveryState:
    if isinstance(outcome, Lost) and outcome.uncertain:
        return DeliveryState.UNCERTAIN
    untried = not _was_heard(outcome) and not delivery.attempts
    return DeliveryState.QUEUED if untried else DeliveryState.DEFERRED


def _was_heard(outcome: Refused | Lost) -> bool:
    """Whether the recipient's own server had its say, or may have had."""
    if isinstance(outcome, Lost):
        return outcome.uncertain
    return not is_about_session(outcome.reply)


def _counts(outcome: Refused | Lost) -> bool:
    """Whether it is an attempt that failed: what only asks us to come back is none."""
    patient = isinstance(outcome, Refused) and is_no_failure(outcome.reply)
    return _was_heard(outcome) and not patient


def _delay(
    delivery: Delivery, outcome: Refused | Lost, *, policy: RetryPolicy, now: datetime
) -> timedelta:
    if isinstance(outcome, Lost) and not outcome.uncertain:
        return min(RECONNECT_DELAY, policy.retry)
    if not _was_heard(outcome):
        return policy.retry
    delay = named_wait(outcome.reply) if isinstance(outcome, Refused) else None
    if delay is None and _counts(outcome):
        first = policy.retry * _PATIENCE.get(cause_of(outcome), 1)
        delay = first * (1 << min(delivery.attempts, _MAX_DOUBLINGS))
    elif delay is None:
        # What is no attempt has no count to double with: it waits longer with its age.
        age = now - (delivery.first_attempt_at or now)
        delay = max(policy.retry, age / _AGE_PART)
    return min(max(delay, _SHORTEST), policy.max_retry)


def _final(
    delivery: Delivery,
    outcome: SendOutcome,
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
        cause=cause_of(outcome),
        reply_code=code,
        counts_as_attempt=tried,
    )


def _length(length: timedelta) -> str:
    return f"{length.days} days" if length.days else f"{length.seconds // 60} minutes"
