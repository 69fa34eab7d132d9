"""A worker's recipients: claimed in batches, and begun in groups just before they may go out."""

import time
from collections import deque
from collections.abc import Callable, Iterable

from digest.app import App
from digest.errors import StoreError
from digest.model import Delivery, DeliveryState, KeptIssue, Settlement

FRESH_SECONDS = 1.0
"""How long it may be since a recipient was last seen to want the issue when it goes out."""


class Supply:
    """The recipients one worker has in hand.

    ``group`` of them at a time are begun, in one transaction: marked as being handed over, where
    they still want the issue and it is not paused. Before that, ``settle_first`` records what was
    answered, so that a crash finds three groups begun at most: answered, on the wire, next. Not for
    several threads.
    """

    def __init__(
        self,
        app: App,
        kept: KeptIssue,
        *,
        owner: str,
        group: int,
        settle_first: Callable[[], None],
    ) -> None:
        self._app = app
        self._kept = kept
        self._owner = owner
        self._group = group
        self._settle_first = settle_first
        self._claimed: deque[Delivery] = deque()
        self._begun: deque[Delivery] = deque()
        self._begun_at = 0.0

    def has_more(self) -> bool:
        """Whether anybody is in hand, after claiming where nobody was."""
        if not (self._begun or self._claimed):
            self._claim()
        return bool(self._begun or self._claimed)

    def take(self) -> Delivery | None:
        """The next recipient, begun; None where the rest must not go out or nobody is left."""
        while self.has_more():
            if not self._begun or time.monotonic() - self._begun_at > FRESH_SECONDS:
                self._begin()
            if self._begun:
                return self._begun.popleft()
        return None

    def give_back(self) -> None:
        """Put whoever was not taken back in the queue, untouched."""
        left = (*self._begun, *self._claimed)
        if left:
            self._app.store.ledger.settle(
                [
                    Settlement(
                        delivery_id=delivery.id,
                        state=DeliveryState.QUEUED,
                        counts_as_attempt=False,
                    )
                    for delivery in left
                ],
                now=self._app.clock(),
            )
        self._begun.clear()
        self._claimed.clear()

    def _claim(self) -> None:
        settings, now = self._app.config.settings.deliver, self._app.clock()
        self._app.store.life.advance()
        self._claimed.extend(
            self._app.store.ledger.claim(
                self._kept.id,
                limit=settings.batch,
                owner=self._owner,
                until=now + settings.lease,
                now=now,
            )
        )

    def _begin(self) -> None:
        self._settle_first()
        self._put_first(self._begun)
        self._begun.clear()
        group = [self._claimed.popleft() for _ in range(min(self._group, len(self._claimed)))]
        try:
            begun = self._app.store.ledger.begin_all(
                group, owner=self._owner, now=self._app.clock()
            )
        except StoreError:
            self._put_first(group)
            raise
        self._begun.extend(begun)
        self._begun_at = time.monotonic()

    def _put_first(self, deliveries: Iterable[Delivery]) -> None:
        self._claimed.extendleft(reversed(tuple(deliveries)))
