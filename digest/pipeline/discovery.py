"""Find the feeds of a site, asking it as little as possible; or see what a page would yield."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.app import App
from digest.collect.discovery.discover import (
    ACCEPT,
    Candidate,
    FoundFeed,
    found_feed,
    known_feeds,
    linked_feeds,
    ranked,
    usual_places,
    with_scheme,
)
from digest.collect.discovery.propose import Proposal, propose
from digest.model import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    ParsedFeed,
    ParseJob,
)

_NO_FEED = (
    "the site has no feed where feeds are named or usually found;"
    " digest feeds discover --selectors {url} reads the page itself"
)
_NO_LIST = "nothing on the page repeats as a list of linked titles would"
_IS_FEED = "it is a feed already, and needs no selectors; digest feeds add {url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The feeds of a site, the likeliest first; ``reason`` says why there are none."""

    url: str
    feeds: tuple[FoundFeed, ...] = ()
    reason: str = ""

    @property
    def distinct(self) -> tuple[FoundFeed, ...]:
        """The feeds without those that repeat another in another format."""
        return tuple(feed for feed in self.feeds if not feed.twin_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Ways to read a page or an API, the best first; ``reason`` says why there are none."""

    url: str
    proposals: tuple[Proposal, ...] = ()
    reason: str = ""


def discover(app: App, address: str) -> Discovery:
    """The feeds at, named by, known for or usual on a site, each of them fetched and read.

    A well-known service's feeds are computed from the address; only a site that names no feed
    that can be read is asked at the usual places.
    """
    url = with_scheme(address)
    known = _verified(app, known_feeds(url))
    if known:
        return Discovery(url=url, feeds=known)
    answer = _ask(app, url)
    if not isinstance(answer, Fetched):
        return Discovery(url=url, reason=_failure(answer))
    itself = _read(app, [(Candidate(url=url), answer)])
    if itself:
        return Discovery(url=url, feeds=ranked(itself))
    linked = linked_feeds(answer.body, url=answer.url, content_type=answer.content_type)
    feeds = _verified(app, linked) or _verified(app, known_feeds(answer.url))
    feeds = feeds or _verified(app, usual_places(answer.url))
    return Discovery(url=url, feeds=feeds, reason="" if feeds else _NO_FEED.format(url=url))


def propose_selectors(app: App, address: str) -> Proposed:
    """Ways to read a page or an API that has no feed, tried on what it answers now."""
    url = with_scheme(address)
    answer = _ask(app, url)
    if not isinstance(answer, Fetched):
        return Proposed(url=url, reason=_failure(answer))
    proposals = propose(answer.body, url=answer.url, content_type=answer.content_type)
    if not proposals:
        is_feed = _read(app, [(Candidate(url=url), answer)])
        return Proposed(url=url, reason=_IS_FEED.format(url=url) if is_feed else _NO_LIST)
    listed = tuple(replace(each, feed=replace(each.feed, url=url)) for each in proposals)
    return Proposed(url=url, proposals=listed)


def _ask(app: App, url: str) -> FetchResult:
    answers = app.fetcher.fetch([FetchRequest(url=url, accept=ACCEPT)])
    nothing = FetchFailed(reason="there was no answer")
    return next((answer.result for answer in answers), nothing)


def _failure(answer: FetchFailed | NotModified) -> str:
    return answer.reason if isinstance(answer, FetchFailed) else "there was no document"


def _verified(app: App, candidates: Sequence[Candidate]) -> tuple[FoundFeed, ...]:
    """The candidates that are feeds; two that lead to the same address are one."""
    requests = {FetchRequest(url=each.url): each for each in candidates}
    answers = {
        requests[answer.request].url: answer.result
        for answer in (app.fetcher.fetch(list(requests)) if requests else ())
    }
    fetched: dict[str, tuple[Candidate, Fetched]] = {}
    for candidate in candidates:
        result = answers.get(candidate.url)
        if isinstance(result, Fetched):
            fetched.setdefault(result.url, (candidate, result))
    return ranked(_read(app, list(fetched.values())))


def _read(
    app: App, fetched: Sequence[tuple[Candidate, Fetched]]
) -> list[tuple[FoundFeed, ParsedFeed]]:
    """Those that are feeds, in the order given."""
    most = app.config.settings.collect.max_entries
    jobs = ((number, _job(*each, most=most)) for number, each in enumerate(fetched))
    parsed = dict(app.parser.parse_all(jobs))
    read = ((*fetched[number], parsed[number]) for number in sorted(parsed))
    return [
        (found_feed(candidate, result, feed), feed)
        for candidate, result, feed in read
        if isinstance(feed, ParsedFeed)
    ]


def _job(candidate: Candidate, fetched: Fetched, *, most: int) -> ParseJob:
    return ParseJob(
        url=candidate.url,
        body=fetched.body,
        base=fetched.url,
        content_location=fetched.content_location,
        content_type=fetched.content_type,
        max_entries=most,
    )
