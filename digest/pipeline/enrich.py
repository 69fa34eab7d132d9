"""Fetch the articles of entries whose feeds bring summaries only, where that is wanted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.app import App
from digest.collect.articles.enrichment import (
    ACCEPT,
    EXTRA,
    MAX_SIZE,
    can_extract,
    enriched,
    needs_article,
)
from digest.collect.articles.imagesize import ImageSize, best_picture, head_request, image_size
from digest.collect.http.robots import origin_of
from digest.model import (
    Article,
    ArticleCandidate,
    ArticleJob,
    ArticleVisit,
    Entry,
    EntryKey,
    Feed,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    Image,
    NoArticle,
)
from digest.pipeline.gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichLimits:
    """What one run may ask of the world.

    ``entries`` pages in all and ``per_host`` on one host, ``at_once`` between two savings; entries
    older than ``window`` are left alone; what fails is tried again after ``retry``, so many
    ``attempts`` in all.
    """

    entries: int = 60
    per_host: int = 10
    at_once: int = 20
    window: timedelta = timedelta(days=35)
    retry: timedelta = timedelta(days=1)
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """What came of one entry's page. ``remark`` says why the feed's own text stays, else empty."""

    key: EntryKey
    url: str
    words: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentMissing:
    """Articles are wanted, and the extra that reads them is not installed."""

    feeds: tuple[str, ...]

    def __str__(self) -> str:
        count = len(self.feeds)
        wanted = "a feed asks" if count == 1 else f"{count} feeds ask"
        return f"{wanted} for full_text, which needs: pip install 'digest[{EXTRA}]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A candidate whose page was asked for, and why there is none where it is so."""

    candidate: ArticleCandidate
    failure: FetchFailed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visited:
    candidate: ArticleCandidate
    outcome: Article | NoArticle | FetchFailed


_SHARE = 4
_NOT_ALLOWED = "the site's robots.txt does not let programs ask for the page"
_DEFAULT = EnrichLimits()


def enrich_new_entries(
    app: App, *, limits: EnrichLimits = _DEFAULT
) -> Iterator[Enriched | EnrichmentMissing]:
    """Give entries of ``full_text`` feeds their articles' text, the newest first.

    A page that fails, or is of no use, is a value like any other; the entry keeps what its feed
    says. Nothing is asked twice in a day.
    """
    feeds = {feed.url: feed for feed in app.config.feeds if feed.full_text}
    if not feeds:
        return
    if not can_extract():
        yield EnrichmentMissing(feeds=tuple(feeds))
        return
    gate = Gate(app)
    wanted = _polite(_wanting(app, tuple(feeds), limits), limits)
    for start in range(0, len(wanted), limits.at_once):
        some = wanted[start : start + limits.at_once]
        visited = list(_visit(app, some, feeds, gate))
        sizes = _measure(app, [each.outcome for each in visited], some, gate)
        for each in visited:
            yield _keep(app, each, sizes, limits)


def _wanting(app: App, feeds: Sequence[str], limits: EnrichLimits) -> list[ArticleCandidate]:
    """Entries with a summary only; the others are settled, so that nobody looks at them again."""
    now = app.clock()
    found = app.store.articles.waiting(
        feeds, since=now - limits.window, now=now, limit=_SHARE * limits.entries
    )
    whole = [each for each in found if not needs_article(each.entry)]
    if whole:
        app.store.articles.settle([_visit_of(each, at=now) for each in whole])
    return [each for each in found if needs_article(each.entry)]


def _polite(wanted: Iterable[ArticleCandidate], limits: EnrichLimits) -> list[ArticleCandidate]:
    """No more than may be asked for in one run; the rest waits for the next."""
    asked: defaultdict[str, int] = defaultdict(int)
    chosen = []
    for each in wanted:
        host = origin_of(each.entry.url)
        asked[host] += 1
        if asked[host] <= limits.per_host:
            chosen.append(each)
    return chosen[: limits.entries]


def _visit(
    app: App, some: Sequence[ArticleCandidate], feeds: dict[str, Feed], gate: Gate
) -> Iterator[_Visited]:
    """Each candidate with its article, read apart while others are still on their way."""
    for asked, read in app.parser.articles(_ask(app, some, feeds, gate)):
        outcome = asked.failure or read
        if outcome is not None:
            yield _Visited(candidate=asked.candidate, outcome=outcome)


