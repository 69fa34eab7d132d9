"""The workers of one delivery run: claim, hand over, settle."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import structlog

from digest.app import App
from digest.deliver.policy import RetryPolicy, hard_bounce, settle
from digest.errors import HandOffError, MessageError
from digest.model import (
    Delivery,
    DeliveryState,
    KeptIssue,
    NothingChosen,
    SendOutcome,
    Settlement,
    SuppressionReason,
    Unbuildable,
)
from digest.pipeline.letters import envelope_for
from digest.pipeline.line import Answered, Line
from digest.pipeline.variants import Variants
from digest.ports import MailSession

log = structlog.get_logger(__name__)

OnSettled = Callable[[Delivery, Settlement], None]


def ignore(_delivery: Delivery, _settlement: Settlement) -> None:
    """Watch nothing: the :data:`OnSettled` of those who do not ask."""


@dataclass(slots=True, kw_only=True)
class Handover:
    """One run over one issue: what its workers share. ``stop`` drains it from outside."""

    app: App
    kept: KeptIssue
    variants: Variants
    owner: str
    stop: threading.Event
    on_settled: OnSettled
    reasons: list[str] = field(default_factory=list)

    def is_ending(self) -> bool:
        """Whether workers should finish what is in their hands and take no more."""
        return self.stop.is_set() or bool(self.reasons)

    def halt(self, reason: str) -> None:
        """End the run early, for a reason that would meet every recipient alike."""
        self.reasons.append(reason)


def work(run: Handover) -> None:
    """Work off recipients until none is due, the run ends, or the server cannot be used."""
    line = Line(run.app.mailer)
    try:
        for delivery in _claimed(run):
            _deliver(run, line, delivery)
        if not run.reasons:
            _conclude(run, line.clear())
    finally:
        line.close()


def _claimed(run: Handover) -> Iterator[Delivery]:
    """Deliveries claimed for this worker; what it does not get to goes back to the queue."""
    settings = run.app.config.settings.deliver
    while not run.is_ending():
        now = run.app.clock()
        batch = run.app.store.ledger.claim(
            run.kept.id,
            limit=settings.batch,
            owner=run.owner,
            until=now + settings.lease,
            now=now,
            cap=settings.frequency_cap,
        )
        if not batch:
            return
        for position, delivery in enumerate(batch):
            if run.is_ending():
                _release(run, batch[position:])
                return
            yield delivery


def _deliver(run: Handover, line: Line, delivery: Delivery) -> None:
    try:
        session = line.open()
    except HandOffError as error:
        run.halt(str(error))
        _release(run, (delivery,))
        return
    if not run.app.store.ledger.begin(delivery, owner=run.owner, now=run.app.clock()):
        return
    answered = _answered(run, delivery, _send(run, session, delivery))
    if line.learn(answered):
        _record(run, _on_probation(run, answered))
    else:
        _conclude(run, (*line.cleared(answered), answered))
    run.on_settled(delivery, answered.settlement)
    if reason := line.stop_reason(answered):
        run.halt(reason)


def _send(run: Handover, session: MailSession, delivery: Delivery) -> SendOutcome:
    rendering = run.variants.of(delivery.variant)
    if rendering is None:
        return NothingChosen()
    try:
        envelope = envelope_for(run.app, run.kept, rendering, delivery)
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
                note=answered.settlement.note,
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
