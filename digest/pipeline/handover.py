"""The workers of one delivery run: claim, hand over, settle."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import structlog

from digest.app import App
from digest.deliver.policy import RetryPolicy, hard_bounce, settle
from digest.errors import HandOffError, MessageError, StoreError
from digest.model import (
    Delivery,
    DeliveryState,
    Envelope,
    KeptIssue,
    NothingChosen,
    SendOutcome,
    Settlement,
    SuppressionReason,
    Unbuildable,
)
from digest.pipeline.letters import envelope_for
from digest.pipeline.line import Answered, Line
from digest.pipeline.recorder import Recorder
from digest.pipeline.supply import Supply
from digest.pipeline.variants import Variants

log = structlog.get_logger(__name__)

OnSettled = Callable[[Delivery, Settlement], None]


def ignore(_delivery: Delivery, _settlement: Settlement) -> None:
    """Watch nothing: the :data:`OnSettled` of those who do not ask."""


@dataclass(slots=True, kw_only=True)
class Handover:
    """One run over one issue: what its workers share. ``stop`` drains it from outside.

    ``error`` is what broke it, where something did.
    """

    app: App
    kept: KeptIssue
    variants: Variants
    owner: str
    stop: threading.Event
    on_settled: OnSettled
    recorder: Recorder = field(init=False)
    reasons: list[str] = field(default_factory=list)
    error: StoreError | None = None

    def __post_init__(self) -> None:
        """Make the recorder, whose groups are as large as what a connection has in flight."""
        self.recorder = Recorder(self._keep, group=self.group)

    @property
    def group(self) -> int:
        """How many recipients are begun, and how many answers are settled, in one transaction."""
        return self.app.config.settings.smtp.window

    def is_ending(self) -> bool:
        """Whether workers should finish what is in their hands and take no more."""
        return self.stop.is_set() or bool(self.reasons)

    def halt(self, reason: str) -> None:
        """End the run early, for a reason that would meet every recipient alike."""
        self.reasons.append(reason)

    def fail(self, error: StoreError) -> None:
        """End the run early, because the ledger cannot be written."""
        self.error = self.error or error
        self.halt(str(error))

    def _keep(self, answers: Sequence[Answered]) -> None:
        """Suppress the addresses that are dead, then record all answers, in one transaction."""
        store, now = self.app.store, self.app.clock()
        for one in answers:
            if one.failed and hard_bounce(one.outcome):
                store.audience.suppress(
                    one.delivery.address, reason=SuppressionReason.HARD_BOUNCE, now=now
                )
        store.ledger.settle([one.settlement for one in answers], now=now)
        for one in answers:
            self._tell(one)
            self.on_settled(one.delivery, one.settlement)

    def _tell(self, answered: Answered) -> None:
        if answered.settlement.state is not DeliveryState.SENT:
            log.info(
                "delivery.not_sent",
                issue=self.kept.issue.slug,
                subscriber=answered.delivery.subscriber_id,
                state=str(answered.settlement.state),
                note=answered.settlement.note,
            )


def work(run: Handover) -> None:
    """Work off recipients until none is due, the run ends, or the server cannot be used."""
    line = Line(run.app.mailer)
    supply = Supply(
        run.app, run.kept, owner=run.owner, group=run.group, settle_first=run.recorder.flush
    )
    try:
        while not run.is_ending() and supply.has_more():
            _hand_over(run, line, supply)
        if not run.reasons:
            run.recorder.put(*line.clear())
        supply.give_back()
    except StoreError as error:
        run.fail(error)
    finally:
        line.close()


def _hand_over(run: Handover, line: Line, supply: Supply) -> None:
    """Use one connection until it breaks or nobody is left."""
    try:
        session = line.open()
    except HandOffError as error:
        run.halt(str(error))
        return
    for delivery, outcome in session.stream(_letters(run, line, supply)):
        _learn(run, line, _answered(run, delivery, outcome))


def _letters(run: Handover, line: Line, supply: Supply) -> Iterator[tuple[Delivery, Envelope]]:
    """Messages as the connection asks for them. Whoever gets none is settled on the way.

    A ledger that breaks ends the run only after what is in flight was answered.
    """
    while not run.is_ending():
        try:
            delivery = supply.take()
        except StoreError as error:
            run.fail(error)
            return
        if delivery is None:
            return
        made = _made(run, delivery)
        if isinstance(made, Envelope):
            yield delivery, made
        else:
            _learn(run, line, _answered(run, delivery, made))


def _made(run: Handover, delivery: Delivery) -> Envelope | NothingChosen | Unbuildable:
    rendering = run.variants.of(delivery.variant)
    if rendering is None:
        return NothingChosen()
    try:
        return envelope_for(run.app, run.kept, rendering, delivery)
    except MessageError as error:
        return Unbuildable(reason=str(error))


def _answered(run: Handover, delivery: Delivery, outcome: SendOutcome) -> Answered:
    settings = run.app.config.settings.deliver
    policy = RetryPolicy(
        retry=settings.retry, max_retry=settings.max_retry, lifetime=settings.lifetime
    )
    jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
    settlement = settle(delivery, outcome, policy=policy, now=run.app.clock(), jitter=jitter)
    return Answered(delivery=delivery, outcome=outcome, settlement=settlement)


def _learn(run: Handover, line: Line, answered: Answered) -> None:
    """Take an answer in and have it recorded, with those whose probation it ends."""
    kept = _on_probation(run, answered) if line.learn(answered) else answered
    try:
        run.recorder.put(*line.cleared(answered), kept)
    except StoreError as error:
        run.fail(error)
    if reason := line.stop_reason(answered):
        run.halt(reason)


def _on_probation(run: Handover, answered: Answered) -> Answered:
    """The refusal as it is kept while it may be about us: to be tried again."""
    retry = run.app.clock() + run.app.config.settings.deliver.retry
    deferred = replace(answered.settlement, state=DeliveryState.DEFERRED, next_attempt_at=retry)
    return replace(answered, settlement=deferred)
