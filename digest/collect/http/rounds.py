"""A round of requests: an event loop in a thread of its own, and a queue back to the caller."""

import asyncio
import gc
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from digest.collect.http.addresses import host_of
from digest.model import FetchAnswer, Fetched, FetchRequest, FetchResult

_RESOLVER_THREADS = 32
# So many objects more than there were, and the collector of cycles looks at the young ones.
_MORE_OBJECTS = 50_000
# Bodies that wait to be taken, in bytes, from which on nothing more is handed over.
_MOST_HELD = 64_000_000
# So long answers wait for each other.
_TOGETHER_SECONDS = 0.01


class Ask(Protocol):
    """Asks for one URL. Never raises for what the network does."""

    def __call__(self, request: FetchRequest, *, last: bool) -> Awaitable[FetchResult]:
        """``last`` says that nothing else is waiting to be asked at this host."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests are under way at once: in all, and at one host."""

    concurrency: int
    per_host: int


class Round:
    """One round over some requests.

    :param door: opened inside the loop, it gives what asks for one URL.
    """

    def __init__(
        self,
        requests: Sequence[FetchRequest],
        limits: Limits,
        *,
        door: Callable[[], AbstractAsyncContextManager[Ask]],
    ) -> None:
        self._limits = limits
        self._door = door
        self._loop = _event_loop()
        # A host stands here as often as it may be asked at once: who takes it asks one of its URLs.
        self._turns = deque(_turns(requests, limits.per_host))
        self._handover = _Handover(self._loop, few=limits.concurrency)

    def answers(self) -> Iterator[FetchAnswer]:
        """Start, hand on what arrives, and leave nothing running."""
        main = self._loop.create_task(self._ask_all())
        thread = threading.Thread(target=self._run, args=(main,), name="fetch", daemon=True)
        thread.start()
        try:
            with _RARE_COLLECTIONS.during():
                yield from self._handover.taken()
        finally:
            _call(self._loop, main.cancel)
            thread.join()

    def _run(self, main: asyncio.Task[None]) -> None:
        names = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolve")
        self._loop.set_default_executor(names)
        failure: BaseException | None = None
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(main)
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            failure = error
        finally:
            # A name server that never answers must not hold up the round.
            names.shutdown(wait=False, cancel_futures=True)
            self._loop.close()
            self._handover.end(failure)

    async def _ask_all(self) -> None:
        lanes = min(self._limits.concurrency, len(self._turns))
        async with self._door() as ask, asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(self._lane(ask))

    async def _lane(self, ask: Ask) -> None:
        """Take turns while there are any; those under way elsewhere are taken up there again."""
        while self._turns:
            pending = self._turns.popleft()
            if not pending:
                continue
            request = pending.popleft()
            result = await ask(request, last=not pending)
            if pending:
                self._turns.append(pending)
            await self._handover.give(FetchAnswer(request=request, result=result))


class _Handover:
    """From the loop's thread to the caller's: so many answers, and so many bytes, then we wait.

    :param few: where there are no more than these, there is room again.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, few: int) -> None:
        self._loop = loop
        self._few = few
        self._answers: SimpleQueue[deque[FetchAnswer] | BaseException | None] = SimpleQueue()
        # Those of a moment go together: each on its own would wake the other thread.
        self._together: deque[FetchAnswer] = deque()
        # Of each pair, one number is written by the loop's thread only, the other by the caller's.
        self._given = self._taken = 0
        self._given_bytes = self._taken_bytes = 0
        self._room = asyncio.Event()
        self._waiting = 0

    async def give(self, answer: FetchAnswer) -> None:
        """Hand over, once there is room."""
        while self._is_full():
            self._waiting += 1
            self._room.clear()
            # Looked at again: it may have been emptied before it was known that we wait.
            if self._is_full():
                await self._room.wait()
            self._waiting -= 1
        self._given += 1
        self._given_bytes += _size(answer)
        if not self._together:
            self._loop.call_later(_TOGETHER_SECONDS, self._put)
        self._together.append(answer)

    def end(self, failure: BaseException | None) -> None:
        """Nothing more comes, because of this or because that was all."""
        self._put()
        self._answers.put(failure)

    def taken(self) -> Iterator[FetchAnswer]:
        """The answers, in the caller's thread."""
        while (arrived := self._answers.get()) is not None:
            if isinstance(arrived, BaseException):
                raise arrived
            while arrived:
                answer = arrived.popleft()
                self._taken += 1
                self._taken_bytes += _size(answer)
                if self._waiting and self._has_room():
                    _call(self._loop, self._room.set)
                yield answer

    def _put(self) -> None:
        if not self._together:
            return
        together, self._together = self._together, deque()
        self._answers.put(together)

    def _is_full(self) -> bool:
        held, held_bytes = self._given - self._taken, self._given_bytes - self._taken_bytes
        return held >= 2 * self._few or held_bytes >= _MOST_HELD

    def _has_room(self) -> bool:
        held, held_bytes = self._given - self._taken, self._given_bytes - self._taken_bytes
        return held <= self._few and held_bytes <= _MOST_HELD // 2


def _size(answer: FetchAnswer) -> int:
    return len(answer.result.body) if isinstance(answer.result, Fetched) else 0


def _call(loop: asyncio.AbstractEventLoop, action: Callable[[], object]) -> None:
    # The loop may have finished, and closed, in the meantime.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(action)


class _RareCollections:
    """While any round is on, cycles are looked for rarely: most of what it makes is none.

    The threshold is the whole process's; the last round to end puts it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rounds = 0
        self._usual = gc.get_threshold()

    @contextmanager
    def during(self) -> Iterator[None]:
        """A round."""
        with self._lock:
            if not self._rounds:
                self._usual = gc.get_threshold()
                # Where it is 0, nothing is looked for at all, and that is to stay so.
                young = self._usual[0] and max(_MORE_OBJECTS, self._usual[0])
                gc.set_threshold(young, *self._usual[1:])
            self._rounds += 1
        try:
            yield
        finally:
            with self._lock:
                self._rounds -= 1
                if not self._rounds:
                    gc.set_threshold(*self._usual)


_RARE_COLLECTIONS = _RareCollections()


def _event_loop() -> asyncio.AbstractEventLoop:
    """The faster loop, where there is one."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    from digest.collect.http.loop import FetchLoop

    return FetchLoop()


def _turns(requests: Sequence[FetchRequest], per_host: int) -> Iterator[deque[FetchRequest]]:
    hosts: dict[str, deque[FetchRequest]] = {}
    for request in requests:
        hosts.setdefault(host_of(request.url), deque()).append(request)
    for pending in hosts.values():
        yield from [pending] * min(per_host, len(pending))
