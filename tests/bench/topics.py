"""How well posts find their topics: discovery without labels, by a name alone, by five examples.

python tests/bench/topics.py FILE.jsonl        (one item a line: id, label, title, text)

Everything goes through the product's own Placer and discover. ``nmi_true_k`` and its kin are
discovery told only how many topics there are, ``nmi`` and its kin at its own choice ``k``.
``named_accuracy``: each label's name is all that is known of it. ``few_shot_accuracy``: five
examples of each besides, which are not judged. Both count the nearest topic of every post;
``*_sure`` is the share of posts that the program does not call unsure, ``*_sure_accuracy`` how
many of those are right. ``group_N_s`` is the time to find topics among N posts (made of
the file's), ``group_N_cpu_s`` that of its processors, ``group_N_mb`` the process's peak by then.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time as time_of_day
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from digest.curate.placing.discovery import discover
from digest.curate.placing.embedding import WordEmbedder
from digest.curate.placing.topics import Placer
from digest.model import (
    Entry,
    EntryKey,
    Newsletter,
    PlacedBy,
    Placement,
    Schedule,
    Sender,
    Topic,
)

FEED = "https://bench.example/feed"
UNSORTED = "unsorted"
EXAMPLES = 5
SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One labelled post."""

    entry: Entry
    label: str


def read_items(path: Path) -> list[Item]:
    """The file's items, in order of key."""
    found = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        if line.strip():
            row = json.loads(line)
            key = EntryKey(feed=FEED, id=f"{row.get('id', '')}#{number}")
            entry = Entry(
                key=key,
                title=row.get("title") or "",
                url="",
                fingerprint="",
                summary=row.get("text") or "",
            )
            found[key] = Item(entry=entry, label=str(row["label"]))
    return [found[key] for key in sorted(found)]


def table(labels: Sequence[str], groups: Sequence[str]) -> np.ndarray:
    """How many posts each label has in each group."""
    rows = np.unique(labels, return_inverse=True)[1]
    columns = np.unique(groups, return_inverse=True)[1]
    counts = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(counts, (rows, columns), 1)
    return counts


def nmi(counts: np.ndarray) -> float:
    """Normalised mutual information, by the mean of both entropies."""
    shares = counts / counts.sum()
    labels, groups = shares.sum(axis=1), shares.sum(axis=0)
    some = shares > 0
    mutual = (shares[some] * np.log(shares[some] / np.outer(labels, groups)[some])).sum()
    total = sum(-(part[part > 0] * np.log(part[part > 0])).sum() for part in (labels, groups))
    return float(2 * mutual / total) if total else 1.0


def ari(counts: np.ndarray) -> float:
    """Adjusted Rand index (Hubert & Arabie 1985)."""

    def pairs(sizes: np.ndarray) -> float:
        return float((sizes * (sizes - 1) / 2).sum())

    both, labels, groups = pairs(counts), pairs(counts.sum(axis=1)), pairs(counts.sum(axis=0))
    expected = labels * groups / pairs(counts.sum(keepdims=True))
    most = (labels + groups) / 2
    return (both - expected) / (most - expected) if most != expected else 1.0


def purity(counts: np.ndarray) -> float:
    """The share of posts whose group's commonest label is theirs."""
    return float(counts.max(axis=0).sum() / counts.sum())


def discovered(items: Sequence[Item], embedder: WordEmbedder, count: int | None) -> list[str]:
    """Each item's topic, found without labels."""
    found = discover([item.entry for item in items], embedder, count=count)
    default = Placement(topic=UNSORTED, by=PlacedBy.DEFAULT, reason="")
    return [found.placements.get(item.entry.key, default).topic for item in items]


def newsletter(topics: Sequence[Topic]) -> Newsletter:
    """A newsletter of these topics, and one for what is unsure."""
    return Newsletter(
        id="bench",
        name="Bench",
        sender=Sender(address="bench@news.example"),
        postal_address="1 High Street",
        schedule=Schedule(time_zone="UTC", at=time_of_day(8)),
        feeds=(FEED,),
        topics=(*topics, Topic(id=UNSORTED, name="Unsorted")),
        default_topic=UNSORTED,
    )


