"""What servers answered, on its way into the ledger: many answers in one transaction.

An answer is recorded at once where the last group is ``HOLD_SECONDS`` ago, and never later than
that; sooner when a group is full. So what a crash can cost is known: what is in flight, and one
group.
"""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from digest.errors import StoreError
from digest.pipeline.line import Answered

HOLD_SECONDS = 0.02
"""How long an answer waits for others at most."""

_PAUSES = (0.1, 0.5, 2.0)

Keep = Callable[[Sequence[Answered]], None]


class Recorder:
    """Collects answers of any number of threads and hands them to ``keep`` in groups, in order.

    A group that cannot be kept is tried again a few times; what fails for good is held until
    :meth:`close`, which tries once more.
    """

    def __init__(self, keep: Keep, *, group: int) -> None:
        self._keep = keep
        self._group = group
        self._waiting: list[Answered] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()
        self._any = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="record", daemon=True)
        self._broken: StoreError | None = None
        self._kept_at = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def put(self, *answers: Answered) -> None:
        """Take answers in; where the time has come, what is here is kept before this returns.

        :raises StoreError: when that is impossible; the answers are held all the same.
        """
        with self._list:
            self._waiting.extend(answers)
            full = len(self._waiting) >= self._group
        if full or time.monotonic() - self._kept_at > HOLD_SECONDS:
            self.flush()
        else:
            self._any.set()

    def flush(self) -> None:
        """Keep everything that is here now.

        :raises StoreError: when that is impossible, or was before.
        """
        with self._turn:
            if self._broken:
                raise self._broken
            try:
                self._keep_patiently()
            except StoreError as error:
                self._broken = error
                raise

    def close(self) -> None:
        """Keep what is left and take no more.

        :raises StoreError: when that is impossible; the next run finds those rows uncertain.
        """
        with self._list:
            self._closing.set()
            self._any.set()
        self._thread.join()
        with self._turn:
            self._keep_patiently()

    def _keep_patiently(self) -> None:
        for pause in (*_PAUSES, None):
            try:
                self._keep_all()
            except StoreError:
                if pause is None:
                    raise
                time.sleep(pause)
            else:
                return

    def _keep_all(self) -> None:
        with self._list:
            answers, self._waiting = self._waiting, []
            if not self._closing.is_set():
                # Once it is, nobody would wake the ticking thread again.
                self._any.clear()
        if not answers:
            return
        try:
            self._keep(answers)
        except BaseException:
            with self._list:
                self._waiting[:0] = answers
            raise
        self._kept_at = time.monotonic()

    def _tick(self) -> None:
        """Keep what has waited long enough. A failure is told to whoever puts or flushes next."""
        while self._any.wait() and not self._closing.wait(HOLD_SECONDS):
            try:
                self.flush()
            except StoreError:
                return
