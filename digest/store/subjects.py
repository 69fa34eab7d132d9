"""Trials of second subjects in SQL: who is in the sample, what they did, which subject won."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from digest.deliver.subjects import draw, too_few
from digest.model import (
    Arm,
    ArmFigures,
    BounceVerdict,
    Consent,
    DeliveryState,
    SubjectChoice,
    SubjectTrial,
    TrialPlan,
)
from digest.store.database import Database, portions
from digest.store.tables import (
    deliveries,
    feedback,
    issues,
    subject_trials,
    subscriptions,
)

_row = deliveries.c
_trial = subject_trials.c

_undecided = exists().where(_trial.issue_id == bindparam("issue"), _trial.winner.is_(None))
may_go: ColumnElement[bool] = or_(_row.arm.is_not(None), ~_undecided)
"""Whether the subject of a delivery of :issue is settled; who is in no sample waits until it is."""

Choose = Callable[[SubjectTrial], SubjectChoice | None]


class SqlSubjects:
    """A :class:`digest.ports.SubjectStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trial(self, issue_id: int) -> SubjectTrial | None:
        """How an issue's second subject is tried; None where it is not."""
        with self._database.reading() as connection:
            return _read(connection, issue_id)

    def decide(self, issue_id: int, choose: Choose, *, now: datetime) -> SubjectTrial | None:
        """Measure, choose and let the rest go under the winner, in one transaction.

        A trial that is decided stays as it is, so that deciding twice does no harm. Where
        ``choose`` says None, nothing is changed.
        """
        locked = select(_trial.issue_id).where(_trial.issue_id == issue_id).with_for_update()
        with self._database.writing() as connection:
            connection.execute(locked)
            trial = _read(connection, issue_id)
            if trial is None or trial.choice:
                return trial
            choice = choose(trial)
            if choice is None:
                return trial
            decided = replace(trial, choice=choice, decided_at=now)
            connection.execute(
                update(subject_trials).where(_trial.issue_id == issue_id).values(_outcome(decided))
            )
            connection.execute(_release(issue_id, choice.winner, now))
        return decided


def begin_trial(connection: Connection, issue_id: int, plan: TrialPlan, *, now: datetime) -> None:
    """Draw the sample of an issue whose recipients were frozen just now; the rest waits.

    With too few readers there is no sample: the first subject has won, and nobody waits.
    """
    frozen = select(_row.subscriber_id, _row.next_attempt_at).where(_row.issue_id == issue_id)
    readers = [(row.subscriber_id, row.next_attempt_at) for row in connection.execute(frozen)]
    drawn = draw(issue_id, readers, plan)
    trial = SubjectTrial(
        issue_id=issue_id,
        rule=plan.rule,
        minimum=plan.minimum,
        started_at=now,
        ends_at=max(now, drawn.last_due) + plan.wait if drawn else now,
        rest=len(readers) - (len(drawn.a) + len(drawn.b) if drawn else 0),
        a=ArmFigures(),
        b=ArmFigures(),
        choice=None if drawn else too_few(plan, len(readers)),
        decided_at=None if drawn else now,
    )
    planned = {
        "issue_id": issue_id,
        "rule": trial.rule,
        "minimum": trial.minimum,
        "started_at": now,
        "ends_at": trial.ends_at,
        "rest": trial.rest,
    }
    connection.execute(insert(subject_trials), planned | _outcome(trial))
    of_issue = _row.issue_id == issue_id
    for arm, people in ((Arm.A, drawn.a), (Arm.B, drawn.b)) if drawn else ():
        for some in portions(people):
            those = update(deliveries).where(of_issue, _row.subscriber_id.in_(some))
            connection.execute(those.values(arm=arm))
    waiting = update(deliveries).where(
        of_issue, _row.arm.is_(None), _row.next_attempt_at < trial.ends_at
    )
    connection.execute(waiting.values(next_attempt_at=trial.ends_at))


def _release(issue_id: int, winner: Arm, now: datetime) -> Update:
    """Whoever was in no sample is due now, or at their own later time."""
    due = case((_row.due_at > now, _row.due_at), else_=literal(now, _row.due_at.type))
    return (
        update(deliveries)
        .where(_row.issue_id == issue_id, _row.arm.is_(None))
        .values(arm=winner, next_attempt_at=due, due_at=due, updated_at=now)
    )


def _outcome(trial: SubjectTrial) -> dict[str, object]:
    choice = trial.choice
    return {
        "winner": choice.winner if choice else None,
        "why": choice.why if choice else "",
        "decided_by": choice.by if choice else "",
        "decided_at": trial.decided_at,
        "figures": json.dumps([asdict(trial.a), asdict(trial.b)]) if choice else "",
    }


def _read(connection: Connection, issue_id: int) -> SubjectTrial | None:
    row = connection.execute(
        select(subject_trials).where(_trial.issue_id == issue_id)
    ).one_or_none()
    if row is None:
        return None
    a, b = _kept_figures(row) if row.winner else _figures(connection, issue_id)
    choice = SubjectChoice(winner=row.winner, why=row.why, by=row.decided_by)
    return SubjectTrial(
        issue_id=issue_id,
        rule=row.rule,
        minimum=row.minimum,
        started_at=row.started_at,
        ends_at=row.ends_at,
        rest=row.rest,
        a=a,
        b=b,
        choice=choice if row.winner else None,
        decided_at=row.decided_at,
    )


def _kept_figures(row: Row[Any]) -> tuple[ArmFigures, ArmFigures]:
    a, b = (ArmFigures(**figures) for figures in json.loads(row.figures))
    return a, b


_THEIRS = and_(
    subscriptions.c.subscriber_id == _row.subscriber_id,
    subscriptions.c.newsletter == issues.c.newsletter,
)
# Whose subscription is there no more was erased since: they left, too.
_LEFT = or_(
    subscriptions.c.subscriber_id.is_(None),
    and_(
        subscriptions.c.consent == Consent.UNSUBSCRIBED,
        subscriptions.c.since >= _row.updated_at,
    ),
)
_COMPLAINED = (
    exists()
    .where(
        feedback.c.issue_id == _row.issue_id,
        feedback.c.subscriber_id == _row.subscriber_id,
        feedback.c.verdict == BounceVerdict.COMPLAINT,
        feedback.c.proven,
    )
    .correlate(deliveries)
)
_IS_SENT = _row.state == DeliveryState.SENT


def _figures(connection: Connection, issue_id: int) -> tuple[ArmFigures, ArmFigures]:
    """What the readers in the sample did since they got it, under each subject."""
    counted = (
        select(
            _row.arm,
            func.count().label("readers"),
            _many(_IS_SENT).label("sent"),
            _many(and_(_IS_SENT, _LEFT)).label("unsubscribed"),
            _many(and_(_IS_SENT, _COMPLAINED)).label("complained"),
            _many(and_(_IS_SENT, or_(_LEFT, _COMPLAINED))).label("leaving"),
        )
        .join_from(deliveries, issues)
        .outerjoin(subscriptions, _THEIRS)
        .where(_row.issue_id == issue_id, _row.arm.is_not(None))
        .group_by(_row.arm)
    )
    found = {
        row.arm: ArmFigures(
            readers=row.readers,
            sent=row.sent,
            unsubscribed=row.unsubscribed,
            complained=row.complained,
            leaving=row.leaving,
        )
        for row in connection.execute(counted)
    }
    return found.get(Arm.A, ArmFigures()), found.get(Arm.B, ArmFigures())


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
