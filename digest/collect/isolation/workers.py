"""Documents read apart: in processes that may hang, swell or crash without harm to others.

Python's own process pools were passed over: they run the main script again in each child, unpickle
whatever a child sends, and cannot end one of them without breaking the pool.
"""

import signal
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from typing import TypeVar

from digest.collect.isolation.process import ParserProcess
from digest.collect.isolation.wire import (
    Task,
    decode_article,
    decode_picture,
    decode_result,
    encode_task,
)
from digest.model import (
    ArticleJob,
    ArticleResult,
    NoArticle,
    NoPicture,
    ParseFailed,
    ParseJob,
    ParseResult,
    PictureJob,
    PictureResult,
)

_Tag = TypeVar("_Tag")
_Job = TypeVar("_Job", bound=Task)
_Result = TypeVar("_Result")

_LAST_BREATH = 2.0
_MEGABYTE = 1_000_000


class ParserPool:
    """Reads documents, articles' pages and pictures in ``count`` processes of their own.

    Each document may take ``timeout`` and each process ``memory`` bytes. Processes start when
    they are first needed and serve until :meth:`close`, or until they have done their share; they
    end by themselves when the program does.
    """

    def __init__(self, *, count: int, timeout: timedelta, memory: int) -> None:
        self._count = count
        self._timeout = timeout.total_seconds()
        self._memory = memory
        self._idle: list[ParserProcess] = []
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _end_all, self._idle)

    def parse_all(
        self, jobs: Iterable[tuple[_Tag, ParseJob | None]]
    ) -> Iterator[tuple[_Tag, ParseResult | None]]:
        """Results in the order they are ready; at most two documents a process are in memory."""
        return self._each(jobs, self._parse)

    def articles(
        self, jobs: Iterable[tuple[_Tag, ArticleJob | None]]
    ) -> Iterator[tuple[_Tag, ArticleResult | None]]:
        """As :meth:`parse_all`, with the same limits."""
        return self._each(jobs, self._article)

    def pictures(
        self, jobs: Iterable[tuple[_Tag, PictureJob | None]]
    ) -> Iterator[tuple[_Tag, PictureResult | None]]:
        """As :meth:`parse_all`, with the same limits."""
        return self._each(jobs, self._picture)

    def close(self) -> None:
        """End the processes; a later call of the other methods starts new ones."""
        with self._lock:
            _end_all(self._idle)

    def _each(
        self, jobs: Iterable[tuple[_Tag, _Job | None]], read: Callable[[_Job], _Result]
    ) -> Iterator[tuple[_Tag, _Result | None]]:
        waiting: dict[Future[_Result], _Tag] = {}
        threads = ThreadPoolExecutor(self._count, thread_name_prefix="parser")
        try:
            for tag, job in jobs:
                if job is None:
                    yield tag, None
                else:
                    waiting[threads.submit(read, job)] = tag
                full = len(waiting) >= 2 * self._count
                for done in _finished(waiting, timeout=None if full else 0):
                    yield waiting.pop(done), done.result()
            while waiting:
                for done in _finished(waiting, timeout=None):
                    yield waiting.pop(done), done.result()
        finally:
            threads.shutdown(cancel_futures=True)

    def _parse(self, job: ParseJob) -> ParseResult:
        answer = self._done(job, partial(decode_result, url=job.url))
        return ParseFailed(reason=f"the document {answer}") if isinstance(answer, str) else answer

    def _article(self, job: ArticleJob) -> ArticleResult:
        answer = self._done(job, decode_article)
        if isinstance(answer, str):
            return NoArticle(reason=f"the page {answer}", unread=True)
        return answer

    def _picture(self, job: PictureJob) -> PictureResult:
        answer = self._done(job, decode_picture)
        return NoPicture(reason=answer, unread=True) if isinstance(answer, str) else answer

    def _done(self, task: Task, decode: Callable[[bytes], _Result]) -> _Result | str:
        """What came of a task, or what is to be said of its document when nothing did."""
        try:
            worker = self._worker()
        except OSError as error:
            return f"is not read, as no parser process can be started ({error.strerror})"
        answer = worker.ask(encode_task(task), timeout=self._timeout)
        if answer is None:
            return self._ended(worker)
        if not answer:
            worker.end()
            return self._too_big()
        try:
            result = decode(answer)
        except (ValueError, TypeError, RecursionError):
            worker.end()
            return "went wrong in the parser in a way it never should"
        self._give_back(worker)
        return result

    def _worker(self) -> ParserProcess:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.end()
        return ParserProcess(timeout=self._timeout, memory=self._memory)

    def _give_back(self, worker: ParserProcess) -> None:
        with self._lock:
            # Rounds that overlap start more than are kept.
            if not worker.worn and len(self._idle) < self._count:
                self._idle.append(worker)
                return
        worker.end()

    def _ended(self, worker: ParserProcess) -> str:
        """Why there was no answer."""
        code = worker.end(patience=0.0 if worker.late else _LAST_BREATH)
        if worker.late or code == -signal.SIGALRM:
            return f"took longer than {self._timeout:g} seconds to read"
        if code in (-signal.SIGABRT, -signal.SIGKILL):  # Rust's answer to, or the system's
            return self._too_big()
        if code > 0:
            return f"cannot be read: the parser's process ended by itself, with exit code {code}"
        return "crashes the parser; it is not read"

    def _too_big(self) -> str:
        return f"needs more than {self._memory // _MEGABYTE} MB to be read"


def _finished(
    waiting: dict[Future[_Result], _Tag], *, timeout: float | None
) -> list[Future[_Result]]:
    """Those that are done; one at least with no ``timeout``."""
    return list(wait(waiting, timeout, FIRST_COMPLETED).done) if waiting else []


def _end_all(workers: list[ParserProcess]) -> None:
    while workers:
        workers.pop().end()
