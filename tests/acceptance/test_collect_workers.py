"""Parser processes: what hangs, swells or crashes in one harms nothing else."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.collect.isolation.workers import ParserPool
from digest.model import ParsedFeed, ParseFailed, ParseJob, ParseResult

MEMORY = 500_000_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    made = ParserPool(count=2, timeout=timedelta(seconds=5), memory=MEMORY)
    yield made
    made.close()


def feed(number: int, text: str = "Words.") -> bytes:
    return (
        f"<rss version='2.0'><channel><title>Feed {number}</title><item>"
        f"<link>https://s{number}.example/1</link><title>A post</title>"
        f"<description>{text}</description></item></channel></rss>"
    ).encode()


def job(number: int, body: bytes | None = None) -> ParseJob:
    return ParseJob(
        url=f"https://s{number}.example/feed", body=feed(number) if body is None else body
    )


def parse(pool: ParserPool, *jobs: ParseJob) -> list[ParseResult | None]:
    found = dict(pool.parse_all((number, each) for number, each in enumerate(jobs)))
    return [found[number] for number in range(len(jobs))]


def reason(result: ParseResult | None) -> str:
    assert isinstance(result, ParseFailed)
    return result.reason


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def workers() -> set[int]:
    """The parser processes of this process.

    By each one's parent: what a thread started moves to another when the thread ends, and may be
    in neither's list just then.
    """
    everybody = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    mine = (pid for pid in everybody if _parent(pid) == os.getpid())
    return {pid for pid in mine if b"digest.collect.isolation.worker" in _command(pid)}


def _parent(pid: int) -> int:
    """The parent of a process, which may end while we look; the name before may hold anything."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[1])


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def wait_until_gone(pid: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_gone(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.02)


def test_every_job_has_its_result(pool: ParserPool) -> None:
    """Many documents, each answered once, and the processes are used again."""
    jobs = [job(number) for number in range(20)]
    results = parse(pool, *jobs)
    for number, result in enumerate(results):
        assert isinstance(result, ParsedFeed)
        assert result.title == f"Feed {number}"
        assert result.entries[0].key.feed == f"https://s{number}.example/feed"
    before = workers()
    assert 1 <= len(before) <= 2
    parse(pool, *jobs)
    assert before <= workers()
    assert len(workers()) <= 2


def test_what_has_no_document_passes_through(pool: ParserPool) -> None:
    """A tag without a job starts no process and comes back without a result."""
    before = workers()
    assert list(pool.parse_all([("a", None), ("b", None)])) == [("a", None), ("b", None)]
    assert before <= workers()
    assert len(workers()) <= 2


def test_a_result_is_what_parsing_here_gives(pool: ParserPool) -> None:
    """Nothing is lost on the way: content, dates, pictures and problems arrive as they are."""
    from digest.collect.parsing.parse import parse_job

    samples = sorted((ROOT / "tests" / "samples" / "feeds").iterdir())
    jobs = [ParseJob(url="https://g.example/f", body=path.read_bytes()) for path in samples]
    assert parse(pool, *jobs) == [parse_job(each) for each in jobs]


def test_jobs_are_taken_only_as_they_are_worked_off(pool: ParserPool) -> None:
    """Of many documents no more than two a process are asked for ahead of the results."""
    taken = 0

    def documents() -> Iterator[tuple[int, ParseJob]]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield number, job(number)

    for count, _ in enumerate(pool.parse_all(documents())):
        assert taken <= count + 2 * 2 + 1


def test_one_that_hangs_fails_alone() -> None:
    """A document over its time is given up, with a sentence; the others are read."""
    pool = ParserPool(count=2, timeout=timedelta(milliseconds=300), memory=MEMORY)
    slow = b"<rss version='2.0'><channel><item>" + b"<a>" * 1_000_000
    results = parse(pool, job(0), job(1, slow), job(2))
    pool.close()
    assert isinstance(results[0], ParsedFeed)
    assert isinstance(results[2], ParsedFeed)
    assert "took longer than 0.3 seconds" in reason(results[1])


def test_one_that_swells_fails_alone() -> None:
    """A document that needs too much memory is given up, with a sentence."""
    pool = ParserPool(count=1, timeout=timedelta(seconds=20), memory=160_000_000)
    big = b"<rss version='2.0'><channel><title>" + b"<b>" * 900_000
    results = parse(pool, job(1, big), job(2))
    pool.close()
    assert "needs more than 160 MB" in reason(results[0])
    assert isinstance(results[1], ParsedFeed)


def test_a_process_that_is_killed_costs_no_document(pool: ParserPool) -> None:
    """Parsers that died while they had nothing to do are replaced unnoticed."""
    parse(pool, job(1), job(2))
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
    assert all(isinstance(result, ParsedFeed) for result in parse(pool, job(3), job(4)))


def test_stopping_halfway_ends_in_good_order(pool: ParserPool) -> None:
    """Who stops reading results leaves nothing running that is not needed."""
    results = pool.parse_all((number, job(number)) for number in range(30))
    next(results)
    results.close()
    assert isinstance(parse(pool, job(1))[0], ParsedFeed)


def test_closing_ends_the_processes(pool: ParserPool) -> None:
    """Nothing is left behind, neither after close nor when a pool is forgotten."""
    parse(pool, job(1))
    (mine,) = workers()
    pool.close()
    assert is_gone(mine)
    forgotten = ParserPool(count=1, timeout=timedelta(seconds=5), memory=MEMORY)
    parse(forgotten, job(1))
    (its,) = workers()
    del forgotten
    gc.collect()
    assert is_gone(its)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def test_parsers_end_with_the_program(ending: signal.Signals) -> None:
    """However the program ends, its parsers do not outlive it."""
    script = (
        "import sys, time, datetime\n"
        "from digest.collect.isolation.workers import ParserPool\n"
        "from digest.model import ParseJob\n"
        "pool = ParserPool(count=1, timeout=datetime.timedelta(seconds=5), memory=500_000_000)\n"
        "list(pool.parse_all([(1, ParseJob(url='https://e.example', body=b'x'))]))\n"
        "print(pool._idle[0]._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    assert program.stdout is not None
    parser = int(program.stdout.readline())
    assert not is_gone(parser)
    program.send_signal(ending)
    program.wait()
    program.stdout.close()
    wait_until_gone(parser)


def test_a_parser_knows_no_secrets(pool: ParserPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the program's environment only what an interpreter needs reaches it."""
    monkeypatch.setenv("DIGEST_SMTP_PASSWORD", "open sesame")
    parse(pool, job(1))
    # The kernel's list of children may miss one while others come and go (proc(5)).
    (pid,) = next(found for _ in range(100) if (found := workers()))
    assert b"sesame" not in Path(f"/proc/{pid}/environ").read_bytes()
