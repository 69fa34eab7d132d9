"""When the bounce mailbox is read next."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.feedback.polling import LONGEST, after_failure, after_reading, is_due
from digest.model import InboxState

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)


def test_a_mailbox_is_read_at_its_interval() -> None:
    """At once the first time, then not before its time, and at once where mail was left."""
    assert is_due(None, now=NOW)
    state = after_reading("box", now=NOW, every=EVERY)
    assert not is_due(state, now=NOW + EVERY - timedelta(seconds=1))
    assert is_due(state, now=NOW + EVERY)
    assert is_due(after_reading("box", now=NOW, every=EVERY, is_more=True), now=NOW)


@given(st.integers(1, 100), st.timedeltas(timedelta(seconds=1), timedelta(days=2)))
def test_failures_wait_longer_and_longer(times: int, every: timedelta) -> None:
    """Never less than the interval or than before, and an hour at most where it is shorter."""
    state: InboxState | None = None
    now, waits = NOW, []
    for _ in range(times):
        state = after_failure("box", state, "refused", now=now, every=every)
        waits.append(state.next_at - now)
        now = state.next_at
    assert waits == sorted(waits)
    assert waits[0] >= every
    assert waits[-1] <= max(LONGEST, every)
    assert state is not None
    assert (state.failures, state.failing_since, state.reason) == (times, NOW, "refused")


def test_a_reading_ends_the_failures() -> None:
    """Nothing is left of them; while it fails, when it was last read is known."""
    good = after_reading("box", now=NOW, every=EVERY)
    bad = after_failure("box", good, "refused", now=NOW + EVERY, every=EVERY)
    assert (bad.read_at, bad.failing_since) == (NOW, NOW + EVERY)
    assert after_reading("box", now=NOW + 2 * EVERY, every=EVERY).failing_since is None
