"""The workers of one delivery run: claim, ask the relays, hand over, settle."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from digest.app import App
from digest.deliver.pacing.answers import Down, Later, Ticket
from digest.deliver.policy import RetryPolicy, hard_bounce, settle
from digest.errors import HandOffError, MessageError
from digest.model import (
    Delivery,
    DeliveryState,
    KeptIssue,
    Lost,
    RenderedIssue,
    SendOutcome,
    Settlement,
    SuppressionReason,
    Unbuildable,
)
from digest.pipeline.letters import envelope_for
from digest.pipeline.line import Answered, Line, Lines
from digest.pipeline.pauses import Pauses
from digest.pipeline.relays import keep_uses, tell
from digest.ports import MailSession

log = structlog.get_logger(__name__)

OnSettled = Callable[[Delivery, Settlement], None]

SHORTLY = timedelta(seconds=5)
"""A worker waits this long for a place in a rate; a recipient who has to wait longer is put off."""


def ignore(_delivery: Delivery, _settlement: Settlement) -> None:
    """Watch nothing: the :data:`OnSettled` of those who do not ask."""


@dataclass(slots=True, kw_only=True)
class Handover:
    """One run over one issue: what its workers share. ``stop`` drains it from outside."""

    app: App
    kept: KeptIssue
    rendering: RenderedIssue
    owner: str
    stop: threading.Event
    on_settled: OnSettled
    lines: Lines
    pauses: Pauses
    reasons: list[str]

    def is_ending(self) -> bool:
        """Whether workers should finish what is in their hands and take no more."""
        return self.stop.is_set() or bool(self.reasons)

    def halt(self, reason: str) -> None:
        """End the run early, for a reason that would meet every recipient alike."""
        self.reasons.append(reason)


def work(run: Handover) -> None:
    """Work off recipients until none is due, the run ends, or no relay can be used."""
    while batch := _claimed(run):
        held: list[Settlement] = []
        for position, delivery in enumerate(batch):
            if run.is_ending():
                _release(run, batch[position:])
                break
            wait = _deliver(run, delivery)
            if wait:
                held.append(_held(run, delivery, wait))
        _record(run, *held)
        keep_uses(run.app)


def close_lines(run: Handover) -> None:
    """Hang up, and make final what was on probation on relays that work."""
    for line in run.lines.idle():
        line.close()
        if not run.reasons:
            _conclude(run, line.clear())


def _claimed(run: Handover) -> Sequence[Delivery]:
    """Deliveries claimed for this worker; none when there is nothing to wait for any more."""
    settings = run.app.config.settings.deliver
    while not run.is_ending():
        now = run.app.clock()
        batch = run.app.store.ledger.claim(
            run.kept.id, limit=settings.batch, owner=run.owner, until=now + settings.lease, now=now
        )
        if batch:
            return batch
        wait = run.pauses.until_next(now=now)
        if wait is None:
            return ()
        if wait > SHORTLY:
            run.lines.hang_up()
        run.stop.wait(wait.total_seconds())
        if run.app.clock() <= now:
            return ()
    return ()


def _deliver(run: Handover, delivery: Delivery) -> Later | Down | None:
    """Hand one message over; or why, and until when, it has to wait."""
    while True:
        answer = _admitted(run, delivery)
        if not isinstance(answer, Ticket):
            if isinstance(answer, Down) and answer.everywhere:
                run.halt(answer.reason)
            return answer
        line = run.lines.take(answer.relay)
        try:
            session = line.open()
        except HandOffError as error:
            # Another relay may do; when none does, the next answer says so.
            now = run.app.clock()
            tell(run.app, run.app.relays.unreachable(answer.relay, str(error), now=now))
            run.app.relays.drop(answer, now=now)
        else:
            _hand_over(run, line, session, answer, delivery)
            return None
        finally:
            run.lines.give_back(line)


def _admitted(run: Handover, delivery: Delivery) -> Ticket | Later | Down:
    """The relays' answer, after waiting where it is not worth putting the recipient off."""
    left = SHORTLY
    while True:
        now = run.app.clock()
        answer = run.app.relays.ask(delivery.address, now=now)
        wait = answer.at - now if isinstance(answer, Later) else left
        if not isinstance(answer, Later) or wait > left or run.is_ending():
            return answer
        left -= wait
        run.stop.wait(wait.total_seconds())


