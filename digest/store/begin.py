"""Just before the hand-over, in SQL: who may still go, and who is let go of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, null, or_, select, update

from digest.model import Consent, DeliveryState, IssueState
from digest.store.tables import deliveries, issues, subscribers, subscriptions, suppressions

_ENDED_NOTE = "unsubscribed or suppressed just before hand-over"

_row = deliveries.c
UNCLAIMED: dict[Any, Any] = {
    _row.claimed_by: null(),
    _row.claimed_until: null(),
    _row.handing_over: False,
}

_being_sent = (
    exists()
    .where(issues.c.id == _row.issue_id, issues.c.state == IssueState.SENDING)
    .correlate(deliveries)
)
SUPPRESSED = (
    exists().where(suppressions.c.address_key == subscribers.c.address_key).correlate(subscribers)
)
_still_wanted = (
    exists()
    .where(
        issues.c.id == _row.issue_id,
        subscriptions.c.subscriber_id == _row.subscriber_id,
        subscriptions.c.newsletter == issues.c.newsletter,
        subscriptions.c.consent == Consent.CONFIRMED,
        subscribers.c.id == subscriptions.c.subscriber_id,
        ~SUPPRESSED,
    )
    .correlate(deliveries)
)

_MINE = (
    _row.id.in_(bindparam("rows", expanding=True)),
    _row.state == DeliveryState.CLAIMED,
    _row.claimed_by == bindparam("owner"),
    _row.claimed_until > bindparam("now"),
)
_BEGIN = (
    update(deliveries)
    .where(*_MINE, _being_sent, _still_wanted)
    .values(handing_over=True, updated_at=bindparam("now"))
    .returning(_row.id)
)
_MAY_GO = select(func.count()).where(*_MINE, _being_sent, _still_wanted)
_NOT_BEGUN = ~_row.id.in_(bindparam("begun", expanding=True))
# Between two statements others may pause or resume the issue, and readers come back: so whoever is
# dropped must be seen to be unwanted while the issue was being sent, and all others go back.
_PUT_BACK = (
    update(deliveries)
    .where(*_MINE, _NOT_BEGUN, or_(~_being_sent, _still_wanted))
    .values(UNCLAIMED | {_row.state: DeliveryState.QUEUED, _row.updated_at: bindparam("now")})
)
_DROP = (
    update(deliveries)
    .where(*_MINE, _NOT_BEGUN)
    .values(
        UNCLAIMED
        | {
            _row.state: DeliveryState.SUPPRESSED,
            _row.note: _ENDED_NOTE,
            _row.updated_at: bindparam("now"),
        }
    )
)


def begin(connection: Connection, ids: Sequence[int], owner: str, now: datetime) -> frozenset[int]:
    """Mark rows as being handed over, and settle those that may not go; the ids of the former."""
    values = {"rows": ids, "owner": owner, "now": now}
    begun = frozenset(connection.scalars(_BEGIN, values))
    if len(begun) != len(ids):
        rest = values | {"begun": list(begun)}
        connection.execute(_PUT_BACK, rest)
        connection.execute(_DROP, rest)
    return begun


def may_all_go(connection: Connection, ids: Sequence[int], owner: str, now: datetime) -> bool:
    """Whether all of the rows are claimed still, wanted, and of an issue that is being sent."""
    return connection.scalar(_MAY_GO, {"rows": ids, "owner": owner, "now": now}) == len(ids)
