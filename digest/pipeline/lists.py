"""Read remote lists of feeds again, and keep what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from digest.app import App
from digest.collect.discovery.opml import read_opml
from digest.collect.upkeep.refresh import Round, decide, is_due, needs_parsing, request_for
from digest.model import (
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    ParsedFeed,
    ParseFailed,
    ParseResult,
)
from digest.pipeline.refresh import policy_of

MOST_FEEDS = 2_000
"""How many feeds of one list are kept."""
_ACCEPT = "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRefreshed:
    """What came of reading one list. ``error`` is empty when all went well."""

    url: str
    added: int = 0
    removed: int = 0
    error: str = ""


def refresh_lists(app: App, *, force: bool = False) -> Iterator[ListRefreshed]:
    """Read the lists that are due, yielding as answers arrive.

    A list that fails, or holds no feed, keeps those it held.
    """
    now = app.clock()
    lists = {each.url: _as_feed(app, each.url) for each in app.config.lists}
    states = app.store.feeds.states(list(lists)) if lists else {}
    due = [url for url, state in states.items() if force or is_due(lists[url], state, now)]
    requests: dict[FetchRequest, list[str]] = {}
    for url in due:
        request = replace(request_for(lists[url], states[url]), accept=_ACCEPT)
        requests.setdefault(request, []).append(url)
    for answer in app.fetcher.fetch(list(requests)) if requests else ():
        for url in requests[answer.request]:
            yield _keep(app, lists[url], states[url], answer.result)


def _as_feed(app: App, url: str) -> Feed:
    """A list is asked like a feed, as often as feeds of unknown frequency are."""
    return Feed(url=url, interval=app.config.settings.collect.interval)


def _keep(app: App, source: Feed, before: FeedState, result: FetchResult) -> ListRefreshed:
    now = app.clock()
    listed = _read(source, before, result)
    parsed = _parsed(listed)
    added, removed = 0, 0
    if listed:
        added, removed = app.store.lists.replace(source.url, listed, now=now)
    this_round = Round(policy=policy_of(app), started_at=now, listed=frozenset())
    after = decide(source, before, result, parsed, this_round=this_round, now=now)
    # After what it holds: were this all that is kept, the list would not be read again.
    app.store.feeds.save_refresh(after, (), now=now)
    return ListRefreshed(url=source.url, added=added, removed=removed, error=_error(result, parsed))


def _read(source: Feed, before: FeedState, result: FetchResult) -> tuple[Feed, ...] | None:
    """The list's feeds; None where there is no list, or it is the one read last time."""
    if not isinstance(result, Fetched) or not needs_parsing(source, before, result):
        return None
    return read_opml(result.body)[:MOST_FEEDS]


def _parsed(listed: tuple[Feed, ...] | None) -> ParseResult | None:
    if listed is None:
        return None
    return ParsedFeed(title="") if listed else ParseFailed(reason="the list holds no feeds")


def _error(result: FetchResult, parsed: ParseResult | None) -> str:
    if isinstance(result, FetchFailed):
        return result.reason
    return parsed.reason if isinstance(parsed, ParseFailed) else ""
