"""When the bounce mailbox is read next: at its interval, and later each time it cannot be."""

from dataclasses import replace
from datetime import datetime, timedelta

from digest.model import InboxState

LONGEST = timedelta(hours=1)
"""The longest wait after failures, unless the interval itself is longer."""

_MAX_DOUBLINGS = 20


def is_due(state: InboxState | None, *, now: datetime) -> bool:
    """Whether a mailbox is to be read now; one that never was is."""
    return state is None or state.next_at <= now


def after_reading(
    name: str, *, now: datetime, every: timedelta, is_more: bool = False
) -> InboxState:
    """How a mailbox does that has just been read; with ``is_more`` it is due again at once."""
    return InboxState(name=name, next_at=now if is_more else now + every, read_at=now)


def after_failure(
    name: str, before: InboxState | None, reason: str, *, now: datetime, every: timedelta
) -> InboxState:
    """How a mailbox does that could not be read: its wait doubles with every failure in a row."""
    known = before or InboxState(name=name, next_at=now)
    failures = known.failures + 1
    wait = min(every * 2 ** min(failures, _MAX_DOUBLINGS), max(LONGEST, every))
    return replace(
        known,
        next_at=now + wait,
        failures=failures,
        failing_since=known.failing_since or now,
        reason=reason,
    )
