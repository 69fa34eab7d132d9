"""A year's roundup from a feed's file: what would be featured, and how good its quotes are.

Prints the shortlist with its reasons and, where the feed holds a finished roundup (given by URL or
title, or found: a post of that year whose block quotes other posts say in running text), the share
of its quotes that stand among the five candidates of the post they come from. A quote counts where
it holds a candidate or a candidate holds it, but for marks and a leading "…". Then one figure a
line: ``name value``.

    python tests/bench/roundup.py FEED.xml --year 2019 --pick 5 [--finished URL-or-title]
"""

import argparse
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as clock_time
from pathlib import Path

from digest.collect.parsing.parse import parse_feed
from digest.curate.placing.topics import Placer
from digest.curate.roundup import Longlist, longlist, quote_candidates, shortlist, substance
from digest.curate.roundup.gathering import quoted_posts
from digest.curate.roundup.passages import overlaps, paragraphs
from digest.curate.roundup.shortlist import Shortlist
from digest.model import (
    Entry,
    KeptEntry,
    Newsletter,
    ParsedFeed,
    Schedule,
    Sender,
    Topic,
    Verdict,
)
from digest.model.verbatim import is_verbatim

FEED = "https://feed.example/feed.xml"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
NEWSLETTER = Newsletter(
    id="yearly",
    name="The Yearly",
    sender=Sender(address="yearly@newsletter.example"),
    postal_address="1 High Street, Anytown",
    schedule=Schedule(time_zone="UTC", at=clock_time(9, 0)),
    feeds=(FEED,),
    topics=(Topic(id="other", name="Other"),),
    default_topic="other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A quote of the finished roundup: the post that it is from, and its rank there."""

    text: str
    source: Entry | None
    rank: int | None


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("feed", type=Path)
    arguments.add_argument("--year", type=int, required=True)
    arguments.add_argument("--pick", type=int, default=5)
    arguments.add_argument("--finished", default="", help="the URL or the title of a roundup")
    given = arguments.parse_args()
    entries = read(given.feed)
    started = time.process_time()
    posts = year_posts(entries, given.year)
    chosen = shortlist(posts, substance(posts), pick=given.pick)
    seconds = time.process_time() - started
    report(chosen)
    finished = find_finished(entries, given.year, given.finished)
    found = tuple(find_quotes(finished, entries)) if finished else ()
    report_quotes(finished, found)
    print(f"longlist {len(posts.posts)}")
    print(f"shortlist {len(chosen.featured)}")
    print(f"seconds {seconds:.3f}")
    print(f"peak_rss_mb {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a feed's file, or why it is none."""
    parsed = parse_feed(path.read_bytes(), url=FEED, max_entries=100_000)
    if not isinstance(parsed, ParsedFeed):
        raise SystemExit(f"{path}: {parsed.reason}")
    return parsed.entries


def year_posts(entries: Sequence[Entry], year: int) -> Longlist:
    """The longlist of a year."""
    kept = [
        KeptEntry(entry=each, first_seen_at=LATER, dated_at=each.published_at, backlog=True)
        for each in entries
    ]
    placements = Placer(NEWSLETTER, {}).place(entries)
    return longlist(kept, NEWSLETTER, year, feeds={}, placements=placements)


def find_finished(entries: Sequence[Entry], year: int, name: str) -> Entry | None:
    """The finished roundup: the one named, else the one of the year that quotes most posts."""
    if name:
        return next((each for each in entries if name in {each.url, each.title}), None)
    quoted = quoted_posts(entries)
    ranked = sorted(
        (each for each in entries if each.published_at and each.published_at.year == year),
        key=lambda each: len(quoted.get(each.key, ())),
    )
    return ranked[-1] if ranked and quoted.get(ranked[-1].key) else None


def find_quotes(finished: Entry, entries: Sequence[Entry]) -> Iterator[Found]:
    """The roundup's block quotes, each with its source in the feed and its rank there."""
    for paragraph in paragraphs(finished.content):
        if not paragraph.quoted:
            continue
        text = paragraph.text
        sources = (each for each in entries if each.key != finished.key)
        source = next((each for each in sources if is_verbatim(text, each.content)), None)
        candidates = quote_candidates(source) if source else ()
        ranks = (rank for rank, each in enumerate(candidates, start=1) if overlaps(each.text, text))
        yield Found(text=text, source=source, rank=next(ranks, None))


def report(chosen: Shortlist) -> None:
    """Who is in and why, what could not be had, and who is out."""
    reasons = {choice.entry: choice for choice in chosen.choices}
    for number, each in enumerate(chosen.featured, start=1):
        print(f"{number}. {each.post.kept.entry.title}\n   {reasons[each.post.key].reason}")
    for choice in chosen.choices:
        if choice.verdict is Verdict.LEFT_OUT:
            print(f"out: {choice.title}\n   {choice.reason}")
    for sentence in chosen.relaxed:
        print(f"note: {sentence}")


def report_quotes(finished: Entry | None, found: Sequence[Found]) -> None:
    """Each quote of the finished roundup, and what the candidates made of it."""
    if finished:
        print(f"finished: {finished.title}")
    for each in found:
        where = f"from {each.source.title!r}" if each.source else "its post is not in the feed"
        rank = "not among the candidates" if each.rank is None else f"rank {each.rank}"
        print(f"quote: {each.text}\n   {where}{'; ' + rank if each.source else ''}")
    sourced = [each for each in found if each.source]
    top = [each for each in sourced if each.rank]
    print(f"quotes {len(found)}")
    print(f"quotes_with_source_in_feed {len(sourced)}")
    print(f"quotes_in_top_5 {len(top)}")
    print(f"share_at_5 {len(top) / len(sourced) if sourced else 0:.3f}")


if __name__ == "__main__":
    main()
