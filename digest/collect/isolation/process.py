"""A parser process as the program sees it: its start, the pipes to it, its time and its end."""

import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from digest.collect.isolation.wire import LENGTH

_START = (
    "import sys; sys.path.append(sys.argv[1]); from digest.collect.isolation.worker import main;"
    " main(float(sys.argv[2]), int(sys.argv[3]))"
)
_PACKAGES = str(Path(__file__).resolve().parents[3])
# What an interpreter may need to start; secrets in the environment are none of a parser's business.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")
_GRACE = 15.0
_MAX_DOCUMENTS = 1_000
_MAX_BYTES = 100_000_000
_MAX_ANSWER = 200_000_000
_CHUNK = 1 << 18


class ParserProcess:
    """A running parser, which takes at most ``timeout`` seconds and ``memory`` bytes a document.

    ``late`` says that it was overdue.
    """

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
