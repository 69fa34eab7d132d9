"""Real feeds, which nobody here wrote."""

import csv
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.collect.parsing.parse import parse_feed
from digest.model import ParsedFeed, ParseFailed

LIMIT_SECONDS = 2.0


@pytest.mark.corpus
def test_real_feeds_are_read_completely_and_in_time(corpora: Path) -> None:
    """No file crashes or takes two seconds; well-formed ones give every distinct entry."""
    root = corpora / "feeds-real"
    with (root / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if (root / row["file"]).is_file()]
    short, slow = [], []
    for row in rows:
        started = time.process_time()
        url = f"https://feeds.example/{row['file']}"
        feed = parse_feed((root / row["file"]).read_bytes(), url=url)
        if time.process_time() - started > LIMIT_SECONDS:
            slow.append(row["file"])
        if isinstance(feed, ParseFailed):
            short.append((row["file"], feed.reason))
            continue
        assert all(entry.title and entry.url for entry in feed.entries)
        repeated = sum(int(p.split()[0]) for p in feed.problems if "repeat the id" in p)
        if row["bozo"] == "0" and len(feed.entries) + repeated < int(row["entries"]):
            short.append((row["file"], f"{len(feed.entries)} of {row['entries']}"))
    assert len(rows) > 100
    assert (short, slow) == ([], [])


def _documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
                yield from ((f"{file.name}:{name}", archive.read(name)) for name in names)
        elif file.is_file():
            yield file.name, file.read_bytes()


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["feeds-feedparser", "feeds-fixtures"])
def test_other_parsers_fixtures_never_crash_and_always_store(corpora: Path, name: str) -> None:
    """Any file gives a value, with text that can be stored as UTF-8, in less than two seconds."""
    count, slow = 0, []
    for file, body in _documents(corpora / name):
        count += 1
        started = time.process_time()
        result = parse_feed(body, url="https://feeds.example/f")
        if time.process_time() - started > LIMIT_SECONDS:
            slow.append(file)
        if isinstance(result, ParsedFeed):
            str(result).encode()
    assert count > 500
    assert slow == []
