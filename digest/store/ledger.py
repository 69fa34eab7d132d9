"""The ledger in SQL: one row per recipient of each issue, and who is working on it.

The states and rules are RFC 5321's point of view: a message is ours until the server's final
reply, so a row is committed as claimed before connecting, as being handed over just before the
message goes, and as sent only after the reply.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from digest.errors import StateError
from digest.model import (
    Consent,
    Delivery,
    DeliveryState,
    DueTimes,
    FrequencyCap,
    IssueState,
    Rehearsal,
    Settlement,
    Told,
    TrialPlan,
    Variant,
)
from digest.store.amendments import audience_told, count_told, variants_told
from digest.store.begin import SUPPRESSED, UNCLAIMED, begin, may_all_go
from digest.store.codec import decode_variant
from digest.store.database import portions
from digest.store.frequency import WAITING, hold_back
from digest.store.rehearsals import keep_rehearsal, rehearsal_of
from digest.store.standing import SqlStanding
from digest.store.subjects import begin_trial, may_go
from digest.store.tables import deliveries, issues, subscribers, subscriptions

_FINAL = tuple(state for state in DeliveryState if state.final)
_CRASHED_NOTE = "its sender ended while handing it over"

_row = deliveries.c
_CLAIM_CANDIDATES = (
    select(_row.id)
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
    .cte("candidates")
)
_CLAIM = (
    update(deliveries)
    .where(_row.id.in_(select(_CLAIM_CANDIDATES.c.id)))
    .values(
        state=DeliveryState.CLAIMED,
        claimed_by=bindparam("owner"),
        claimed_until=bindparam("until"),
        updated_at=bindparam("now"),
    )
    .returning(
        _row.id,
        _row.issue_id,
        _row.subscriber_id,
        _row.address,
        _row.name,
        _row.state,
        _row.attempts,
        _row.first_attempt_at,
        _row.topics,
        _row.volume,
        _row.due_at,
        _row.arm,
    )
)
_SETTLE = (
    update(deliveries)
    .where(_row.id == bindparam("delivery"), *(_row.state != state for state in _FINAL))
    .values(
        UNCLAIMED
        | {
            _row.state: bindparam("to"),
            _row.attempts: _row.attempts + bindparam("counted"),
            _row.first_attempt_at: func.coalesce(
                _row.first_attempt_at, bindparam("tried_at", type_=_row.first_attempt_at.type)
            ),
            _row.next_attempt_at: bindparam("due"),
            _row.times_uncertain: _row.times_uncertain + bindparam("uncertain"),
            _row.reply_code: bindparam("code"),
            _row.cause: bindparam("why", type_=_row.cause.type),
            _row.note: bindparam("words"),
            _row.updated_at: bindparam("now"),
        }
    )
)


class SqlLedger(SqlStanding):
    """A :class:`digest.ports.LedgerStore`."""

    def freeze(
        self,
        issue_id: int,
        *,
        newsletter: str,
        now: datetime,
        times: DueTimes | None = None,
        told: Told | None = None,
        trial: TrialPlan | None = None,
    ) -> int:
        """Freeze the recipients of an approved issue and start sending it, in one transaction.

        With ``times``, each is due at theirs; without, all at once. Returns how many there are;
        frozen recipients of an earlier call stay as they are, and nobody is added to them: whoever
        subscribes later gets the next issue. ``told`` narrows them to those who got another issue.
        ``trial`` draws a sample of them for the issue's two subjects; the others wait.

        :raises StateError: when the issue is another newsletter's, or neither approved nor being
            sent.
        """
        with self._database.writing() as connection:
            _start_sending(connection, issue_id, newsletter)
            count = _count(connection, issue_id)
            if not count:
                audience = _audience(
                    issue_id, newsletter=newsletter, now=now, times=times, told=told
                )
                self._freeze(connection, audience)
                if trial is not None:
                    begin_trial(connection, issue_id, trial, now=now)
                count = _count(connection, issue_id)
        return count

    def claim(
        self,
        issue_id: int,
        *,
        limit: int,
        owner: str,
        until: datetime,
        now: datetime,
        cap: FrequencyCap | None = None,
    ) -> tuple[Delivery, ...]:
        """Take up to ``limit`` rows that are due, for ``owner``, committed before returning.

        None is due while the issue is not being sent (paused, cancelled). Readers who had as many
        mails as ``cap`` allows are put off until they may get one more, unless theirs was begun.
        """
        values = {"issue": issue_id, "most": limit, "owner": owner, "until": until, "now": now}
        with self._database.writing() as connection:
            if cap is not None:
                hold_back(connection, issue_id, cap=cap, limit=limit, now=now)
            rows = connection.execute(_CLAIM, values).all()
        return tuple(sorted(map(_delivery, rows), key=lambda delivery: delivery.id))

    def begin(self, delivery: Delivery, *, owner: str, now: datetime) -> bool:
        """Mark a claimed row as being handed over, just before it is; committed.

        False, and settled as suppressed, when the person has unsubscribed or is suppressed by now.
        False, and back in the queue, when the issue was paused or cancelled.
        False, and untouched, when the row is not (or no longer) claimed by ``owner``.
        """
        return bool(self.begin_all((delivery,), owner=owner, now=now))

    def begin_all(
        self, batch: Sequence[Delivery], *, owner: str, now: datetime
    ) -> tuple[Delivery, ...]:
        """Mark claimed rows as being handed over by the rules of :meth:`begin`, in one commit.

        Returns those that may go, in the order given.
        """
        begun: set[int] = set()
        with self._database.writing() as connection:
            for some in portions(batch):
                begun |= begin(connection, [delivery.id for delivery in some], owner, now)
        return tuple(delivery for delivery in batch if delivery.id in begun)

    def all_may_go(self, batch: Sequence[Delivery], *, owner: str, now: datetime) -> bool:
        """Whether rows that were begun may all go still, by the rules of :meth:`begin`.

        Reads only, so that it can be asked just before a hand-over.
        """
        with self._database.reading() as connection:
            return all(
                may_all_go(connection, [delivery.id for delivery in some], owner, now)
                for some in portions(batch)
            )

    def settle(self, settlements: Sequence[Settlement], *, now: datetime) -> None:
        """Record how claimed deliveries went, in one transaction.

        A delivery that is final already stays as it is, so that settling twice does no harm.

        :raises StateError: when one is not in the ledger; the others are recorded all the same.
        """
        if not settlements:
            return
        with self._database.writing() as connection:
            settled = connection.execute(_SETTLE, [_values(s, now) for s in settlements]).rowcount
            ids = [settlement.delivery_id for settlement in settlements]
            unknown = _unknown(connection, ids) if settled != len(ids) else ()
        if unknown:
            raise StateError(
                f"delivery {unknown[0]}", f"is not in the ledger ({len(unknown)} such)"
            )

    def recover(self, owners: Sequence[str], *, now: datetime) -> int:
        """Free rows claimed by owners that are dead, or whose lease ran out; how many.

        Rows that were being handed over become ``UNCERTAIN`` and due, and that was an attempt;
        the others are queued again.
        """
        uncertain = case((_row.handing_over, 1), else_=0)
        lost = (
            select(_row.id)
            .where(
                _row.claimed_by.is_not(None),
                or_(_row.claimed_by.in_(owners), _row.claimed_until <= now),
            )
            # A row that is locked has an owner who lives.
            .with_for_update(skip_locked=True)
        )
        free = (
            update(deliveries)
            .where(_row.id.in_(lost))
            .values(
                UNCLAIMED
                | {
                    _row.state: case(
                        (_row.handing_over, DeliveryState.UNCERTAIN), else_=DeliveryState.QUEUED
                    ),
                    _row.attempts: _row.attempts + uncertain,
                    _row.times_uncertain: _row.times_uncertain + uncertain,
                    _row.first_attempt_at: case(
                        (_row.handing_over, func.coalesce(_row.first_attempt_at, _row.updated_at)),
                        else_=_row.first_attempt_at,
                    ),
                    _row.note: case((_row.handing_over, _CRASHED_NOTE), else_=_row.note),
                    _row.next_attempt_at: now,
                    _row.updated_at: now,
                }
            )
        )
        with self._database.writing() as connection:
            return connection.execute(free).rowcount

    def prospects(
        self, issue_id: int, *, newsletter: str, now: datetime, told: Told | None = None
    ) -> tuple[Delivery, ...]:
        """The deliveries that :meth:`freeze` would freeze now; their ids are 0."""
        audience = _audience(issue_id, newsletter=newsletter, now=now, told=told)
        with self._database.reading() as connection:
            return tuple(map(_prospect, connection.execute(audience)))

    def keep_rehearsal(self, rehearsal: Rehearsal) -> None:
        """Keep the last rehearsal of an issue, in place of the one before."""
        with self._database.writing() as connection:
            keep_rehearsal(connection, self._database, rehearsal)

    def rehearsal(self, issue_id: int) -> Rehearsal | None:
        """The last rehearsal of an issue."""
        with self._database.reading() as connection:
            return rehearsal_of(connection, issue_id)

    def variants_told(self, issue_id: int) -> tuple[Variant, ...]:
        """The variants in which an issue reached anybody, or may have."""
        with self._database.reading() as connection:
            return variants_told(connection, issue_id)

    def count_told(self, told: Told, *, newsletter: str) -> int:
        """How many of those who got an issue would be told of a correction now."""
        with self._database.reading() as connection:
            return count_told(connection, told, newsletter=newsletter)

    def _freeze(self, connection: Connection, audience: Select[Any]) -> None:
        columns = [
            _row.issue_id,
            _row.subscriber_id,
            _row.address,
            _row.name,
            _row.state,
            _row.attempts,
            _row.next_attempt_at,
            _row.handing_over,
            _row.times_uncertain,
            _row.note,
            _row.updated_at,
            _row.topics,
            _row.volume,
            _row.due_at,
        ]
        insert = self._database.insert(deliveries).from_select(columns, audience)
        connection.execute(insert.on_conflict_do_nothing())


def _audience(
    issue_id: int,
    *,
    newsletter: str,
    now: datetime,
    times: DueTimes | None = None,
    told: Told | None = None,
) -> Select[Any]:
    """Everybody who is subscribed now, or those told before, as rows of the ledger."""
    if told:
        return audience_told(told, issue_id, newsletter=newsletter, now=now)
    due_at = _due_at(times)
    return (
        select(
            literal(issue_id),
            subscribers.c.id,
            subscribers.c.address,
            subscribers.c.name,
            literal(DeliveryState.QUEUED, _row.state.type),
            literal(0),
            func.coalesce(due_at, literal(now, _row.next_attempt_at.type)),
            ~true(),
            literal(0),
            literal(""),
            literal(now, _row.updated_at.type),
            subscriptions.c.topics,
            subscriptions.c.volume,
            due_at,
        )
        .join_from(subscriptions, subscribers)
        .where(
            subscriptions.c.newsletter == newsletter,
            subscriptions.c.consent == Consent.CONFIRMED,
            ~SUPPRESSED,
        )
        .order_by(subscribers.c.id)
    )


def _due_at(times: DueTimes | None) -> ColumnElement[Any]:
    """When each subscriber is due, as frozen; NULL for whenever the issue is."""
    if times is None:
        return literal(None, _row.due_at.type)
    zones: dict[datetime, list[str]] = {}
    for zone, moment in times.zones.items():
        zones.setdefault(moment, []).append(zone)
    usual = literal(times.usual, _row.due_at.type)
    moments = [
        (subscribers.c.time_zone.in_(names), literal(moment, _row.due_at.type))
        for moment, names in zones.items()
    ]
    return case(*moments, else_=usual) if moments else usual


def _start_sending(connection: Connection, issue_id: int, newsletter: str) -> None:
    this = issues.c.id == issue_id
    start = (
        update(issues)
        .where(this, issues.c.newsletter == newsletter, issues.c.state == IssueState.APPROVED)
        .values(state=IssueState.SENDING, revision=issues.c.revision + 1)
    )
    if connection.execute(start).rowcount:
        return
    found = connection.execute(select(issues.c.newsletter, issues.c.state).where(this)).first()
    if found is None:
        raise StateError(f"issue {issue_id}", "does not exist")
    if found.newsletter != newsletter:
        raise StateError(f"issue {issue_id}", f"is one of {found.newsletter}, not of {newsletter}")
    if found.state is not IssueState.SENDING:
        raise StateError(f"issue {issue_id}", f"is {found.state}; only approved issues are sent")


def _count(connection: Connection, issue_id: int) -> int:
    wanted = select(func.count()).select_from(deliveries).where(_row.issue_id == issue_id)
    return connection.scalar(wanted) or 0


def _values(settlement: Settlement, now: datetime) -> dict[str, object]:
    return {
        "delivery": settlement.delivery_id,
        "to": settlement.state,
        "counted": int(settlement.counts_as_attempt),
        "tried_at": now if settlement.counts_as_attempt or settlement.starts_lifetime else None,
        "due": settlement.next_attempt_at or now,
        "uncertain": int(settlement.state is DeliveryState.UNCERTAIN),
        "code": settlement.reply_code,
        "why": settlement.cause,
        "words": settlement.note,
        "now": now,
    }


def _unknown(connection: Connection, ids: Sequence[int]) -> tuple[int, ...]:
    known: set[int] = set()
    for some in portions(ids):
        known.update(connection.scalars(select(_row.id).where(_row.id.in_(some))))
    return tuple(sorted(set(ids) - known))


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        issue_id=row.issue_id,
        subscriber_id=row.subscriber_id,
        address=row.address,
        name=row.name,
        state=row.state,
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at,
        variant=decode_variant(row.topics, row.volume),
        due_at=row.due_at,
        arm=row.arm,
    )


def _prospect(row: Row[Any]) -> Delivery:
    """A row of an audience, whose columns stand in the order of the insert."""
    issue_id, subscriber_id, address, name, *_, topics, volume, _due = tuple(row)
    return Delivery(
        id=0,
        issue_id=issue_id,
        subscriber_id=subscriber_id,
        address=address,
        name=name,
        variant=decode_variant(topics, volume),
    )
