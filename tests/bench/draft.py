"""Drafting an issue: sifting, placing, grouping, scoring and choosing, for more and more entries.

Entries are made up: six subjects with words of their own, some of them told by several feeds. Each
size is measured in a process of its own, without and with the extra ``topics``. Prints one figure
a line: ``name value``; seconds are CPU seconds, and ``mb`` a process's peak.

    python tests/bench/draft.py [--sizes 2000,20000]
"""

import argparse
import multiprocessing
import random
import resource
import time
from datetime import UTC, datetime, timedelta

from digest.curate.assemble import Material, assemble
from digest.model import (
    Entry,
    EntryKey,
    KeptEntry,
    Newsletter,
    Period,
    Schedule,
    Sender,
    Topic,
)

START = datetime(2026, 6, 11, tzinfo=UTC)
WEEK = timedelta(days=7)
SUBJECTS = ("Health", "Transport", "Housing", "Sport", "Science", "Theatre")
FEEDS = 300
VOCABULARY = 40_000
PLAIN = 600
SAME_STORY = 0.2


def entries(size: int) -> tuple[KeptEntry, ...]:
    """A week of posts: each new, or (a fifth of them) another feed's words for one before."""
    made = random.Random(size)
    kept: list[KeptEntry] = []
    titles: list[list[str]] = []
    for number in range(size):
        if titles and made.random() < SAME_STORY:
            words = made.choice(titles[-50:])[:]
            words[made.randrange(len(words))] = f"Word{made.randrange(VOCABULARY)}"
        else:
            words = [f"Word{made.randrange(VOCABULARY)}" for _ in range(7)]
        titles.append(words)
        subject = made.choice(SUBJECTS)
        text = " ".join(f"word{int(made.paretovariate(1)) % PLAIN}" for _ in range(60))
        at = START + WEEK * number / size
        feed = f"https://feed{number % FEEDS}.example/rss"
        entry = Entry(
            key=EntryKey(feed=feed, id=str(number)),
            title=" ".join(words),
            url=f"https://feed{number % FEEDS}.example/{number}",
            fingerprint=str(number),
            published_at=at,
            summary=f"{subject} {text}",
        )
        kept.append(KeptEntry(entry=entry, first_seen_at=at, dated_at=at))
    return tuple(kept)


def measure(size: int, *, meaning: bool) -> tuple[float, float, int]:
    """CPU seconds, peak MB and the stories told, for one draft."""
    from digest.curate.placing.embedding import WordEmbedder

    topics = (*(Topic(id=name.lower(), name=name) for name in SUBJECTS), Topic(id="x", name="Else"))
    newsletter = Newsletter(
        id="bench",
        name="Bench",
        sender=Sender(address="bench@bench.example"),
        postal_address="1 High Street",
        schedule=Schedule(time_zone="UTC"),
        feeds=tuple(f"https://feed{number}.example/rss" for number in range(FEEDS)),
        topics=topics,
        default_topic="x",
    )
    material = Material(kept=entries(size))
    period = Period(start=START, end=START + WEEK)
    embedder = WordEmbedder() if meaning else None
    started = time.process_time()
    told = assemble(newsletter, period, material, embedder=embedder).issue.stories
    seconds = time.process_time() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(told)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default="2000,20000")
    for size in map(int, parser.parse_args().sizes.split(",")):
        for name, meaning in (("rules", False), ("meaning", True)):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, peak, told = pool.apply(measure, (size,), {"meaning": meaning})
            print(f"{name}_{size}_s {seconds:.2f}", f"{name}_{size}_mb {peak:.0f}", sep="\n")
            print(f"{name}_{size}_told {told}", flush=True)


if __name__ == "__main__":
    main()
