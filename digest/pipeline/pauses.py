"""How long a run has to wait until somebody who was put off for a rate is due."""

import heapq
import threading
from datetime import datetime, timedelta


class Pauses:
    """The times that were promised in one run; its workers share them.

    ``patience`` is how long a run waits for the next one; zero ends it instead.
    """

    def __init__(self, patience: timedelta) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._times: list[datetime] = []

    def note(self, at: datetime) -> None:
        """Somebody is due at that time."""
        with self._lock:
            heapq.heappush(self._times, at)

    def until_next(self, *, now: datetime) -> timedelta | None:
        """How long it is until the next is due; None for nobody, or nobody soon enough.

        Those due by ``now`` are left out: whoever asks has just looked for them.
        """
        with self._lock:
            while self._times and self._times[0] <= now:
                heapq.heappop(self._times)
            wait = self._times[0] - now if self._times else None
        return None if wait is None or wait > self._patience else wait
