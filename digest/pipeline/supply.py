"""A worker's recipients: begun in groups just before they may go out by its relay."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from digest.app import App
from digest.model import Relay
from digest.pipeline.dispatcher import Dispatcher
from digest.pipeline.line import Admitted

FRESH_SECONDS = 0.02
"""How long it may be since a recipient was last seen to want the issue when it goes out.

A window of messages takes a fast server less; so only slow ones cost a look at the ledger more.
"""


class Supply:
    """The recipients one worker has in hand, all with tickets for its relay.

    A window of them at a time is begun, in one transaction: marked as being handed over, where
    they still want the issue and it is not paused; whoever then waits for longer than
    ``FRESH_SECONDS`` is looked at again. Before a group begins, ``settle_first`` records what was
    answered, so that a crash finds three groups begun at most: answered, on the wire, next. Not for
    several threads.
    """

    def __init__(
        self,
        app: App,
        dispatcher: Dispatcher,
        relay: Relay,
        *,
        owner: str,
        settle_first: Callable[[], None],
    ) -> None:
        self._app = app
        self._dispatcher = dispatcher
        self._relay = relay
        self._owner = owner
        self._settle_first = settle_first
        self._begun: deque[Admitted] = deque()
        self._seen_at = 0.0

    def take(self) -> Admitted | None:
        """The next recipient, begun; None where nobody may go by this relay now."""
        while True:
            if self._begun and self._may_go():
                return self._begun.popleft()
            group = tuple(self._begun) or self._dispatcher.take(self, self._relay)
            if not group:
                return None
            self._begin(group)

    def put_back(self, taken: Iterable[Admitted] = ()) -> None:
        """Let go of whoever was not taken, and of some who were: they may go by another relay."""
        self._dispatcher.put_back(self, (*taken, *self._begun))
        self._begun.clear()

    def _may_go(self) -> bool:
        """Whether those in hand want the issue still, as far as was seen of late."""
        if time.monotonic() - self._seen_at <= FRESH_SECONDS:
            return True
        rows = [one.delivery for one in self._begun]
        seen_at = time.monotonic()
        ledger, now = self._app.store.ledger, self._app.clock()
        if not ledger.all_may_go(rows, owner=self._owner, now=now):
            return False
        self._seen_at = seen_at
        return True

    def _begin(self, group: Sequence[Admitted]) -> None:
        self._begun = deque(group)
        self._settle_first()
        rows = [one.delivery for one in group]
        seen_at = time.monotonic()
        begun = self._app.store.ledger.begin_all(rows, owner=self._owner, now=self._app.clock())
        going = {delivery.id for delivery in begun}
        self._begun = deque(one for one in group if one.delivery.id in going)
        self._dispatcher.drop([one for one in group if one.delivery.id not in going])
        self._seen_at = seen_at
