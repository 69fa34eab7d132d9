"""Take in what hubs push, and ask feeds as often as their hubs leave it to do.

A push is written to the store within the hub's request and read by a job afterwards: parsing a
hostile document takes seconds, which a hub must not wait for, and what was answered with success
must survive a crash. What is lost all the same is found by asking the feed, which never ends.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto

from digest.app import App
from digest.collect.hubs.callbacks import is_signed
from digest.collect.hubs.websub import ask_feed_at, missed, pushed
from digest.model import FeedHealth, FeedState, Fetched, HubSubscription, Push
from digest.pipeline.refresh import FeedRefreshed, keep_answer
from digest.pipeline.sources import all_feeds

_MOST_PUSHES = 200
_MOST_DOCUMENTS = 8
"""How many documents of the largest size may wait; beyond that, hubs are told to come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTaken:
    """What a pushed document brought. With an ``error``, the feed itself is asked instead."""

    feed: str
    new: int = 0
    changed: int = 0
    error: str = ""


class Receipt(Enum):
    """What becomes of a pushed document.

    Kept to be read; ignored, as its signature is missing or wrong; put off, as too many are
    waiting.
    """

    KEPT = auto()
    FORGED = auto()
    FULL = auto()


def receive_push(
    app: App, subscription: HubSubscription, body: bytes, *, content_type: str, signature: str
) -> Receipt:
    """Keep a pushed document to be read soon, once its signature holds.

    :raises StoreError: when it cannot be kept; the hub is to try again.
    """
    if not is_signed(body, signature=signature, secret=subscription.secret):
        return Receipt.FORGED
    push = Push(
        feed_url=subscription.feed_url,
        body=body,
        content_type=content_type,
        received_at=app.clock(),
    )
    kept = app.store.hubs.keep_push(
        push,
        most=_MOST_PUSHES,
        most_bytes=_MOST_DOCUMENTS * app.config.settings.collect.max_size,
    )
    return Receipt.KEPT if kept else Receipt.FULL


def take_pushes(app: App) -> Iterator[PushTaken]:
    """Read the documents that were pushed, oldest first, and keep what they bring.

    One is forgotten only when it was worked off; one read twice changes nothing.
    """
    last = 0
    while push := app.store.hubs.next_push(after=last):
        last = push.id
        taken = _take(app, push)
        app.store.hubs.drop_push(push.id)
        yield taken


def _take(app: App, push: Push) -> PushTaken:
    """Keep a pushed document like one the feed answered with; ask the feed where it is none.

    A hub's broken document says nothing about the feed, whose state stays then. The validators
    stay in any case: they are of the feed's own answer.
    """
    if push.feed_url not in {feed.url for feed in all_feeds(app)}:
        return PushTaken(feed=push.feed_url, error="the feed is no longer listed")
    before = app.store.feeds.states([push.feed_url])[push.feed_url]
    refreshed = keep_answer(app, push.feed_url, _as_fetched(push, before))
    if refreshed.error:
        app.store.feeds.save_refresh(before, (), now=app.clock())
        ask_feed_soon(app, push.feed_url)
        return PushTaken(feed=push.feed_url, error=refreshed.error)
    _keep_rhythm(app, before)
    subscription = subscriptions_by_feed(app).get(push.feed_url)
    if subscription:
        now = app.clock()
        after = app.store.hubs.change(subscription.token, lambda one: pushed(one, now=now))
        _ask_feed_late(app, after)
    return PushTaken(feed=push.feed_url, new=refreshed.new, changed=refreshed.changed)


def _keep_rhythm(app: App, before: FeedState) -> None:
    """A hub may leave out what it pushed before (section 7), so a push tells no frequency."""
    state = app.store.feeds.states([before.url])[before.url]
    kept = replace(state, gap=before.gap or state.gap, ttl=before.ttl or state.ttl)
    if kept != state:
        app.store.feeds.save_refresh(kept, (), now=app.clock())


def _as_fetched(push: Push, before: FeedState) -> Fetched:
    return Fetched(
        url=before.topic or push.feed_url,
        body=push.body,
        content_type=push.content_type,
        etag=before.etag,
        last_modified=before.last_modified,
        moved_to=before.moved_to,
        hub=before.hub,
        topic=before.topic,
        latency=before.latency or timedelta(0),
    )


def compare_with_pushes(app: App, answers: Iterable[FeedRefreshed]) -> Iterator[FeedRefreshed]:
    """Pass on what asking feeds brought, noting what their hubs should have pushed.

    A feed whose hub is relied upon is asked less often from here on; one whose hub missed an
    entry as often as one without a hub.
    """
    subscriptions = subscriptions_by_feed(app)
    for refreshed in answers:
        subscription = subscriptions.get(refreshed.url)
        if subscription and not refreshed.error:
            _compare(app, subscription, refreshed)
        yield refreshed


def _compare(app: App, subscription: HubSubscription, refreshed: FeedRefreshed) -> None:
    now = app.clock()
    if refreshed.new:
        app.store.hubs.change(subscription.token, lambda one: missed(one, now=now))
    else:
        _ask_feed_late(app, app.store.hubs.find(subscription.token))


def subscriptions_by_feed(app: App) -> dict[str, HubSubscription]:
    """Every subscription by its feed's URL."""
    return {one.feed_url: one for one in app.store.hubs.subscriptions()}


def ask_feed_soon(app: App, url: str) -> None:
    """Have the feed itself asked in the next round: its hub cannot be relied upon."""
    now = app.clock()
    state = app.store.feeds.states([url])[url]
    if state.next_check_at is not None and state.next_check_at > now:
        app.store.feeds.save_refresh(replace(state, next_check_at=now), (), now=now)


def _ask_feed_late(app: App, subscription: HubSubscription | None) -> None:
    """Put the next question off while the hub pushes; one fixed by configuration stays."""
    if subscription is None:
        return
    url, now = subscription.feed_url, app.clock()
    fixed = any(feed.url == url and feed.interval for feed in all_feeds(app))
    state = app.store.feeds.states([url])[url]
    if fixed or state.health is not FeedHealth.ACTIVE or state.next_check_at is None:
        return
    longest = app.config.settings.collect.max_interval
    later = ask_feed_at(subscription, state.next_check_at, longest=longest, now=now)
    if later > state.next_check_at:
        app.store.feeds.save_refresh(replace(state, next_check_at=later), (), now=now)