def _hand_over(
    run: Handover, line: Line, session: MailSession, ticket: Ticket, delivery: Delivery
) -> None:
    relays, clock = run.app.relays, run.app.clock
    try:
        outcome = _begun(run, session, delivery)
    except BaseException:
        relays.drop(ticket, now=clock())
        raise
    if outcome is None:
        relays.drop(ticket, now=clock())
        return
    tell(run.app, relays.done(ticket, outcome, now=clock()))
    if isinstance(outcome, Lost):
        tell(run.app, relays.hung_up(ticket.relay, outcome.reason, now=clock()))
    answered = _answered(run, delivery, outcome)
    if line.learn(answered):
        _record(run, _on_probation(run, answered))
    else:
        _conclude(run, (*line.cleared(answered), answered))
    run.on_settled(delivery, answered.settlement)
    if reason := relays.down_reason(now=clock()):
        run.halt(reason)


def _begun(run: Handover, session: MailSession, delivery: Delivery) -> SendOutcome | None:
    """Send a message that may still go; None for one that may not."""
    if not run.app.store.ledger.begin(delivery, owner=run.owner, now=run.app.clock()):
        return None
    return _send(run, session, delivery)


def _send(run: Handover, session: MailSession, delivery: Delivery) -> SendOutcome:
    try:
        envelope = envelope_for(run.app, run.kept, run.rendering, delivery)
    except MessageError as error:
        return Unbuildable(reason=str(error))
    return session.send(envelope)


def _answered(run: Handover, delivery: Delivery, outcome: SendOutcome) -> Answered:
    settings = run.app.config.settings.deliver
    policy = RetryPolicy(
        retry=settings.retry, max_retry=settings.max_retry, lifetime=settings.lifetime
    )
    jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
    settlement = settle(delivery, outcome, policy=policy, now=run.app.clock(), jitter=jitter)
    return Answered(delivery=delivery, outcome=outcome, settlement=settlement)


def _on_probation(run: Handover, answered: Answered) -> Settlement:
    """The refusal as it is kept while it may be about us: to be tried again."""
    retry = run.app.clock() + run.app.config.settings.deliver.retry
    return replace(answered.settlement, state=DeliveryState.DEFERRED, next_attempt_at=retry)


def _conclude(run: Handover, answers: Sequence[Answered]) -> None:
    """Record answers as they stand, and suppress the addresses that are dead."""
    _record(run, *(answered.settlement for answered in answers))
    for answered in answers:
        if hard_bounce(answered.outcome):
            run.app.store.audience.suppress(
                answered.delivery.address,
                reason=SuppressionReason.HARD_BOUNCE,
                now=run.app.clock(),
            )
        if answered.settlement.state is not DeliveryState.SENT:
            log.info(
                "delivery.not_sent",
                issue=run.kept.issue.slug,
                subscriber=answered.delivery.subscriber_id,
                state=str(answered.settlement.state),
                cause=str(answered.settlement.cause),
                note=answered.settlement.note,
            )


def _held(run: Handover, delivery: Delivery, wait: Later | Down) -> Settlement:
    """The row of a recipient who has to wait, for no fault of theirs: due when their time comes."""
    at = run.app.clock() if isinstance(wait, Down) and wait.everywhere else wait.at
    if isinstance(wait, Later):
        run.pauses.note(at)
    return Settlement(
        delivery_id=delivery.id,
        state=DeliveryState.DEFERRED if delivery.attempts else DeliveryState.QUEUED,
        note=wait.reason,
        next_attempt_at=at,
        counts_as_attempt=False,
    )


def _release(run: Handover, deliveries: Sequence[Delivery]) -> None:
    """Give claimed rows back untouched."""
    back = (
        Settlement(delivery_id=delivery.id, state=DeliveryState.QUEUED, counts_as_attempt=False)
        for delivery in deliveries
    )
    _record(run, *back)


def _record(run: Handover, *settlements: Settlement) -> None:
    if settlements:
        run.app.store.ledger.settle(settlements, now=run.app.clock())
