"""How much a relay that is being warmed up may send on a day."""

from datetime import UTC, datetime, time, timedelta

from digest.model import Rate, WarmUp

_DAY = timedelta(days=1)
_MOST_DOUBLINGS = 30


def allowance(plan: WarmUp, *, now: datetime) -> Rate | None:
    """The most messages in 24 hours, by ``plan``; None once it sets no limit any more.

    Nothing before its first day. Days are UTC's; within one, the allowance stays the same.
    """
    today = now.astimezone(UTC).date()
    doublings = (today - plan.start) / plan.doubling
    if doublings < 0:
        return Rate(count=0, per=_DAY)
    if doublings > _MOST_DOUBLINGS:
        return None
    count = int(plan.first * 2**doublings)
    if plan.full is not None and count >= plan.full:
        return None
    return Rate(count=count, per=_DAY)


def grows_at(now: datetime) -> datetime:
    """When the allowance next changes: the next midnight, UTC."""
    return datetime.combine(now.astimezone(UTC).date() + _DAY, time(), UTC)
