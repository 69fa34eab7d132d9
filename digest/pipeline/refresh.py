"""Ask feeds for news and keep what they bring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.app import App
from digest.collect.parse import parse_feed
from digest.collect.refresh import RefreshPolicy, decide, is_due, needs_parsing, request_for
from digest.model import (
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    NotModified,
    ParsedFeed,
    ParseFailed,
    ParseResult,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRefreshed:
    """What came of asking one feed. ``error`` is empty when all went well."""

    url: str
    title: str
    health: FeedHealth
    new: int = 0
    changed: int = 0
    unchanged: bool = False
    error: str = ""
    problems: tuple[str, ...] = ()
    latency: timedelta = timedelta(0)


def refresh_feeds(
    app: App, *, urls: Sequence[str] = (), force: bool = False
) -> Iterator[FeedRefreshed]:
    """Ask the feeds that are due (all of ``urls`` with ``force``), yielding as answers arrive.

    A feed that fails is a value like any other and stops nothing.
    """
    listed = urls or [feed.url for feed in app.config.feeds]
    states = app.store.feeds.states(listed)
    now = app.clock()
    asked = [state for state in states.values() if force or is_due(state, now)]
    for answer in app.fetcher.fetch([request_for(state) for state in asked]):
        yield _keep(app, states[answer.request.url], answer.result, now=app.clock())


def due_feeds(app: App) -> int:
    """How many feeds :func:`refresh_feeds` would ask now."""
    states = app.store.feeds.states([feed.url for feed in app.config.feeds])
    now = app.clock()
    return sum(is_due(state, now) for state in states.values())


def _keep(app: App, state: FeedState, result: FetchResult, *, now: datetime) -> FeedRefreshed:
    parsed = _parse(app, state, result)
    policy = RefreshPolicy(
        interval=app.config.settings.collect.interval,
        backoff=app.config.settings.collect.backoff,
        max_backoff=app.config.settings.collect.max_backoff,
    )
    after = decide(state, result, parsed, policy=policy, now=now)
    entries = parsed.entries if isinstance(parsed, ParsedFeed) else ()
    new, changed = app.store.feeds.save_refresh(after, entries, now=now)
    return FeedRefreshed(
        url=state.url,
        title=_title(app, after),
        health=after.health,
        new=new,
        changed=changed,
        unchanged=isinstance(result, NotModified)
        or (parsed is None and isinstance(result, Fetched)),
        error=_error(result, parsed),
        problems=parsed.problems if isinstance(parsed, ParsedFeed) else (),
        latency=result.latency,
    )


def _parse(app: App, state: FeedState, result: FetchResult) -> ParseResult | None:
    """Read a body that is new; None where there is none, or it is the one read last time."""
    if not isinstance(result, Fetched) or not needs_parsing(state, result):
        return None
    return parse_feed(
        result.body,
        url=state.url,
        base=result.url,
        content_type=result.content_type,
        max_entries=app.config.settings.collect.max_entries,
    )


def _error(result: FetchResult, parsed: ParseResult | None) -> str:
    if isinstance(result, FetchFailed):
        return result.reason
    return parsed.reason if isinstance(parsed, ParseFailed) else ""


def _title(app: App, state: FeedState) -> str:
    listed = {feed.url: feed.title for feed in app.config.feeds}
    return listed.get(state.url) or state.title or state.url