def judged(
    name: str, items: Sequence[Item], topics: Sequence[Topic], embedder: WordEmbedder
) -> Iterator[tuple[str, float]]:
    """How many of the items come under the topic of their label."""
    entries = [item.entry for item in items]
    guessed = Placer(newsletter(topics), {}, embedder, guess=True).place(entries)
    placed = Placer(newsletter(topics), {}, embedder).place(entries)
    right = [guessed[item.entry.key].topic == item.label for item in items]
    sure = [placed[item.entry.key].by is PlacedBy.MEANING for item in items]
    sure_right = [good for good, known in zip(right, sure, strict=True) if known]
    yield f"{name}_accuracy", float(np.mean(right))
    yield f"{name}_sure", float(np.mean(sure))
    yield f"{name}_sure_accuracy", float(np.mean(sure_right)) if sure_right else 0.0


def examples_of(items: Sequence[Item], label: str) -> list[Item]:
    """Five of a label's items, drawn with a fixed seed."""
    own = [item for item in items if item.label == label]
    order = np.random.Generator(np.random.PCG64(SEED)).permutation(len(own))
    return [own[at] for at in order[: min(EXAMPLES, len(own) // 2)]]


def with_examples(items: Sequence[Item], topics: Sequence[Topic]) -> tuple[list[Topic], list[Item]]:
    """The topics with examples, and the items that are left to judge."""
    drawn = {topic.id: examples_of(items, topic.id) for topic in topics}
    used = {item.entry.key for each in drawn.values() for item in each}
    taught = [
        replace(
            topic, examples=tuple(f"{i.entry.title}. {i.entry.summary}" for i in drawn[topic.id])
        )
        for topic in topics
    ]
    return taught, [item for item in items if item.entry.key not in used]


def resampled(items: Sequence[Item], count: int) -> list[Entry]:
    """So many posts like the file's: each has the halves of two posts of one label."""
    chance = np.random.Generator(np.random.PCG64(SEED))
    by_label: dict[str, list[Item]] = {}
    for item in items:
        by_label.setdefault(item.label, []).append(item)
    made = []
    for number in range(count):
        first = items[int(chance.integers(len(items)))].entry
        own = by_label[items[number % len(items)].label]
        second = own[int(chance.integers(len(own)))].entry
        text = f"{second.summary[: len(second.summary) // 2]} {first.summary[:300]}"
        key = EntryKey(feed=FEED, id=f"{number:06}")
        made.append(replace(second, key=key, title=f"{second.title} {number}", summary=text))
    return made


def peak() -> float:
    """The most memory the process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measures(items: Sequence[Item]) -> Iterator[tuple[str, float]]:
    """Every measure, in order."""
    started, embedder = time.perf_counter(), WordEmbedder()
    labels = [item.label for item in items]
    names = sorted(set(labels))
    yield "items", len(items)
    yield "labels", len(names)
    for suffix, count in (("_true_k", len(names)), ("", None)):
        groups = discovered(items, embedder, count)
        counts = table(labels, groups)
        if count is None:
            yield "k", counts.shape[1]
        for name, measure in (("nmi", nmi), ("ari", ari), ("purity", purity)):
            yield f"{name}{suffix}", measure(counts)
    topics = [Topic(id=name, name=name) for name in names]
    yield from judged("named", items, topics, embedder)
    taught, left = with_examples(items, topics)
    yield from judged("few_shot", left, taught, embedder)
    yield "seconds", time.perf_counter() - started
    yield "peak_rss_mb", peak()


def timings(items: Sequence[Item]) -> Iterator[tuple[str, float]]:
    """The time and memory to find topics among many posts, the model loaded anew."""
    for count in (2_000, 20_000):
        entries = resampled(items, count)
        embedder = WordEmbedder()
        embedder.embed(["load the model"])
        started, busy = time.perf_counter(), time.process_time()
        discover(entries, embedder)
        yield f"group_{count}_s", time.perf_counter() - started
        yield f"group_{count}_cpu_s", time.process_time() - busy
        yield f"group_{count}_mb", peak()


def main(arguments: Sequence[str]) -> None:
    """Print each measure as ``name value``."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    items = read_items(parser.parse_args(arguments).file)
    for name, value in chain(timings(items), measures(items)):
        print(name, int(value) if float(value).is_integer() else f"{value:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
