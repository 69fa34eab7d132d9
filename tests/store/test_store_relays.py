"""How relays do and what was used of their rates, kept."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model import RateUse, RelayState
from digest.ports import RelayStore
from digest.store import SqlStore
from tests.fakes import FakeStore

NOW = datetime(2026, 6, 18, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def kept(any_store: SqlStore | FakeStore) -> RelayStore:
    """A store's part."""
    return any_store.relays


def test_the_last_state_of_a_relay_is_kept(kept: RelayStore) -> None:
    """A later one takes the place of the one before; none is known at first."""
    assert kept.states() == ()
    broken = RelayState(name="main", reason="421 no", broken_since=NOW)
    kept.keep(broken)
    kept.keep(RelayState(name="a", reason="reset", broken_since=NOW))
    mended = RelayState(name="a", reason="reset", mended_at=NOW + MINUTE)
    kept.keep(mended)
    assert kept.states() == (mended, broken)


def test_uses_add_up_by_minute_and_are_forgotten(kept: RelayStore) -> None:
    """Two processes' uses of one minute are one sum; what is too old goes."""
    first = RateUse(limit="relay a", until=NOW, count=2)
    later = RateUse(limit="relay a", until=NOW + MINUTE, count=5)
    other = RateUse(limit="domain x", until=NOW, count=1)
    kept.add_uses([first, later], since=NOW - MINUTE)
    kept.add_uses([first, other], since=NOW - MINUTE)
    kept.add_uses([], since=NOW - MINUTE)
    both = RateUse(limit="relay a", until=NOW, count=4)
    assert kept.uses(since=NOW - MINUTE) == (other, both, later)
    assert kept.uses(since=NOW) == (later,)
    kept.add_uses([later], since=NOW)
    twice = RateUse(limit="relay a", until=NOW + MINUTE, count=10)
    assert kept.uses(since=NOW - MINUTE) == (twice,)
