"""One delivery run over one issue: what its workers share, and how answers are recorded."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from digest.app import App
from digest.deliver.policy import hard_bounce
from digest.errors import StoreError
from digest.model import (
    Delivery,
    DeliveryState,
    KeptIssue,
    Settlement,
    SuppressionReason,
)
from digest.pipeline.dispatcher import Dispatcher
from digest.pipeline.guard import GUARDED, Guard
from digest.pipeline.line import Answered
from digest.pipeline.pauses import Pauses
from digest.pipeline.recorder import Recorder
from digest.pipeline.variants import Variants

log = structlog.get_logger(__name__)

OnSettled = Callable[[Delivery, Settlement], None]


def ignore(_delivery: Delivery, _settlement: Settlement) -> None:
    """Watch nothing: the :data:`OnSettled` of those who do not ask."""


@dataclass(slots=True, kw_only=True)
class Handover:
    """One run over one issue: what its workers share. ``stop`` drains it from outside.

    ``patience`` is how long it waits for a rate to let somebody through. ``error`` is what broke
    it, where something did.
    """

    app: App
    kept: KeptIssue
    variants: Variants
    owner: str
    stop: threading.Event
    on_settled: OnSettled
    patience: timedelta
    recorder: Recorder = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    guard: Guard = field(init=False)
    reasons: list[str] = field(default_factory=list)
    error: StoreError | None = None

    def __post_init__(self) -> None:
        """Make the recorder, whose groups are as large as what a connection has in flight."""
        group = max(relay.window for relay in self.app.relays.all)
        self.recorder = Recorder(self._keep, group=group)
        self.guard = Guard(self.app, self.kept)
        pauses = Pauses(self.patience)
        self.dispatcher = Dispatcher(
            self.app, self.kept, owner=self.owner, pauses=pauses, halt=self.halt
        )

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
        settlements = [one.settlement for one in answers]
        store.ledger.settle(settlements, now=now)
        for one in answers:
            self._tell(one)
            self.on_settled(one.delivery, one.settlement)
        if reason := self.guard.watch(settlements):
            self.halt(f"{GUARDED}: {reason}")

    def _tell(self, answered: Answered) -> None:
        if answered.settlement.state is not DeliveryState.SENT:
            log.info(
                "delivery.not_sent",
                issue=self.kept.issue.slug,
                subscriber=answered.delivery.subscriber_id,
                state=str(answered.settlement.state),
                cause=str(answered.settlement.cause or ""),
                note=answered.settlement.note,
            )
