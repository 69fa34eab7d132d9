"""The frequency cap: no window holds too many, and nobody waits longer than needed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.frequency import free_at
from digest.model import FrequencyCap

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

caps = st.builds(
    FrequencyCap, count=st.integers(1, 4), window=st.integers(1, 500).map(lambda n: n * MINUTE)
)


@given(cap=caps, wishes=st.lists(st.integers(0, 2_000), max_size=25))
def test_no_window_ever_holds_more_than_the_cap(cap: FrequencyCap, wishes: list[int]) -> None:
    """Mails sent as soon as they may: each goes, and any stretch of the window has at most N."""
    sent: list[datetime] = []
    now = NOW
    for wish in sorted(wishes):
        now = max(now, NOW + wish * MINUTE)
        while (free := free_at(sent, cap, now=now)) is not None:
            assert free > now
            now = free
        sent.append(now)
    assert len(sent) == len(wishes)
    for start in sent:
        inside = [mail for mail in sent if start <= mail < start + cap.window]
        assert len(inside) <= cap.count


@given(cap=caps, ago=st.lists(st.integers(0, 2_000), max_size=12))
def test_the_wait_is_the_shortest(cap: FrequencyCap, ago: list[int]) -> None:
    """A mail is put off only when the window is full, and to the first moment it is not."""
    mails = [NOW - minutes * MINUTE for minutes in ago]
    free = free_at(mails, cap, now=NOW)
    if free is None:
        assert sum(mail > NOW - cap.window for mail in mails) < cap.count
        return
    assert free_at(mails, cap, now=free) is None
    assert free_at(mails, cap, now=free - timedelta(microseconds=1)) == free
