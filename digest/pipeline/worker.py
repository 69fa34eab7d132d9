"""The workers of a delivery run, one for each connection to a relay: hand over, learn, settle."""

import random
from collections.abc import Iterator
from dataclasses import replace

from digest.deliver.pacing.answers import Alert
from digest.deliver.pacing.breaker import Change
from digest.deliver.policy import RetryPolicy, settle
from digest.errors import HandOffError, MessageError, StoreError
from digest.model import (
    Delivery,
    DeliveryState,
    Envelope,
    Lost,
    NothingChosen,
    Relay,
    SendOutcome,
    Takes,
    Unbuildable,
)
from digest.pipeline.dispatcher import LOOK_AGAIN, SHORTLY
from digest.pipeline.handover import Handover
from digest.pipeline.letters import envelope_for
from digest.pipeline.line import Admitted, Answered, Line
from digest.pipeline.relays import tell
from digest.pipeline.supply import Supply
from digest.ports import MailSession


def work(run: Handover, relay: Relay) -> None:
    """Use one connection to a relay until nobody is due or the run ends."""
    worker = Worker(run, relay)
    try:
        while not run.is_ending() and worker.goes_on():
            pass
        worker.conclude()
    except StoreError as error:
        run.fail(error)
    finally:
        worker.close()


class Worker:
    """One connection to a relay, what is in hand for it, and what is under way on it."""

    def __init__(self, run: Handover, relay: Relay) -> None:
        self._run = run
        self._relay = relay.name
        self._line = Line(run.app.mailer, relay.name)
        self._supply = Supply(
            run.app, run.dispatcher, relay, owner=run.owner, settle_first=run.recorder.flush
        )
        self._under_way: dict[int, Admitted] = {}
        self._broken = False

    def goes_on(self) -> bool:
        """Hand over what may go now, or wait for it; False where nobody is to be expected."""
        first = self._supply.take()
        if first is None:
            return self._waits()
        self._under_way[first.delivery.id] = first
        try:
            session = self._line.open()
        except HandOffError as error:
            # Another relay may do; when none does, we are told.
            now = self._run.app.clock()
            self._note(self._run.app.relays.unreachable(self._relay, str(error), now=now))
            self._let_go()
        else:
            self._hand_over(session, first)
        return True

    def conclude(self) -> None:
        """Make final what was on probation, if the relay works."""
        relays = self._run.app.relays
        if not self._run.reasons and relays.serves(self._relay, now=self._run.app.clock()):
            self._run.recorder.put(*self._line.clear())

    def close(self) -> None:
        """Hang up, and let go of whoever is still in hand."""
        self._line.close()
        self._run.dispatcher.drop(self._under_way.values())
        self._under_way.clear()
        self._supply.put_back()

    def _waits(self) -> bool:
        run = self._run
        pause, now = run.dispatcher.pause(), run.app.clock()
        if pause is None:
            return False
        if pause > SHORTLY:
            # No server bears such silence.
            self._line.close()
        run.stop.wait(pause.total_seconds())
        return pause <= LOOK_AGAIN or run.app.clock() > now

    def _hand_over(self, session: MailSession, first: Admitted) -> None:
        """Use the connection until it breaks, or nobody may go by this relay now."""
        self._broken, lost = False, False
        for one, outcome in session.stream(self._letters(first, session.takes)):
            self._learn(one, outcome)
            if isinstance(outcome, Lost) and not lost:
                lost = True
                # However many messages were on it, that is one connection.
                relays, now = self._run.app.relays, self._run.app.clock()
                self._note(relays.hung_up(self._relay, outcome.reason, now=now))
        if lost or self._broken:
            self._line.close()
        if self._broken:
            self._let_go()
        self._run.dispatcher.freed()

    def _letters(self, first: Admitted, takes: Takes) -> Iterator[tuple[Admitted, Envelope]]:
        """Messages as the connection asks for them. Whoever gets none is settled on the way.

        A ledger that breaks ends the run only after what is in flight was answered.
        """
        one: Admitted | None = first
        while one is not None:
            self._under_way[one.delivery.id] = one
            made = _made(self._run, one.delivery, takes)
            if isinstance(made, Envelope):
                yield one, made
            else:
                self._learn(one, made)
            if self._run.is_ending() or self._broken:
                return
            try:
                one = self._supply.take()
            except StoreError as error:
                self._run.fail(error)
                return

    def _learn(self, one: Admitted, outcome: SendOutcome) -> None:
        """Take an answer in and have it recorded, with those whose probation it ends."""
        run = self._run
        del self._under_way[one.delivery.id]
        self._note(run.app.relays.done(one.ticket, outcome, now=run.app.clock()))
        answered = _answered(run, one.delivery, outcome)
        kept = _on_probation(run, answered) if self._line.learn(answered) else answered
        try:
            run.recorder.put(*self._line.cleared(answered), kept)
        except StoreError as error:
            run.fail(error)

    def _note(self, alert: Alert | None) -> None:
        """Tell that a relay broke or is mended; the run ends when none is left."""
        if alert is None:
            return
        app = self._run.app
        try:
            tell(app, alert)
        except StoreError as error:
            self._run.fail(error)
        if alert.change is Change.BROKEN:
            self._broken = True
            if reason := app.relays.down_reason(now=app.clock()):
                self._run.halt(reason)

    def _let_go(self) -> None:
        """Leave whoever was to go by this relay to the others."""
        self._supply.put_back(self._under_way.values())
        self._under_way.clear()


def _made(
    run: Handover, delivery: Delivery, takes: Takes
) -> Envelope | NothingChosen | Unbuildable:
    rendering = run.variants.of(delivery.variant, delivery.arm)
    if rendering is None:
        return NothingChosen()
    try:
        return envelope_for(run.app, run.kept, rendering, delivery, takes=takes)
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


def _on_probation(run: Handover, answered: Answered) -> Answered:
    """The refusal as it is kept while it may be about us: to be tried again."""
    retry = run.app.clock() + run.app.config.settings.deliver.retry
    deferred = replace(answered.settlement, state=DeliveryState.DEFERRED, next_attempt_at=retry)
    return replace(answered, settlement=deferred)
