"""Rounds over feeds, with a real store and a fetcher that answers as told."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.errors import StoreError
from digest.model import (
    Attribute,
    Entry,
    EntryKey,
    Feed,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    Login,
    NotModified,
)
from digest.pipeline.refresh import FeedRefreshed, due_feeds, poll_now, refresh_feeds
from digest.store import SqlStore, open_store
from tests.acceptance.town import RSS
from tests.fakes import NOW, FakeFetcher, fake_config, fake_world

URL = "https://quay.example/feed.xml"
OTHER = "https://other.example/feed.xml"


class Scene:
    """Two feeds, a store, and answers to script."""

    def __init__(self, app: App, fetcher: FakeFetcher, store: SqlStore) -> None:
        self.app = app
        self.store = store
        self.fetcher = fetcher

    def round(self, **answers: FetchResult) -> FeedRefreshed:
        """Ask once; `quay` is what the first feed answers, and what came of it is returned."""
        self.fetcher.results[URL] = answers["quay"]
        self.fetcher.results[OTHER] = answers.get("other", NotModified())
        came = {
            refreshed.url: refreshed
            for refreshed in refresh_feeds(self.app, urls=(URL, OTHER), force=True)
        }
        return came[URL]

    def at(self, now: datetime, *feeds: Feed) -> App:
        """The app at another time, with other feeds where there are any."""
        config = replace(self.app.config, feeds=feeds or self.app.config.feeds)
        return replace(self.app, config=config, clock=lambda: now)

    def state(self, url: str = URL) -> FeedState:
        return self.app.store.feeds.states([url])[url]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    config = fake_config(tmp_path, feeds=[Feed(url=URL), Feed(url=OTHER)])
    world = fake_world(config)
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    yield Scene(replace(world.app, store=store), world.fetcher, store)
    store.close()


def body(text: str = RSS, url: str = URL) -> Fetched:
    return Fetched(url=url, body=text.encode(), content_type="application/rss+xml", etag='"1"')


def test_entries_are_kept_once(scene: Scene) -> None:
    """The same document again brings nothing, and is not even parsed."""
    first = scene.round(quay=body())
    again = scene.round(quay=body())
    assert (first.new, first.changed, first.unchanged) == (2, 0, False)
    assert (again.new, again.changed, again.unchanged) == (0, 0, True)


def test_an_edit_is_a_change_and_nothing_new(scene: Scene) -> None:
    """A rewritten title updates the entry."""
    scene.round(quay=body())
    edited = scene.round(quay=body(RSS.replace("doubles for summer", "doubles")))
    assert (edited.new, edited.changed) == (0, 1)


def test_a_feed_that_redirects_keeps_its_own_name(scene: Scene) -> None:
    """Entries belong to the URL that is configured; relative links start where it led."""
    moved = RSS.replace("https://quay.example/ferry", "/ferry")
    scene.round(quay=body(moved, url="https://www.quay.example/new/feed.xml"))
    again = scene.round(quay=body(moved + "<!-- later -->", url="https://cdn.quay.example/f.xml"))
    assert again.new == 0
    ferry = scene.app.store.feeds.entry(_key("quay-1"))
    assert ferry is not None
    assert ferry.entry.key.feed == URL


def test_a_failing_feed_is_backed_off_and_stops_nothing(scene: Scene) -> None:
    """A failure is a value with its reason; the other feed is read; back-off doubles."""
    failed = scene.round(quay=FetchFailed(reason="the server answered 500"), other=body(url=OTHER))
    assert (failed.error, failed.health) == ("the server answered 500", FeedHealth.FAILING)
    state = scene.app.store.feeds.states([URL])[URL]
    assert state.next_check_at is not None
    first_wait = state.next_check_at - NOW
    scene.round(quay=FetchFailed(reason="the server answered 500"))
    second = scene.app.store.feeds.states([URL])[URL].next_check_at
    assert second is not None
    assert abs(second - NOW - 2 * first_wait) < timedelta(seconds=1)
    assert due_feeds(scene.app) == 0


def test_a_gone_feed_is_never_asked_again(scene: Scene) -> None:
    """410 retires the feed."""
    scene.round(quay=FetchFailed(reason="gone", status=410))
    later = replace(scene.app, clock=lambda: NOW + timedelta(days=400))
    assert URL not in {refreshed.url for refreshed in refresh_feeds(later)}


def test_a_change_of_health_is_told_once(scene: Scene) -> None:
    """Failing, paused and recovered are each told when they begin, and never again."""
    failure = FetchFailed(reason="the server answered 500", status=500)
    scene.fetcher.results = {URL: failure, OTHER: NotModified()}
    told, now = [], NOW
    while scene.state().health is not FeedHealth.PAUSED:
        for refreshed in refresh_feeds(scene.at(now)):
            told += [refreshed.became] if refreshed.url == URL and refreshed.became else []
        now += timedelta(hours=6)
    assert told == [FeedHealth.FAILING, FeedHealth.PAUSED]
    assert now - NOW > scene.app.config.settings.collect.pause_after
    later = scene.at(now + timedelta(days=30))
    assert {refreshed.url for refreshed in refresh_feeds(later)} == {OTHER}
    assert {refreshed.url for refreshed in refresh_feeds(later, force=True)} == {OTHER}
    (still,) = poll_now(later, [URL])
    assert (still.health, still.became) == (FeedHealth.PAUSED, None)
    scene.fetcher.results[URL] = body()
    (woken,) = poll_now(later, [URL])
    assert (woken.health, woken.became, woken.new) == (FeedHealth.ACTIVE, FeedHealth.ACTIVE, 2)


def test_nothing_named_polls_nothing(scene: Scene) -> None:
    """An empty list is no wish for everything."""
    assert list(poll_now(scene.app, [])) == []
    assert scene.fetcher.asked == []


def test_requests_carry_what_feeds_toml_says(scene: Scene) -> None:
    """Headers and login of the configuration, and its interval to the second."""
    header = Attribute(name="X-Key", value="y")
    login = Login(username="ada", password="x")
    feed = Feed(url=URL, headers=(header,), login=login, interval=timedelta(minutes=5))
    scene.fetcher.results[URL] = body()
    list(refresh_feeds(scene.at(NOW, feed)))
    assert (scene.fetcher.asked[0].headers, scene.fetcher.asked[0].login) == ((header,), login)
    assert scene.state().next_check_at == NOW + timedelta(minutes=5)


def test_a_tick_of_the_interval_asks_every_time(scene: Scene) -> None:
    """Intervals count from a round's start, however long its answers take."""
    ticks = [NOW + timedelta(minutes=5) * n for n in range(4)]
    feed = Feed(url=URL, interval=timedelta(minutes=5))
    scene.fetcher.results[URL] = body()
    for tick in ticks:
        times = iter([tick, *[tick + timedelta(seconds=50)] * 3])
        app = replace(scene.at(tick, feed), clock=times.__next__)
        assert [refreshed.url for refreshed in refresh_feeds(app)] == [URL]
        assert scene.state().last_checked_at == tick + timedelta(seconds=50)


