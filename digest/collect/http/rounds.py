"""A round of requests: an event loop in a thread of its own, and a queue back to the caller."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol
from urllib.parse import urlsplit

from digest.model import FetchAnswer, FetchRequest, FetchResult

_RESOLVER_THREADS = 32


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
        self._answers: SimpleQueue[FetchAnswer | BaseException | None] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        # A host stands here as often as it may be asked at once: who takes it asks one of its URLs.
        self._turns = deque(_turns(requests, limits.per_host))
        # Answers not yet taken are held in memory, bodies and all: so many, then we wait.
        self._most_waiting = 2 * limits.concurrency
        self._room = asyncio.Event()
        self._waiting = 0

    def answers(self) -> Iterator[FetchAnswer]:
        """Start, hand on what arrives, and leave nothing running."""
        main = self._loop.create_task(self._ask_all())
        thread = threading.Thread(target=self._run, args=(main,), name="fetch", daemon=True)
        thread.start()
        try:
            while (answer := self._answers.get()) is not None:
                if isinstance(answer, BaseException):
                    raise answer
                if self._waiting and self._answers.qsize() <= self._limits.concurrency:
                    self._call(self._room.set)
                yield answer
        finally:
            self._call(main.cancel)
            thread.join()

    def _call(self, action: Callable[[], object]) -> None:
        # The loop may have finished, and closed, in the meantime.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(action)

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
            self._answers.put(failure)

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
            await self._hand_over(FetchAnswer(request=request, result=result))

    async def _hand_over(self, answer: FetchAnswer) -> None:
        while self._answers.qsize() >= self._most_waiting:
            self._waiting += 1
            self._room.clear()
            # Looked at again: it may have been emptied before it was known that we wait.
            if self._answers.qsize() >= self._most_waiting:
                await self._room.wait()
            self._waiting -= 1
        self._answers.put(answer)


def _turns(requests: Sequence[FetchRequest], per_host: int) -> Iterator[deque[FetchRequest]]:
    hosts: dict[str, deque[FetchRequest]] = {}
    for request in requests:
        hosts.setdefault(_host_of(request.url), deque()).append(request)
    for pending in hosts.values():
        yield from [pending] * min(per_host, len(pending))


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
