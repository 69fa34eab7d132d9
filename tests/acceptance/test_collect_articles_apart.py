"""Articles read in parser processes: a page may hang, swell or crash, and costs only itself."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.collect.articles.article import read_article
from digest.collect.isolation.workers import ParserPool
from digest.model import (
    Article,
    ArticleJob,
    ArticleResult,
    Entry,
    EntryKey,
    Feed,
    FeedState,
    Fetched,
    NoArticle,
    ParsedFeed,
    ParseJob,
)
from digest.pipeline.enrich import Enriched, enrich_new_entries
from tests.fakes import NOW, FakeWorld, fake_config, fake_world

pytestmark = pytest.mark.usefixtures("fulltext")

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 500_000_000
LIMIT = timedelta(seconds=4)
FEED = Feed(url="https://quay.example/feed", full_text=True)
TEXT = "".join(
    f"<p>The harbour office has counted boats since {year}: nets mended on the quay, ice carted "
    "from the station, and crews who signed the ledger with a cross.</p>"
    for year in range(1890, 1900)
)
# Over a minute of work for the extractor, in a page of ordinary size; or 400 MB.
DENSE = TEXT + "<p>a <b>b</b> <a href='/x'>c</a></p>" * 35_000


def page(inner: str) -> bytes:
    title = "Ledgers of the harbour"
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"{inner}</article></body></html>"
    ).encode()


def entry(name: str) -> Entry:
    return Entry(
        key=EntryKey(feed=FEED.url, id=name),
        title="Ledgers of the harbour",
        url=f"https://quay.example/{name}",
        fingerprint="f",
        summary="The old ledgers of the harbour are being copied.",
        published_at=NOW - timedelta(hours=1),
    )


def job(name: str, inner: str = TEXT) -> ArticleJob:
    return ArticleJob(
        entry=entry(name),
        url=f"https://quay.example/{name}",
        body=page(inner),
        content_type="text/html; charset=utf-8",
    )


def read(pool: ParserPool, *jobs: ArticleJob) -> list[ArticleResult | None]:
    found = dict(pool.articles((number, each) for number, each in enumerate(jobs)))
    return [found[number] for number in range(len(jobs))]


@contextmanager
def parsers(*, limit: timedelta = LIMIT, memory: int = MEMORY) -> Iterator[ParserPool]:
    pool = ParserPool(count=1, timeout=limit, memory=memory)
    try:
        yield pool
    finally:
        pool.close()


def refused(result: ArticleResult | None) -> NoArticle:
    assert isinstance(result, NoArticle)
    return result


def test_an_article_is_what_reading_it_here_gives() -> None:
    """Text, picture, authors, date, help lines and refusals arrive as they are."""
    rich = (
        "<figure><img src='/l.jpg' alt='A ledger'><figcaption>Photo: Ben Pike</figcaption></figure>"
        f"{TEXT}<p>If you have been affected by this story, call the Quay Helpline on 01632 960400."
        "</p>"
    )
    jobs = [job("one", rich), job("two", "<p>Short.</p>"), job("three")]
    with parsers() as pool:
        found = read(pool, *jobs)
    assert found == [read_article(each) for each in jobs]
    assert isinstance(found[0], Article)
    assert found[0].support
    assert not refused(found[1]).unread


def test_a_page_that_takes_too_long_costs_its_limit_and_no_more() -> None:
    """It is given up at the limit, with a sentence and no processor time after it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with parsers() as pool:
        slow, next_one = read(pool, job("slow", DENSE), job("next"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert refused(slow) == NoArticle(
        reason="the page took longer than 4 seconds to read", unread=True
    )
    assert isinstance(next_one, Article)
    assert time.monotonic() - started < 3 * LIMIT.total_seconds()
    assert after.ru_utime - before.ru_utime < 2 * LIMIT.total_seconds()


def test_a_page_that_eats_memory_fails_alone() -> None:
    """It is given up where its memory ends, with a sentence; the next page is read."""
    with parsers(limit=timedelta(seconds=20), memory=130_000_000) as pool:
        big, next_one = read(pool, job("big", DENSE), job("next"))
    assert refused(big).reason == "the page needs more than 130 MB to be read"
    assert refused(big).unread
    assert isinstance(next_one, Article)


def test_a_process_that_dies_over_a_page_costs_that_page() -> None:
    """A crash in the middle is a value; what comes after is read in a new process."""
    with parsers(limit=timedelta(seconds=20)) as pool:
        read(pool, job("warm"))
        (victim,) = pool._idle
        killer = threading.Timer(0.5, os.kill, (victim._process.pid, signal.SIGSEGV))
        killer.start()
        crashed, next_one = read(pool, job("slow", DENSE), job("next"))
        killer.join()
    assert refused(crashed).reason == "the page crashes the parser; it is not read"
    assert isinstance(next_one, Article)


def test_sources_and_articles_share_the_processes() -> None:
    """One process serves both kinds of task, in whatever order they come."""
    feed = b"<rss version='2.0'><channel><title>Quay</title></channel></rss>"
    with parsers() as pool:
        for _ in range(2):
            assert isinstance(read(pool, job("one"))[0], Article)
            ((_, parsed),) = pool.parse_all([(1, ParseJob(url=FEED.url, body=feed))])
            assert isinstance(parsed, ParsedFeed)
            assert len(pool._idle) == 1


def world(tmp_path: Path, **pages: str) -> FakeWorld:
    """A feed whose entries lead to these pages, which robots.txt allows."""
    made = fake_world(fake_config(tmp_path, feeds=[FEED]))
    made.store.feeds.save_refresh(FeedState(url=FEED.url), [entry(name) for name in pages], now=NOW)
    made.fetcher.results = {
        f"https://quay.example/{name}": Fetched(
            url=f"https://quay.example/{name}", body=page(inner), content_type="text/html"
        )
        for name, inner in pages.items()
    }
    made.fetcher.results["https://quay.example/robots.txt"] = Fetched(
        url="https://quay.example/robots.txt", body=b"", content_type="text/plain"
    )
    return made


def test_a_run_goes_on_past_a_page_that_hangs(tmp_path: Path) -> None:
    """The entry keeps its feed's text and is tried again on another day; the others are full."""
    here = world(tmp_path, slow=DENSE, fine=TEXT)
    with parsers(limit=timedelta(seconds=3)) as pool:
        app = replace(here.app, parser=pool)
        found = {
            each.key.id: each.remark
            for each in enrich_new_entries(app)
            if isinstance(each, Enriched)
        }
    assert found == {"slow": "the page took longer than 3 seconds to read", "fine": ""}
    kept = here.store.feeds.kept
    assert kept[EntryKey(feed=FEED.url, id="fine")].entry.full_text
    assert kept[EntryKey(feed=FEED.url, id="slow")].entry == entry("slow")
    visit = here.store.articles.visits[EntryKey(feed=FEED.url, id="slow")]
    assert visit.retry_at == NOW + timedelta(days=1)


def test_the_program_itself_never_loads_the_extractor() -> None:
    """Reading an article through a pool leaves trafilatura out of the program."""
    script = (
        "import sys\n"
        "from datetime import timedelta\n"
        "import digest.pipeline.enrich\n"
        "from digest.collect.articles.enrichment import can_extract\n"
        "from digest.collect.isolation.workers import ParserPool\n"
        "from digest.model import Article, ArticleJob, Entry, EntryKey\n"
        "assert can_extract()\n"
        "url = 'https://quay.example/one'\n"
        "entry = Entry(key=EntryKey(feed='f', id='1'), title='Ledgers of the harbour', url=url,"
        " fingerprint='f')\n"
        "pool = ParserPool(count=1, timeout=timedelta(seconds=20), memory=500_000_000)\n"
        "job = ArticleJob(entry=entry, url=url, body=sys.stdin.buffer.read())\n"
        "((_, found),) = pool.articles([(1, job)])\n"
        "pool.close()\n"
        "assert isinstance(found, Article), found\n"
        "print([name for name in ('trafilatura', 'justext', 'htmldate') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=page(TEXT), capture_output=True, cwd=ROOT, check=True
    )
    assert done.stdout == b"[]\n"
