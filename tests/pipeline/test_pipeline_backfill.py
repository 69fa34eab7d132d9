"""Reading an archive politely: pauses, second attempts, secrets, and kinds of sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.collect.upkeep.archive import Goal, StopReason
from digest.model import (
    Attribute,
    Feed,
    FeedState,
    FetchAnswer,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    SourceKind,
)
from digest.pipeline.backfill import Backfilled, Pace, PageRead, backfill
from tests.fakes import NOW, FakeStore, fake_app, fake_config

URL = "https://lock.example/feed"
FEED = Feed(url=URL, headers=(Attribute(name="X-Key", value="secret"),))
BUSY = FetchFailed(reason="the server answered 503", status=503)
DELAY = timedelta(seconds=2)


def document(number: int, leads: str = "", linked: str = "") -> Fetched:
    link = f'<link rel="next" href="{leads}"/>' if leads else ""
    body = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Lock</title>{link}'
        f"<entry><title>Week {number}</title><id>tag:lock.example,2020:{number}</id>"
        f'<link href="/{number}"/><updated>2020-01-{number:02}T10:00:00Z</updated></entry></feed>'
    )
    return Fetched(url=URL, body=body.encode(), next_page=linked)


@dataclass
class Script:
    """A fetcher that answers each URL with one result after the other, the last for ever."""

    results: dict[str, list[FetchResult]]
    asked: list[FetchRequest] = field(default_factory=list)

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchAnswer]:
        for request in requests:
            self.asked.append(request)
            missing: list[FetchResult] = [FetchFailed(reason="nothing there", status=404)]
            results = self.results.get(request.url, missing)
            result = results.pop(0) if len(results) > 1 else results[0]
            yield FetchAnswer(request=request, result=result)


@dataclass
class Run:
    """One back-fill and what came of it."""

    script: Script
    waits: list[float]
    pages: list[PageRead]
    end: Backfilled


def run(
    directory: Path, results: Mapping[str, Sequence[FetchResult]], *, feed: Feed = FEED
) -> tuple[Run, FakeStore]:
    script, waits, store = (
        Script({url: list(found) for url, found in results.items()}),
        list[float](),
        FakeStore(),
    )
    store.feeds.known[feed.url] = FeedState(url=feed.url, etag='"1"', last_ok_at=NOW)
    app = replace(fake_app(fake_config(directory)), store=store, fetcher=script)
    steps = list(backfill(app, feed, Goal(), pace=Pace(delay=DELAY, sleep=waits.append)))
    pages = [step for step in steps if isinstance(step, PageRead)]
    assert isinstance(steps[-1], Backfilled)
    return Run(script, waits, pages, steps[-1]), store


def reason(done: Run) -> StopReason:
    assert done.end.stop
    return done.end.stop.reason


def test_pages_are_asked_one_by_one_with_a_pause(tmp_path: Path) -> None:
    """A pause between two pages, none before the first; never a validator."""
    last = {f"{URL}/3": [document(1)]}
    pages = {URL: [document(3, f"{URL}/2")], f"{URL}/2": [document(2, f"{URL}/3")], **last}
    done, store = run(tmp_path, pages)
    assert done.waits == [2.0, 2.0]
    assert [each.etag for each in done.script.asked] == ["", "", ""]
    assert reason(done) is StopReason.END
    assert store.feeds.known[URL].etag == '"1"'


@pytest.mark.parametrize(
    ("failure", "waits"),
    [
        (BUSY, [2.0, 10.0]),
        (replace(BUSY, retry_after=timedelta(seconds=30)), [2.0, 30.0]),
        (FetchFailed(reason="no answer"), [2.0, 10.0]),
    ],
    ids=["busy", "busy-for-a-while", "no-answer"],
)
def test_what_passes_is_waited_for(
    tmp_path: Path, failure: FetchFailed, waits: list[float]
) -> None:
    """A page is asked for again, after the pause that the site wants."""
    pages: dict[str, list[FetchResult]] = {
        URL: [document(3, f"{URL}/2")],
        f"{URL}/2": [failure, document(2)],
    }
    done, _ = run(tmp_path, pages)
    assert done.waits == waits
    assert len(done.pages) == 2


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        (BUSY, 3),
        (replace(BUSY, retry_after=timedelta(hours=1)), 1),
        (FetchFailed(reason="forbidden", status=403), 1),
    ],
    ids=["busy-for-good", "long-pause", "forbidden"],
)
def test_what_does_not_pass_ends_it(tmp_path: Path, failure: FetchFailed, asked: int) -> None:
    """It is said why; what was read before is kept, and known."""
    pages: dict[str, list[FetchResult]] = {
        URL: [document(3, f"{URL}/2")],
        f"{URL}/2": [failure],
    }
    done, store = run(tmp_path, pages)
    assert reason(done) is StopReason.FAILED
    assert done.end.stop
    assert failure.reason in done.end.stop.why
    assert len(done.script.asked) == 1 + asked
    assert len(store.feeds.kept) == 1
    assert done.end.archive.complete_since == done.pages[0].oldest


def test_secrets_stay_at_home(tmp_path: Path) -> None:
    """A page on another host is asked for without the feed's own headers."""
    other = "https://elsewhere.example/2"
    done, _ = run(tmp_path, {URL: [document(3, other)], other: [document(2)]})
    assert [bool(each.headers) for each in done.script.asked] == [True, False]


def test_a_link_header_is_followed(tmp_path: Path) -> None:
    """Where the document names no older entries, its HTTP header may."""
    done, _ = run(tmp_path, {URL: [document(3, linked=f"{URL}/2")], f"{URL}/2": [document(2)]})
    assert len(done.pages) == 2
    assert reason(done) is StopReason.END


def test_the_feed_itself_is_read_as_collecting_reads_it(tmp_path: Path) -> None:
    """What is new on its first page is news as ever; what is on older pages never is."""
    _, store = run(tmp_path, {URL: [document(3, f"{URL}/2")], f"{URL}/2": [document(2)]})
    assert [each.backlog for each in store.feeds.kept.values()] == [False, True]


def test_pages_and_apis_have_no_archive(tmp_path: Path) -> None:
    """Nobody is asked."""
    done, _ = run(tmp_path, {}, feed=Feed(url=URL, kind=SourceKind.API))
    assert reason(done) is StopReason.NO_ARCHIVE
    assert done.script.asked == []
