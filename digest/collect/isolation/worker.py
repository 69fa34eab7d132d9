"""A parser process: reads documents from standard input, answers on standard output.

Started by :mod:`digest.collect.isolation.workers`, without the program's environment. A document
that takes too long ends the process from within, so that it ends even when nobody is left to end
it.
"""

import resource
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from digest.collect.isolation.wire import LENGTH, decode_job, encode_result
from digest.collect.sources.kinds import read_source
from digest.model import ParseFailed, ParseJob, ParseResult


def main(timeout: float, memory: int) -> None:
    """Answer until standard input ends.

    ``timeout`` in seconds is what one document may take; ``memory`` in bytes what the process may.
    """
    # The program ends its parsers itself, after what they have in hand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(ValueError, OSError):  # where the system knows no such limit, or a lower one
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    documents, answers = sys.stdin.buffer, sys.stdout.buffer
    while data := _frame(documents):
        signal.setitimer(signal.ITIMER_REAL, timeout)
        answer = _answer(data)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(len(answer).to_bytes(LENGTH) + answer)
        answers.flush()


def _frame(documents: BinaryIO) -> bytes:
    length = int.from_bytes(documents.read(LENGTH))
    return documents.read(length)


def _answer(data: bytes) -> bytes:
    """One result. An empty answer says that memory ran out."""
    try:
        return encode_result(_read(decode_job(data)))
    except MemoryError:
        return b""


def _read(job: ParseJob) -> ParseResult:
    try:
        return read_source(job)
    except RecursionError:
        return ParseFailed(reason="the document is nested too deeply to be read")
