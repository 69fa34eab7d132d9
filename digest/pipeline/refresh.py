"""Ask feeds for news and keep what they bring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.app import App
from digest.collect.upkeep.moves import identity
from digest.collect.upkeep.refresh import (
    AT_REST,
    RefreshPolicy,
    Round,
    decide,
    is_due,
    needs_parsing,
    request_for,
    transition,
)
from digest.model import (
    Feed,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    ParsedFeed,
    ParseFailed,
    ParseJob,
    ParseResult,
)
from digest.pipeline.sources import all_feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRefreshed:
    """What came of asking one feed. ``error`` is empty when all went well.

    ``became`` is the health it came to just now, None when it stayed as it was; ``remark`` is what
    is newly to be said of it, such as a move. Both are told once, however often it is asked.
    """

    url: str
    title: str
    health: FeedHealth
    became: FeedHealth | None = None
    new: int = 0
    changed: int = 0
    unchanged: bool = False
    error: str = ""
    remark: str = ""
    problems: tuple[str, ...] = ()
    latency: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A feed that answered, as it was before."""

    feed: Feed
    before: FeedState
    result: FetchResult
    at: datetime


def refresh_feeds(
    app: App, *, urls: Sequence[str] = (), force: bool = False
) -> Iterator[FeedRefreshed]:
    """Ask the feeds that are due, of ``urls`` or of all, yielding as answers are worked off.

    With ``force`` they are asked whether due or not; one that is paused or gone only when it is
    named. A feed that fails is a value like any other and stops nothing.

    :raises StoreError: when the database takes nothing any more; what was yielded is kept, and
        the feeds that were not stay due.
    """
    started_at = app.clock()
    feeds = _listed(app)
    this_round = Round(
        policy=policy_of(app),
        started_at=started_at,
        listed=frozenset(identity(url) for url in feeds),
    )
    named = {url: feeds.get(url, Feed(url=url)) for url in urls} or feeds
    requests: dict[FetchRequest, list[tuple[Feed, FeedState]]] = {}
    for url, state in app.store.feeds.states(list(named)).items():
        wanted = state.health not in AT_REST or url in urls
        if (force and wanted) or is_due(named[url], state, started_at):
            request = request_for(named[url], state)
            requests.setdefault(request, []).append((named[url], state))
    for asked, parsed in app.parser.parse_all(_answers(app, requests)):
        yield _keep(app, asked, parsed, this_round=this_round)


def keep_answer(app: App, url: str, result: FetchResult) -> FeedRefreshed:
    """Keep an answer that came without a question, such as a document that a hub pushed."""
    feeds = _listed(app)
    now = app.clock()
    this_round = Round(
        policy=policy_of(app), started_at=now, listed=frozenset(identity(url) for url in feeds)
    )
    asked = _Asked(
        feed=feeds.get(url, Feed(url=url)),
        before=app.store.feeds.states([url])[url],
        result=result,
        at=now,
    )
    job = _job(asked, max_entries=app.config.settings.collect.max_entries)
    ((_, parsed),) = app.parser.parse_all([(asked, job)])
    return _keep(app, asked, parsed, this_round=this_round)


def poll_now(app: App, urls: Sequence[str]) -> Iterator[FeedRefreshed]:
    """Ask these feeds at once, due or not, paused and gone ones too; none when none is named."""
    return refresh_feeds(app, urls=urls, force=True) if urls else iter(())


def due_feeds(app: App) -> int:
    """How many feeds :func:`refresh_feeds` would ask now."""
    feeds = _listed(app)
    states = app.store.feeds.states(list(feeds))
    now = app.clock()
    return sum(is_due(feeds[url], state, now) for url, state in states.items())


def _listed(app: App) -> dict[str, Feed]:
    return {feed.url: feed for feed in all_feeds(app)}


def policy_of(app: App) -> RefreshPolicy:
    """How often sources are asked, by the settings."""
    collect = app.config.settings.collect
    return RefreshPolicy(
        interval=collect.interval,
        min_interval=collect.min_interval,
        max_interval=collect.max_interval,
        backoff=collect.backoff,
        max_backoff=collect.max_backoff,
        pause_after=collect.pause_after,
    )


def _answers(
    app: App, requests: dict[FetchRequest, list[tuple[Feed, FeedState]]]
) -> Iterator[tuple[_Asked, ParseJob | None]]:
    """Each feed that answered, with the document to be parsed where there is a new one."""
    for answer in app.fetcher.fetch(list(requests)):
        for feed, before in requests[answer.request]:
            asked = _Asked(feed=feed, before=before, result=answer.result, at=app.clock())
            yield asked, _job(asked, max_entries=app.config.settings.collect.max_entries)


def _job(asked: _Asked, *, max_entries: int) -> ParseJob | None:
    """None where there is no body, or it is the one read last time."""
    result = asked.result
    if not isinstance(result, Fetched) or not needs_parsing(asked.feed, asked.before, result):
        return None
    return ParseJob(
        url=asked.feed.url,
        body=result.body,
        base=result.url,
        content_location=result.content_location,
        content_type=result.content_type,
        max_entries=max_entries,
        kind=asked.feed.kind,
        selectors=asked.feed.selectors,
        fields=asked.feed.fields,
    )


def _keep(
    app: App, asked: _Asked, parsed: ParseResult | None, *, this_round: Round
) -> FeedRefreshed:
    """Keep a feed's state and entries, in one transaction.

    Where they cannot be kept, that is the feed's failure, and only its state is: it backs off
    like any other, the other feeds are kept, and its entries come when they can be.
    """
    try:
        return _save(app, asked, parsed, this_round=this_round)
    except Exception as error:  # noqa: BLE001 - one feed's data never costs the others theirs
        reason = f"its entries could not be kept: {error}"
        failed = replace(asked, result=FetchFailed(reason=reason, latency=asked.result.latency))
        return _save(app, failed, None, this_round=this_round)


def _save(
    app: App, asked: _Asked, parsed: ParseResult | None, *, this_round: Round
) -> FeedRefreshed:
    before, result = asked.before, asked.result
    after = decide(asked.feed, before, result, parsed, this_round=this_round, now=asked.at)
    entries = parsed.entries if isinstance(parsed, ParsedFeed) else ()
    new, changed = app.store.feeds.save_refresh(after, entries, now=asked.at)
    return FeedRefreshed(
        url=before.url,
        title=asked.feed.title or after.title or before.url,
        health=after.health,
        became=transition(before, after),
        new=new,
        changed=changed,
        unchanged=isinstance(result, NotModified)
        or (parsed is None and isinstance(result, Fetched)),
        error=_error(result, parsed),
        remark=after.remark if after.remark != before.remark else "",
        problems=parsed.problems if isinstance(parsed, ParsedFeed) else (),
        latency=result.latency,
    )


def _error(result: FetchResult, parsed: ParseResult | None) -> str:
    if isinstance(result, FetchFailed):
        return result.reason
    return parsed.reason if isinstance(parsed, ParseFailed) else ""
