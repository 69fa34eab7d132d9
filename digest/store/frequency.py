"""The frequency cap in SQL: whoever had too many mails is put off, before anything is claimed.

A mail counts from the moment on at which it may have reached the reader: while another issue's
copy is claimed, uncertain, or deferred by the reader's server, it counts as one of now.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    exists,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)

from digest.deliver.frequency import free_at
from digest.model import DeliveryState, FrequencyCap, IssueState
from digest.store.database import PORTION, Turn, take_turn
from digest.store.subjects import may_go
from digest.store.tables import deliveries, issues

# In the order of the index on (issue, state, next attempt), which therefore also sorts.
WAITING = tuple(sorted({DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN}))

_row = deliveries.c

_DUE = (
    select(_row.id, _row.subscriber_id, _row.first_attempt_at)
    .where(
        _row.issue_id == bindparam("issue"),
        _row.state.in_(WAITING),
        _row.next_attempt_at <= bindparam("now"),
        may_go,
        exists().where(issues.c.id == bindparam("issue"), issues.c.state == IssueState.SENDING),
    )
    .order_by(_row.state, _row.next_attempt_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=deliveries)
)
_READERS = _row.subscriber_id.in_(bindparam("readers", expanding=True))
# The state is spelt out: SQLite uses a partial index only where it sees its condition.
_SENT = select(_row.subscriber_id, _row.updated_at).where(
    _READERS,
    _row.state == literal_column(f"'{DeliveryState.SENT}'"),
    _row.updated_at > bindparam("since"),
)
_OTHERS = select(issues.c.id).where(
    issues.c.state.in_([IssueState.SENDING, IssueState.PAUSED]), issues.c.id != bindparam("issue")
)
_UNDER_WAY = select(_row.subscriber_id, null().label("sent_at")).where(
    _READERS,
    _row.issue_id.in_(bindparam("others", expanding=True)),
    or_(
        _row.state.in_([DeliveryState.CLAIMED, DeliveryState.UNCERTAIN]),
        and_(_row.state == DeliveryState.DEFERRED, _row.first_attempt_at.is_not(None)),
    ),
)
# In one statement: what is settled between two would be in neither.
_BOTH = union_all(_SENT, _UNDER_WAY)
_PUT_OFF = (
    update(deliveries)
    .where(_row.id == bindparam("held"))
    .values(
        next_attempt_at=bindparam("later"),
        due_at=bindparam("later"),
        note=bindparam("why"),
        updated_at=bindparam("now"),
    )
)


def hold_back(
    connection: Connection, issue_id: int, *, cap: FrequencyCap, limit: int, now: datetime
) -> None:
    """Put off readers at the cap, until the next ``limit`` rows that are due may all go.

    A delivery that was begun is never put off: its reader has had that mail, or nearly.
    """
    # Two issues must not each find room for the other's reader at the same time.
    take_turn(connection, Turn.CAP)
    most = limit
    while True:
        values = {"issue": issue_id, "now": now, "most": most}
        due = connection.execute(_DUE, values).all()
        fresh = {row.id: row.subscriber_id for row in due if row.first_attempt_at is None}
        later = dict(_later(connection, fresh, issue_id=issue_id, cap=cap, now=now))
        if not later:
            return
        _put_off(connection, later, cap=cap, now=now)
        most = min(2 * most, PORTION)


def _later(
    connection: Connection,
    readers: Mapping[int, int],
    *,
    issue_id: int,
    cap: FrequencyCap,
    now: datetime,
) -> Iterator[tuple[int, datetime]]:
    """Which rows must wait, by id, and until when; ``readers`` are the rows' readers."""
    people = list(readers.values())
    mails: dict[int, list[datetime]] = {reader: [] for reader in people}
    others = connection.scalars(_OTHERS, {"issue": issue_id}).all()
    wanted = {"readers": people, "since": now - cap.window}
    rows = (
        connection.execute(_BOTH, wanted | {"others": others})
        if others
        else (connection.execute(_SENT, wanted))
    )
    for reader, at in rows:
        mails[reader].append(at or now)
    for row, reader in readers.items():
        free = free_at(mails[reader], cap, now=now)
        if free is not None:
            yield row, free


def _put_off(
    connection: Connection, later: Mapping[int, datetime], *, cap: FrequencyCap, now: datetime
) -> None:
    why = f"held back: the reader had {cap.count} mails in {_length(cap)}"
    rows = [{"held": row, "later": at, "why": why, "now": now} for row, at in later.items()]
    connection.execute(_PUT_OFF, rows)


def _length(cap: FrequencyCap) -> str:
    hours = int(cap.window.total_seconds()) // 3600
    return f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} hours"  # noqa: PLR2004 - a day's
