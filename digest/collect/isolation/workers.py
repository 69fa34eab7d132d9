"""Documents parsed apart: in processes that may hang, swell or crash without harm to others.

Python's own process pools were passed over: they run the main script again in each child, unpickle
whatever a child sends, and cannot end one of them without breaking the pool.
"""

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, TypeVar, cast

from digest.collect.isolation.wire import LENGTH, decode_result, encode_job
from digest.model import ParseFailed, ParseJob, ParseResult

_Tag = TypeVar("_Tag")

_START = (
    "import sys; sys.path.append(sys.argv[1]); from digest.collect.isolation.worker import main;"
    " main(float(sys.argv[2]), int(sys.argv[3]))"
)
_PACKAGES = str(Path(__file__).resolve().parents[3])
# What an interpreter may need to start; secrets in the environment are none of a parser's business.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")
_GRACE = 15.0
_LAST_BREATH = 2.0
_MAX_DOCUMENTS = 1_000
_MAX_BYTES = 100_000_000
_MAX_ANSWER = 200_000_000
_CHUNK = 1 << 18
_MEGABYTE = 1_000_000


class ParserPool:
    """Reads documents in ``count`` processes of their own.

    Each document may take ``timeout`` and each process ``memory`` bytes. Processes start when
    they are first needed and serve until :meth:`close`, or until they have done their share; they
    end by themselves when the program does.
    """

    def __init__(self, *, count: int, timeout: timedelta, memory: int) -> None:
        self._count = count
        self._timeout = timeout.total_seconds()
        self._memory = memory
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _end_all, self._idle)

    def parse_all(
        self, jobs: Iterable[tuple[_Tag, ParseJob | None]]
    ) -> Iterator[tuple[_Tag, ParseResult | None]]:
        """Results in the order they are ready; at most two documents a process are in memory."""
        waiting: dict[Future[ParseResult], _Tag] = {}
        threads = ThreadPoolExecutor(self._count, thread_name_prefix="parser")
        try:
            for tag, job in jobs:
                if job is None:
                    yield tag, None
                else:
                    waiting[threads.submit(self._parse, job)] = tag
                full = len(waiting) >= 2 * self._count
                for done in _finished(waiting, timeout=None if full else 0):
                    yield waiting.pop(done), done.result()
            while waiting:
                for done in _finished(waiting, timeout=None):
                    yield waiting.pop(done), done.result()
        finally:
            threads.shutdown(cancel_futures=True)

    def close(self) -> None:
        """End the processes; a later call of :meth:`parse_all` starts new ones."""
        with self._lock:
            _end_all(self._idle)

    def _parse(self, job: ParseJob) -> ParseResult:
        try:
            worker = self._worker()
        except OSError as error:
            return ParseFailed(reason=f"no parser process can be started ({error.strerror})")
        answer = worker.ask(encode_job(job), timeout=self._timeout)
        if answer is None:
            return ParseFailed(reason=self._ended(worker))
        if not answer:
            worker.end()
            return ParseFailed(reason=self._too_big())
        self._give_back(worker)
        try:
            return decode_result(answer, url=job.url)
        except (ValueError, TypeError, RecursionError):
            worker.end()
            return ParseFailed(reason="reading the document went wrong in a way it never should")

    def _worker(self) -> "_Worker":
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.end()
        return _Worker(timeout=self._timeout, memory=self._memory)

    def _give_back(self, worker: "_Worker") -> None:
        with self._lock:
            # Rounds that overlap start more than are kept.
            if not worker.worn and len(self._idle) < self._count:
                self._idle.append(worker)
                return
        worker.end()

    def _ended(self, worker: "_Worker") -> str:
        """Why there was no answer, as a sentence."""
        code = worker.end(patience=0.0 if worker.late else _LAST_BREATH)
        if worker.late or code == -signal.SIGALRM:
            return f"the document took longer than {self._timeout:g} seconds to read"
        if code in (-signal.SIGABRT, -signal.SIGKILL):  # Rust's answer to, or the system's
            return self._too_big()
        return "the document crashes the parser; it is not read"

    def _too_big(self) -> str:
        return f"the document needs more than {self._memory // _MEGABYTE} MB to be read"


class _Worker:
    """A parser process and the pipes to it."""

    def __init__(self, *, timeout: float, memory: int) -> None:
        self.late = False
        self._documents = 0
        self._bytes = 0
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-P", "-c", _START, _PACKAGES, str(timeout), str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            bufsize=0,
        )
        # Pipes were asked for, so they are there.
        self._in = cast("IO[bytes]", self._process.stdin)
        self._out = cast("IO[bytes]", self._process.stdout)
        os.set_blocking(self._in.fileno(), False)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def worn(self) -> bool:
        """Whether it has done its share; memory it took for large documents is never given back."""
        return self._documents >= _MAX_DOCUMENTS or self._bytes >= _MAX_BYTES

    def ask(self, data: bytes, *, timeout: float) -> bytes | None:
        """The answer to one document; None when the process ended or was overdue.

        The process keeps the time itself, from when it has the document; what is allowed on top
        is for its start, and for the machine to be busy.
        """
        self._documents += 1
        self._bytes += len(data)
        deadline = time.monotonic() + timeout + _GRACE
        message = memoryview(len(data).to_bytes(LENGTH) + data)
        received = bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(self._out, selectors.EVENT_READ)
            ready.register(self._in, selectors.EVENT_WRITE)
            while not _complete(received):
                left = deadline - time.monotonic()
                keys = ready.select(left) if left > 0 else []
                if not keys:
                    self.late = True
                    return None
                for key, _ in keys:
                    if key.fileobj is self._in:
                        message = self._write(message)
                        if not message:
                            ready.unregister(self._in)
                    elif not self._read(received):
                        return None
        return bytes(received[LENGTH:])

    def _write(self, message: memoryview) -> memoryview:
        try:
            return message[os.write(self._in.fileno(), message[:_CHUNK]) :]
        except BlockingIOError:
            return message
        except BrokenPipeError:  # what it had to say is still to be read
            return message[:0]

    def _read(self, received: bytearray) -> bool:
        """Whether more arrived, and no more than an answer can be."""
        chunk = os.read(self._out.fileno(), _CHUNK)
        received += chunk
        return bool(chunk) and len(received) <= _MAX_ANSWER

    def end(self, *, patience: float = 0.0) -> int:
        """End the process; the code it ended with, by itself within ``patience`` seconds or by us.

        Pipes close a moment before a process is gone, and only its own code says why it went.
        """
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._in, self._out):
            pipe.close()
        return self._process.returncode


def _complete(received: bytearray) -> bool:
    return len(received) >= LENGTH and len(received) - LENGTH >= int.from_bytes(received[:LENGTH])


def _finished(
    waiting: dict[Future[ParseResult], _Tag], *, timeout: float | None
) -> list[Future[ParseResult]]:
    """Those that are done; one at least with no ``timeout``."""
    return list(wait(waiting, timeout, FIRST_COMPLETED).done) if waiting else []


def _end_all(workers: "list[_Worker]") -> None:
    while workers:
        workers.pop().end()
