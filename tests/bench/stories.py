"""How well stories are found among headlines whose stories are known, and at what cost.

Takes JSON lines with ``story``, ``title``, ``publisher`` and ``ts_ms``; a publisher counts as a
feed. B-cubed precision and recall (Bagga and Baldwin, 1998) are of the groups against the stories.
The scale figures are of that many entries made of the same headlines: those that are more than
the file has are of other weeks and other names. Prints one figure a line: ``name value``.

    python tests/bench/stories.py FILE.jsonl
"""

import argparse
import json
import multiprocessing
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.curate.grouping.stories import group_stories
from digest.model import Entry, EntryKey, KeptEntry

GENERATION = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A headline whose story is known."""

    story: str
    title: str
    publisher: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How groups stand against stories; pairs are of entries that are wrongly in one group."""

    precision: float
    recall: float
    false_pairs: int

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path)
    rows = read_rows(arguments.parse_args().file)
    figures = [*_apart(_quality_figures, rows), *_apart(_scale_figures, rows, 2_000)]
    for figure in [*figures, *_apart(_scale_figures, rows, 20_000)]:
        print(figure)


def read_rows(file: Path) -> tuple[Row, ...]:
    """The file's rows, in its order."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(
        Row(
            story=str(row["story"]),
            title=row["title"],
            publisher=row["publisher"],
            at=datetime.fromtimestamp(row["ts_ms"] / 1000, UTC),
        )
        for row in map(json.loads, filter(None, lines))
    )


def entries(rows: Sequence[Row]) -> list[KeptEntry]:
    """One entry for each row; its id is the row's place."""
    return [
        KeptEntry(
            entry=Entry(
                key=EntryKey(feed=f"https://feeds.example/{row.publisher}", id=str(place)),
                title=row.title,
                url=f"https://stories.example/{place}",
                fingerprint="",
                feed_title=row.publisher,
                language="",
                published_at=row.at,
            ),
            first_seen_at=row.at,
            dated_at=row.at,
        )
        for place, row in enumerate(rows)
    ]


def quality(groups: Sequence[Sequence[KeptEntry]], rows: Sequence[Row]) -> Quality:
    """B-cubed precision and recall, each a mean over the entries."""
    sizes = Counter(row.story for row in rows)
    precise = recalled = 0.0
    false_pairs = 0
    for group in groups:
        counts = Counter(rows[int(item.entry.key.id)].story for item in group)
        precise += sum(count * count for count in counts.values()) / len(group)
        recalled += sum(count * count / sizes[story] for story, count in counts.items())
        false_pairs += (len(group) ** 2 - sum(count**2 for count in counts.values())) // 2
    total = len(rows)
    return Quality(precision=precise / total, recall=recalled / total, false_pairs=false_pairs)


def many(rows: Sequence[Row], count: int) -> list[Row]:
    """So many rows: an even choice of them, or generations of a week each with names of its own."""
    if count <= len(rows):
        return [rows[place * len(rows) // count] for place in range(count)]
    return [_of_generation(rows[place % len(rows)], place // len(rows)) for place in range(count)]


def _of_generation(row: Row, generation: int) -> Row:
    if not generation:
        return row
    names = re.sub(
        r"\b([A-Z]\w+)", rf"\1{'abcdefghijklmnopqrstuvwxyz'[generation % 26]}", row.title
    )
    return Row(
        story=f"{row.story} {generation}",
        title=names,
        publisher=row.publisher,
        at=row.at + generation * GENERATION,
    )


def _quality_figures(rows: Sequence[Row]) -> list[str]:
    kept = entries(rows)
    started = time.process_time()
    groups = group_stories(kept)
    seconds = time.process_time() - started
    found = quality(groups, rows)
    return [
        f"items {len(rows)}",
        f"stories {len({row.story for row in rows})}",
        f"groups {len(groups)}",
        f"bcubed_precision {found.precision:.4f}",
        f"bcubed_recall {found.recall:.4f}",
        f"bcubed_f1 {found.f1:.4f}",
        f"false_merge_pairs {found.false_pairs}",
        f"seconds {seconds:.2f}",
        f"peak_rss_mb {_peak_mb():.0f}",
    ]


def _scale_figures(rows: Sequence[Row], count: int) -> list[str]:
    kept = entries(many(rows, count))
    started = time.process_time()
    group_stories(kept)
    seconds = time.process_time() - started
    return [f"group_{count}_s {seconds:.2f}", f"rss_{count}_mb {_peak_mb():.0f}"]


def _apart(measure: Callable[..., list[str]], *arguments: object) -> list[str]:
    """Measure in a process of its own, for a process's peak of memory never goes down."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