def test_a_move_is_applied_and_the_feed_keeps_its_name(scene: Scene) -> None:
    """After a week the new URL is asked, entries keep their keys, and it is said once."""
    new = "https://www.quay.example/feed.xml"
    moved = replace(body(url=new), moved_to=new)
    remarks = []
    for day in range(9):
        scene.fetcher.results = {URL: moved, new: body(url=new), OTHER: NotModified()}
        came = list(refresh_feeds(scene.at(NOW + timedelta(days=day)), urls=[URL], force=True))
        remarks += [refreshed.remark for refreshed in came if refreshed.remark]
    assert scene.fetcher.asked[-1].url == new
    assert remarks == [f"moved to {new}; update feeds.toml"]
    assert scene.app.store.feeds.entry(_key("quay-1")) is not None
    assert scene.state(new) == FeedState(url=new)


def test_two_feeds_of_one_document_are_asked_once(scene: Scene) -> None:
    """A URL listed after another feed moved there serves both, each under its own name."""
    new = "https://www.quay.example/feed.xml"
    state = FeedState(url=URL, asked_url=new)
    scene.app.store.feeds.save_refresh(state, (), now=NOW)
    scene.fetcher.results[new] = body(url=new)
    came = list(refresh_feeds(scene.at(NOW, Feed(url=URL), Feed(url=new))))
    assert [request.url for request in scene.fetcher.asked] == [new]
    assert [(refreshed.url, refreshed.new) for refreshed in came] == [(URL, 2), (new, 2)]


class _Refusing:
    """A feed store that takes no entries of one feed, or nothing at all."""

    def __init__(self, store: SqlStore, *, everything: bool = False) -> None:
        self.feeds = self
        self._store = store
        self._everything = everything

    def __getattr__(self, name: str) -> object:
        return getattr(self._store.feeds, name)

    def save_refresh(
        self, state: FeedState, entries: Sequence[Entry], *, now: datetime
    ) -> tuple[int, int]:
        if self._everything or (entries and state.url == URL):
            raise StoreError("digest.db: cannot keep this text")
        return self._store.feeds.save_refresh(state, entries, now=now)


def test_entries_that_cannot_be_kept_cost_no_other_feed(scene: Scene) -> None:
    """The feed fails and backs off; its validators stay old, so that its entries come later."""
    scene.fetcher.results = {URL: body(), OTHER: body(url=OTHER)}
    app = replace(scene.app, store=_Refusing(scene.store))  # type: ignore[arg-type]
    came = {refreshed.url: refreshed for refreshed in refresh_feeds(app)}
    assert "cannot keep this text" in came[URL].error
    assert came[OTHER].new == 2
    state = scene.state()
    assert (state.health, state.etag, state.body_hash) == (FeedHealth.FAILING, "", "")
    (later,) = poll_now(scene.app, [URL])
    assert later.new == 2


def test_a_database_that_takes_nothing_ends_the_round(scene: Scene) -> None:
    """Then no feed is at fault, and asking on would only waste publishers' answers."""
    scene.fetcher.results = {URL: body(), OTHER: body(url=OTHER)}
    app = replace(scene.app, store=_Refusing(scene.store, everything=True))  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        list(refresh_feeds(app))
    assert len(scene.fetcher.asked) == 1
    assert due_feeds(scene.app) == 2


def _key(entry_id: str) -> EntryKey:
    return EntryKey(feed=URL, id=entry_id)
