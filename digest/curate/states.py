"""States: where an entry stands with a newsletter, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.curate.timing.wallclock import wall_clock
from digest.model import EntryClock, EntryState, IssueState, KeptEntry, Newsletter, Period

_GRACE = timedelta(days=14)
_FAR_AHEAD = timedelta(days=1)
_NO_LINK = "it has no link"
_ON_THE_DESK = (IssueState.DRAFT, IssueState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry's state, and a sentence that says why it is in it."""

    state: EntryState
    why: str


def counted_at(kept: KeptEntry, clock: EntryClock) -> datetime | None:
    """When an entry counts as new; None for one that never does.

    By the clock of first sight that is when its feed first showed it. What was there when its feed
    was first read counts by its own date all the same, or a new feed's whole archive would be new.
    """
    by_sight = clock is EntryClock.FIRST_SEEN and not kept.backlog
    return kept.first_seen_at if by_sight else kept.dated_at


def reach_back(period: Period) -> datetime:
    """How old an entry may be that came too late for its own period: as long as the period lasts.

    At least 14 days, for the dailies.
    """
    return period.start - max(period.end - period.start, _GRACE)


def is_late(kept: KeptEntry, period: Period, *, clock: EntryClock = EntryClock.PUBLISHED) -> bool:
    """Whether an entry from before the period was first seen when that issue was out already.

    What came with a feed's first fetch is its archive, and never late.
    """
    counted = counted_at(kept, clock)
    if kept.backlog or counted is None:
        return False
    return reach_back(period) <= counted < period.start <= kept.first_seen_at


def unfit(kept: KeptEntry, period: Period, *, clock: EntryClock = EntryClock.PUBLISHED) -> str:
    """Why no issue of the period may tell an entry; empty for one that it may.

    What an editor released may be told whatever its date.
    """
    if kept.used_in:
        return f"used in {kept.used_in}"
    if kept.mark is not None and kept.mark.state is not EntryState.NEW:
        return f"{kept.mark.state}: {kept.mark.why}" if kept.mark.why else str(kept.mark.state)
    released = kept.mark is not None
    return ("" if released else _outside(kept, period, clock)) or (
        "" if kept.entry.url else _NO_LINK
    )


def _outside(kept: KeptEntry, period: Period, clock: EntryClock) -> str:
    counted = counted_at(kept, clock)
    if counted is None:
        return "undated when its feed was first fetched"
    inside = counted in period or is_late(kept, period, clock=clock)
    return "" if inside else f"{_verb(kept, clock)} outside the period"


def _verb(kept: KeptEntry, clock: EntryClock) -> str:
    """What happened to an entry at the moment that counts."""
    return "first seen" if clock is EntryClock.FIRST_SEEN and not kept.backlog else "dated"


def candidates(
    kept: Sequence[KeptEntry], period: Period, *, clock: EntryClock = EntryClock.PUBLISHED
) -> tuple[KeptEntry, ...]:
    """The entries that an issue of the period may tell, oldest first.

    ``clock`` puts them in it, or they came too late for their own, or an editor released them.
    """
    fit = (item for item in kept if not unfit(item, period, clock=clock))
    return tuple(sorted(fit, key=lambda item: (item.dated_at or period.start, item.entry.key)))


def state_of(
    kept: KeptEntry,
    newsletter: Newsletter,
    period: Period,
    *,
    now: datetime,
    used_issue_state: IssueState | None = None,
) -> Standing:
    """Where an entry stands with the newsletter's issue of ``period``, usually the next one.

    ``used_issue_state`` is the state of the issue named in ``kept.used_in``, if that is known.
    """
    if kept.used_in:
        return _used(kept.used_in, used_issue_state)
    if kept.mark is not None:
        return Standing(state=kept.mark.state, why=kept.mark.why)
    if not kept.entry.url:
        return Standing(state=EntryState.BROKEN, why=_NO_LINK)
    return _by_date(kept, newsletter, period, now=now)


def _used(slug: str, state: IssueState | None) -> Standing:
    if state in _ON_THE_DESK:
        return Standing(state=EntryState.QUEUED, why=f"in {slug}, which is {state}")
    return Standing(state=EntryState.USED, why=f"told in {slug}")


def _by_date(kept: KeptEntry, newsletter: Newsletter, period: Period, *, now: datetime) -> Standing:
    dated = counted_at(kept, newsletter.clock)
    if dated is None:
        why = "undated, and there already when its feed was first read"
        return Standing(state=EntryState.TOO_OLD, why=why)
    if dated > now + _FAR_AHEAD:
        day = wall_clock(newsletter.schedule, dated)
        why = f"its feed dates it {day:%Y-%m-%d}, and it waits until then"
        return Standing(state=EntryState.HELD, why=why)
    if dated >= period.start:
        return Standing(state=EntryState.NEW, why="no issue has told it")
    if is_late(kept, period, clock=newsletter.clock):
        why = f"first seen {kept.first_seen_at:%Y-%m-%d}, too late for the issue of its date"
        return Standing(state=EntryState.NEW, why=why)
    start = wall_clock(newsletter.schedule, period.start)
    verb = _verb(kept, newsletter.clock)
    why = f"{verb} before {start:%Y-%m-%d}, where the next issue starts, and no issue told it"
    return Standing(state=EntryState.TOO_OLD, why=why)
