"""Every file of a folder read as a feed, archives opened, through the parser processes and twice.

What is no feed (expected results in JSON, pages, pictures) counts as a file and as refused. The
second pass keeps the entries again: none may be new. Prints one figure a line: ``name value``; with
``--list`` also each file with what is missing, on standard error.

    python tests/bench/feeds_read.py DIR [--parsers 2] [--list]
"""

import argparse
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.collect.isolation.workers import ParserPool
from digest.model import ParsedFeed, ParseFailed, ParseJob, ParseResult
from digest.store import open_store

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
CRASHES = ("took longer", "needs more than", "crashes", "went wrong", "cannot be read")
Named = tuple[str, float]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--parsers", type=int, default=2)
    arguments.add_argument("--list", action="store_true")
    given = arguments.parse_args()
    figures: Counter[str] = Counter()
    slowest = ("", 0.0)
    pool = ParserPool(count=given.parsers, timeout=timedelta(seconds=30), memory=500_000_000)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/feeds.db")
        for second in (False, True):
            for name, seconds, result in _results(pool, given.folder):
                new = _kept(store, result, name)
                figures["second_pass_new"] += new if second else 0
                if not second:
                    slowest = max(slowest, (name, seconds), key=lambda pair: pair[1])
                    _count(figures, result)
                    if given.list:
                        _tell(name, result, seconds)
        store.close()
    pool.close()
    for name in (
        "files", "feeds", "refused", "crashes", "entries", "entries_with_title",
        "entries_with_url", "entries_with_date", "entries_with_image", "entries_dropped",
        "second_pass_new",
    ):  # fmt: skip
        print(f"{name} {figures[name]}")
    print(f"slowest_s {slowest[1]:.2f}")
    print(f"slowest_file {slowest[0]}")
    own, others = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"peak_rss_mb {own + others}")


def _results(pool: ParserPool, folder: Path) -> Iterator[tuple[str, float, ParseResult]]:
    """Each file's name, how long it took, waiting for a parser included, and its result."""
    started: dict[str, float] = {}

    def jobs() -> Iterator[tuple[str, ParseJob]]:
        for name, body in _documents(folder):
            started[name] = time.monotonic()
            url = f"https://feeds.example/{name}"
            yield name, ParseJob(url=url, body=body, max_entries=100_000)

    for name, result in pool.parse_all(jobs()):
        if result is not None:
            yield name, time.monotonic() - started[name], result


def _documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix().replace(" ", "_")
        if path.suffix != ".zip":
            yield name, path.read_bytes()
            continue
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    yield f"{name}/{member.filename}", archive.read(member)


def _kept(store: object, result: ParseResult, name: str) -> int:
    if not isinstance(result, ParsedFeed):
        return 0
    feeds = store.feeds  # type: ignore[attr-defined] # a store, whatever it is called
    url = f"https://feeds.example/{name}"
    state = feeds.states([url])[url]
    after = replace(state, last_checked_at=NOW, last_ok_at=NOW)
    new, _ = feeds.save_refresh(after, result.entries, now=NOW)
    return int(new)


def _count(figures: Counter[str], result: ParseResult) -> None:
    figures["files"] += 1
    if isinstance(result, ParseFailed):
        figures["refused"] += 1
        figures["crashes"] += any(sign in result.reason for sign in CRASHES)
        return
    figures["feeds"] += 1
    for entry in result.entries:
        figures["entries"] += 1
        figures["entries_with_title"] += bool(entry.title)
        figures["entries_with_url"] += bool(entry.url)
        figures["entries_with_date"] += entry.published_at is not None
        figures["entries_with_image"] += entry.image is not None
    for problem in result.problems:
        if "are empty" in problem:
            figures["entries_dropped"] += int(problem.split()[0])


def _tell(name: str, result: ParseResult, seconds: float) -> None:
    if isinstance(result, ParseFailed):
        told = f"refused: {result.reason}"
    else:
        dated = sum(entry.published_at is not None for entry in result.entries)
        told = f"{len(result.entries)} entries, {dated} dated; {'; '.join(result.problems)}"
    print(f"{name}\t{seconds:.2f}\t{told}", file=sys.stderr)


if __name__ == "__main__":
    main()
