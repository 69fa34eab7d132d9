"""Read a feed's archive, page by page, so that a year can be told."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.app import App
from digest.collect.http.robots import origin_of
from digest.collect.parsing.exports import portions
from digest.collect.upkeep.archive import (
    ArchivePage,
    Goal,
    Stop,
    StopReason,
    Turn,
    Walk,
    with_file,
)
from digest.collect.upkeep.refresh import request_for
from digest.model import (
    Entry,
    Feed,
    FeedArchive,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    ParsedFeed,
    ParseFailed,
    ParseJob,
    SourceKind,
)
from digest.pipeline.gate import Gate

_NOT_ALLOWED = "the site's robots.txt does not let programs ask for numbered pages of its feed"
_NO_FEED = "it is read as {kind}, which has no archive that could be told"
_LONGEST_WAIT = timedelta(minutes=2)
_ATTEMPTS = 3
_PASSING = frozenset({429, 500, 502, 503, 504})
_PORTION = 2_000_000
_MOST_IN_A_PORTION = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """A page of an archive (or a part of an exported one) that is kept now."""

    number: int
    url: str
    entries: int
    new: int
    oldest: datetime | None = None
    newest: datetime | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """The end of a back-fill: why it ended, and how much of the archive is known now.

    ``stop`` is None where a file was read to its end.
    """

    archive: FeedArchive
    stop: Stop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How an archive is asked: ``delay`` between two pages, and what waits."""

    delay: timedelta = timedelta(seconds=1)
    sleep: Callable[[float], None] = time.sleep


_PACE = Pace()


def backfill(
    app: App, feed: Feed, goal: Goal, *, pace: Pace = _PACE
) -> Iterator[PageRead | Backfilled]:
    """Ask for one page of the feed's archive after the other; each is kept before the next.

    What was read stays when it is interrupted, and the next run goes on there. The feed's own
    state (validators, interval, health) is not touched.
    """
    store = app.store.feeds
    known = store.archives([feed.url])[feed.url]
    if feed.kind is not SourceKind.FEED:
        why = _NO_FEED.format(kind="an API" if feed.kind is SourceKind.API else "a page")
        yield Backfilled(archive=known, stop=Stop(reason=StopReason.NO_ARCHIVE, why=why))
        return
    reader = _Reader(app, feed, pace)
    walk = Walk(reader.head.url, goal, known=known, now=app.clock())
    number, kept, then = 0, known, walk.first()
    while isinstance(then, Turn):
        turn, answer = then, reader.read(then)
        if not isinstance(answer, ArchivePage):
            then = (
                answer
                if isinstance(answer, Stop)
                else walk.miss(turn, answer.reason, status=answer.status)
            )
            continue
        taken = walk.take(turn, answer)
        backlog = reader.never_read or turn.url != reader.head.url
        new = store.save_archive(taken.archive, taken.entries, backlog=backlog, now=app.clock())
        number, kept, then = number + 1, taken.archive, taken.then
        yield _page_read(number, turn.url, taken.entries, new, answer.feed.problems)
    if walk.archive != kept:
        store.save_archive(walk.archive, (), backlog=True, now=app.clock())
    yield Backfilled(archive=walk.archive, stop=then)


def import_archive(
    app: App, feed: Feed, document: bytes, goal: Goal
) -> Iterator[PageRead | Backfilled]:
    """Keep what an exported archive holds: RSS, Atom, JSON Feed, or a blog's own export.

    Only published posts are kept, and of those what ``goal`` dates.
    """
    store = app.store.feeds
    archive = store.archives([feed.url])[feed.url]
    jobs = (
        (None, _job(feed, part, base=feed.url, most=_MOST_IN_A_PORTION))
        for part in portions(document, _PORTION)
    )
    found: list[Entry] = []
    for number, (_, parsed) in enumerate(app.parser.parse_all(jobs), start=1):
        if not isinstance(parsed, ParsedFeed):
            reason = parsed.reason if parsed else "it could not be read"
            yield Backfilled(archive=archive, stop=Stop(reason=StopReason.FAILED, why=reason))
            return
        entries = tuple(each for each in parsed.entries if _is_wanted(each, goal))
        new = store.save_archive(archive, entries, backlog=True, now=app.clock())
        found += entries
        yield _page_read(number, "", entries, new, parsed.problems)
    archive = with_file(archive, found, goal, now=app.clock())
    store.save_archive(archive, (), backlog=True, now=app.clock())
    yield Backfilled(archive=archive)


