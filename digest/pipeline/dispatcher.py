"""The recipients of a run, on their way to the workers: claimed, and asked for among the relays."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.app import App
from digest.deliver.pacing.answers import Down, Later, Ticket
from digest.model import Delivery, DeliveryState, KeptIssue, Relay, Settlement
from digest.pipeline.line import Admitted
from digest.pipeline.pauses import Pauses
from digest.pipeline.relays import share_uses

SHORTLY = timedelta(seconds=5)
"""Whoever may go within this time is waited for; who has to wait longer is put off."""

LOOK_AGAIN = timedelta(milliseconds=20)
"""How soon a worker looks again for what others may leave to it."""

_SHARE_EVERY = timedelta(seconds=1)
# A claim that is used up sooner is followed by one twice as large, up to so many batches: each
# costs three writes to the disk, however many it takes.
_SOON_SECONDS = 1.0
_MOST_BATCHES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parked:
    """A recipient who may go shortly: asked for again at ``at``, and put off after ``until``."""

    delivery: Delivery
    at: datetime
    until: datetime
    busy: bool


class Dispatcher:
    """Claims recipients in batches, asks the relays for each, and keeps those that may go ready.

    Its workers, one for each connection, share it. Each takes what is ready for its relay, and
    asks for more where that is too little: so it makes others ready too. ``halt`` is told when no
    relay is left.
    """

    def __init__(
        self,
        app: App,
        kept: KeptIssue,
        *,
        owner: str,
        pauses: Pauses,
        halt: Callable[[str], None],
    ) -> None:
        self._app = app
        self._kept = kept
        self._owner = owner
        self._pauses = pauses
        self._halt = halt
        self._lock = threading.Lock()
        self._claimed: deque[Delivery] = deque()
        self._parked: list[_Parked] = []
        self._ready: defaultdict[str, deque[Admitted]] = defaultdict(deque)
        self._held: list[Settlement] = []
        self._holding: dict[object, int] = {}
        self._empty_at: datetime | None = None
        self._shared_at = app.clock()
        self._halted = False
        self._size = 0
        self._claimed_at = -_SOON_SECONDS

    def take(self, worker: object, relay: Relay) -> Sequence[Admitted]:
        """As many recipients as one window of that relay, or fewer; ``worker`` has none left."""
        with self._lock:
            self._holding[worker] = 0
            ready = self._ready[relay.name]
            if ready and not self._app.relays.serves(relay.name, now=self._app.clock()):
                self._return(ready)
                ready.clear()
            if len(ready) < relay.window:
                self._admit(ready, relay.window)
            group = [ready.popleft() for _ in range(min(relay.window, len(ready)))]
            self._holding[worker] = len(group)
        return group

    def put_back(self, worker: object, left: Sequence[Admitted]) -> None:
        """Take back whom a worker cannot serve."""
        with self._lock:
            self._holding[worker] = 0
            self._return(left)

    def drop(self, some: Iterable[Admitted]) -> None:
        """Let go of those who do not get the issue any more."""
        for one in some:
            self._app.relays.drop(one.ticket, now=self._app.clock())

    def freed(self) -> None:
        """Ask at once again for those whose receiver or relay had too much under way."""
        with self._lock:
            now = self._app.clock()
            self._parked = [_due(one, now) if one.busy else one for one in self._parked]

    def pause(self) -> timedelta | None:
        """When to take again, after nothing was there; None where nobody is to be expected."""
        with self._lock:
            now = self._app.clock()
            times = [one.at for one in self._parked]
            again = self._claims_again_at()
            if again:
                times.append(again)
            if times:
                return max(min(times) - now, timedelta(0))
            others = any(self._holding.values()) or any(self._ready.values()) or self._claimed
            return LOOK_AGAIN if others else None

    def give_back(self) -> None:
        """Put whoever is left back in the queue, untouched."""
        with self._lock:
            for ready in self._ready.values():
                self._return(ready)
                ready.clear()
            self._settle_held()
            left = (*self._claimed, *(one.delivery for one in self._parked))
            self._settle([_untouched(delivery) for delivery in left])
            self._claimed.clear()
            self._parked.clear()

    def _admit(self, ready: Sequence[Admitted], enough: int) -> None:
        """Ask for recipients until enough are ready, or too many others have to wait."""
        now = self._app.clock()
        if now - self._shared_at >= _SHARE_EVERY:
            self._share_uses()
        due = [one for one in self._parked if one.at <= now]
        self._parked = [one for one in self._parked if one.at > now]
        for one in due:
            self._ask(one.delivery, until=one.until)
        most = max(enough, self._app.config.settings.deliver.batch)
        while len(ready) < enough and len(self._parked) < most and not self._halted:
            if not self._claimed and not self._claim():
                break
            self._ask(self._claimed.popleft())
        self._settle_held()

    def _ask(self, delivery: Delivery, *, until: datetime | None = None) -> None:
        now = self._app.clock()
        until = until or now + SHORTLY
        answer = self._app.relays.ask(delivery.address, now=now)
        if isinstance(answer, Ticket):
            self._ready[answer.relay].append(Admitted(delivery=delivery, ticket=answer))
        elif isinstance(answer, Down) and answer.everywhere:
            self._claimed.appendleft(delivery)
            self._halted = True
            self._halt(answer.reason)
        elif isinstance(answer, Later) and answer.at <= until:
            one = _Parked(delivery=delivery, at=answer.at, until=until, busy=answer.busy)
            self._parked.append(one)
        else:
            self._hold(delivery, answer)

    def _hold(self, delivery: Delivery, answer: Later | Down) -> None:
        """Put a recipient off, for no fault of theirs, until their time comes."""
        if isinstance(answer, Later):
            self._pauses.note(answer.at)
        held = Settlement(
            delivery_id=delivery.id,
            state=DeliveryState.DEFERRED if delivery.attempts else DeliveryState.QUEUED,
            note=answer.reason,
            next_attempt_at=answer.at,
            counts_as_attempt=False,
        )
        self._held.append(held)

    def _claim(self) -> bool:
        """Claim a batch, if somebody may be due; whether anybody was."""
        settings, now = self._app.config.settings.deliver, self._app.clock()
        if self._empty_at is not None:
            again = self._claims_again_at()
            if again is None or again > now:
                return False
        # Who was put off is due again only once the ledger says so.
        self._settle_held()
        self._share_uses()
        self._app.store.life.advance()
        self._claimed.extend(
            self._app.store.ledger.claim(
                self._kept.id,
                limit=self._next_size(settings.batch),
                owner=self._owner,
                until=now + settings.lease,
                now=now,
                cap=settings.frequency_cap,
            )
        )
        self._empty_at = None if self._claimed else now
        return bool(self._claimed)

    def _next_size(self, batch: int) -> int:
        """How many to claim: a batch, and more while claims are soon used up."""
        now = time.monotonic()
        soon = now - self._claimed_at < _SOON_SECONDS
        self._size = min(2 * self._size, _MOST_BATCHES * batch) if soon else batch
        self._claimed_at = now
        return self._size

    def _share_uses(self) -> None:
        share_uses(self._app)
        self._shared_at = self._app.clock()

    def _claims_again_at(self) -> datetime | None:
        """When the first of those who were put off is due, where nobody is now."""
        if self._empty_at is None:
            return None
        wait = self._pauses.until_next(now=self._empty_at)
        return None if wait is None else self._empty_at + wait

    def _return(self, some: Iterable[Admitted]) -> None:
        rows = list(some)
        self.drop(rows)
        self._claimed.extendleft(one.delivery for one in reversed(rows))

    def _settle_held(self) -> None:
        held, self._held = self._held, []
        try:
            self._settle(held)
        except BaseException:
            self._held = held
            raise

    def _settle(self, settlements: Sequence[Settlement]) -> None:
        if settlements:
            self._app.store.ledger.settle(settlements, now=self._app.clock())


def _due(one: _Parked, now: datetime) -> _Parked:
    return _Parked(delivery=one.delivery, at=min(one.at, now), until=one.until, busy=True)


def _untouched(delivery: Delivery) -> Settlement:
    return Settlement(delivery_id=delivery.id, state=DeliveryState.QUEUED, counts_as_attempt=False)