def _ask(
    app: App, some: Sequence[ArticleCandidate], feeds: dict[str, Feed], gate: Gate
) -> Iterator[tuple[_Asked, ArticleJob | None]]:
    """Each candidate, with its page where there is one to read."""
    gate.learn([each.entry.url for each in some])
    requests: defaultdict[FetchRequest, list[ArticleCandidate]] = defaultdict(list)
    for each in some:
        if gate.allows(each.entry.url):
            requests[_request(each.entry, feeds[each.entry.key.feed])].append(each)
        else:
            yield _Asked(candidate=each, failure=FetchFailed(reason=_NOT_ALLOWED)), None
    for answer in app.fetcher.fetch(list(requests)):
        for each in requests[answer.request]:
            page = _page(each.entry, answer.result, gate)
            if isinstance(page, FetchFailed):
                yield _Asked(candidate=each, failure=page), None
            else:
                yield _Asked(candidate=each), page


def _request(entry: Entry, feed: Feed) -> FetchRequest:
    """The page's request; what a feed's own site wants to be sent goes to no other site."""
    own = origin_of(entry.url) == origin_of(feed.url)
    return FetchRequest(
        url=entry.url,
        accept=ACCEPT,
        max_size=MAX_SIZE,
        headers=feed.headers if own else (),
        login=feed.login if own else None,
    )


def _page(entry: Entry, result: FetchResult, gate: Gate) -> ArticleJob | FetchFailed:
    match result:
        case Fetched(url=url):
            if origin_of(url) != origin_of(entry.url):
                gate.learn([url])
                if not gate.allows(url):
                    return FetchFailed(reason=_NOT_ALLOWED)
            return ArticleJob(
                entry=entry, url=url, body=result.body, content_type=result.content_type
            )
        case FetchFailed():
            return result
        case _:
            return FetchFailed(reason="the server says that nothing has changed, unasked")


def _measure(
    app: App,
    outcomes: Iterable[Article | NoArticle | FetchFailed],
    candidates: Iterable[ArticleCandidate],
    gate: Gate,
) -> dict[str, ImageSize]:
    """The sizes of the pictures of entries that got their article, where they are not known."""
    named = [outcome.image for outcome in outcomes if isinstance(outcome, Article)]
    if not named:
        return {}
    named += [each.entry.image for each in candidates]
    urls = list(dict.fromkeys(image.url for image in named if image and not _has_size(image)))
    gate.learn(urls)
    sizes: dict[str, ImageSize] = {}
    requests = [head_request(url) for url in urls if gate.allows(url)]
    for answer in app.fetcher.fetch(requests):
        result = answer.result
        size = image_size(result.body) if isinstance(result, Fetched) else None
        if size:
            sizes[answer.request.url] = size
    return sizes


def _has_size(image: Image) -> bool:
    return image.width is not None and image.height is not None


def _keep(
    app: App, visited: _Visited, sizes: dict[str, ImageSize], limits: EnrichLimits
) -> Enriched:
    candidate, outcome, now = visited.candidate, visited.outcome, app.clock()
    entry = candidate.entry
    visit = _visit_of(candidate, at=now)
    match outcome:
        case Article():
            full = enriched(entry, outcome)
            pictures = tuple(filter(None, (full.image, outcome.image)))
            full = replace(full, image=best_picture(pictures, sizes))
            if app.store.articles.enrich(full, visit):
                return Enriched(key=entry.key, url=entry.url, words=outcome.words)
            return Enriched(key=entry.key, url=entry.url, remark="its feed changed it just now")
        case NoArticle(reason=reason, unread=False):
            visit = replace(visit, remark=reason)
        case NoArticle(reason=reason) | FetchFailed(reason=reason):
            visit = replace(visit, remark=reason, retry_at=_again(outcome, visit, limits, now=now))
    app.store.articles.settle([visit])
    return Enriched(key=entry.key, url=entry.url, remark=reason)


def _again(
    failure: FetchFailed | NoArticle, visit: ArticleVisit, limits: EnrichLimits, *, now: datetime
) -> datetime | None:
    """When a page that failed is asked for again; None when it was asked for often enough."""
    if visit.attempts >= limits.attempts:
        return None
    later = failure.retry_after if isinstance(failure, FetchFailed) else None
    return now + max(limits.retry, later or timedelta(0))


def _visit_of(candidate: ArticleCandidate, *, at: datetime) -> ArticleVisit:
    return ArticleVisit(
        key=candidate.entry.key,
        fingerprint=candidate.entry.fingerprint,
        visited_at=at,
        attempts=candidate.attempts + 1,
    )