class _Reader:
    """Asks for pages, politely, and reads them.

    ``head`` is the request for the feed itself; ``never_read`` says that it never was before.
    """

    def __init__(self, app: App, feed: Feed, pace: Pace) -> None:
        state = app.store.feeds.states([feed.url])[feed.url]
        self.head = replace(request_for(feed, state), etag="", last_modified="")
        self.never_read = state.last_ok_at is None
        self._app = app
        self._feed = feed
        self._pace = pace
        self._gate = Gate(app)
        self._asked = 0

    def read(self, turn: Turn) -> ArchivePage | FetchFailed | Stop:
        """The page, or why there is none; a Stop where it may not be asked for."""
        if turn.guessed:
            self._gate.learn([turn.url])
            if not self._gate.allows(turn.url):
                return Stop(reason=StopReason.NOT_ALLOWED, why=_NOT_ALLOWED)
        fetched = self._fetch(self._request(turn.url))
        if isinstance(fetched, FetchFailed):
            return fetched
        parsed = self._parse(fetched)
        if isinstance(parsed, ParseFailed):
            return FetchFailed(reason=parsed.reason)
        return ArchivePage(feed=parsed, linked=fetched.next_page)

    def _request(self, url: str) -> FetchRequest:
        """A page's request; what the feed's own site is sent goes to no other site."""
        if origin_of(url) == origin_of(self.head.url):
            return replace(self.head, url=url)
        return FetchRequest(url=url)

    def _fetch(self, request: FetchRequest) -> Fetched | FetchFailed:
        """One request, after a pause; a few more where the server is only not ready."""
        wait = self._pace.delay if self._asked else None
        for attempt in range(1, _ATTEMPTS + 1):
            if wait:
                self._pace.sleep(wait.total_seconds())
            self._asked += 1
            (answer,) = self._app.fetcher.fetch([request])
            wait = _pause(answer.result, otherwise=5 * attempt * self._pace.delay)
            if wait is None:
                break
        if isinstance(answer.result, NotModified):
            return FetchFailed(reason="the server says that nothing has changed, unasked")
        return answer.result

    def _parse(self, fetched: Fetched) -> ParsedFeed | ParseFailed:
        most = self._app.config.settings.collect.max_entries
        job = _job(self._feed, fetched.body, base=fetched.url, most=most)
        job = replace(
            job, content_location=fetched.content_location, content_type=fetched.content_type
        )
        ((_, parsed),) = self._app.parser.parse_all([(None, job)])
        return parsed or ParseFailed(reason="it could not be read")


def _pause(result: FetchResult, *, otherwise: timedelta) -> timedelta | None:
    """How long to wait before asking again; None where that is of no use, or takes too long."""
    if not isinstance(result, FetchFailed):
        return None
    if result.retry_after is not None:
        return result.retry_after if result.retry_after <= _LONGEST_WAIT else None
    passing = result.status in _PASSING or result.status is None
    return otherwise if passing else None


def _job(feed: Feed, body: bytes, *, base: str, most: int) -> ParseJob:
    return ParseJob(url=feed.url, body=body, base=base, max_entries=most, fields=feed.fields)


def _is_wanted(entry: Entry, goal: Goal) -> bool:
    at = entry.published_at
    early = at and goal.since and at < goal.since
    return not (early or (at and goal.until and at >= goal.until))


def _page_read(
    number: int, url: str, entries: Sequence[Entry], new: int, problems: tuple[str, ...]
) -> PageRead:
    dates = [entry.published_at for entry in entries if entry.published_at]
    return PageRead(
        number=number,
        url=url,
        entries=len(entries),
        new=new,
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
        problems=problems,
    )
