"""A parser process: takes tasks from standard input, answers on standard output.

Started by :mod:`digest.collect.isolation.process`, without the program's environment. A document
that takes too long ends the process from within, so that it ends even when nobody is left to end
it.
"""

import resource
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from digest.collect.articles.article import read_article
from digest.collect.isolation.wire import (
    LENGTH,
    Task,
    decode_task,
    encode_article,
    encode_picture,
    encode_result,
)
from digest.collect.sources.kinds import read_source
from digest.model import ArticleJob, NoArticle, ParseFailed, ParseJob, PictureJob


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
    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    while data := _frame(tasks):
        signal.setitimer(signal.ITIMER_REAL, timeout)
        answer = _answer(data)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(len(answer).to_bytes(LENGTH) + answer)
        answers.flush()


def _frame(tasks: BinaryIO) -> bytes:
    length = int.from_bytes(tasks.read(LENGTH))
    return tasks.read(length)


def _answer(data: bytes) -> bytes:
    """What came of one task. An empty answer says that memory ran out."""
    try:
        return _done(decode_task(data))
    except MemoryError:
        return b""


def _done(task: Task) -> bytes:
    if isinstance(task, ArticleJob):
        return _article(task)
    if isinstance(task, PictureJob):
        return _picture(task)
    return _source(task)


def _source(job: ParseJob) -> bytes:
    try:
        return encode_result(read_source(job))
    except RecursionError:
        return encode_result(ParseFailed(reason="the document is nested too deeply to be read"))


def _article(job: ArticleJob) -> bytes:
    try:
        return encode_article(read_article(job))
    except RecursionError:
        return encode_article(NoArticle(reason="the page is nested too deeply to be read"))


def _picture(job: PictureJob) -> bytes:
    # Where the extra is not installed, nobody asks.
    from digest.collect.pictures.resize import prepare_picture

    return encode_picture(prepare_picture(job))
