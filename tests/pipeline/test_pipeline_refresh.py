"""Rounds over feeds, with a real store and a fetcher that answers as told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.model import EntryKey, Feed, FeedHealth, Fetched, FetchFailed, FetchResult, NotModified
from digest.pipeline.refresh import FeedRefreshed, due_feeds, refresh_feeds
from digest.store import open_store
from tests.acceptance.town import RSS
from tests.fakes import NOW, FakeFetcher, fake_config, fake_world

URL = "https://quay.example/feed.xml"
OTHER = "https://other.example/feed.xml"


class Scene:
    """Two feeds, a store, and answers to script."""

    def __init__(self, app: App, fetcher: FakeFetcher) -> None:
        self.app = app
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


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    config = fake_config(tmp_path, feeds=[Feed(url=URL), Feed(url=OTHER)])
    world = fake_world(config)
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    yield Scene(replace(world.app, store=store), world.fetcher)
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


def _key(entry_id: str) -> EntryKey:
    return EntryKey(feed=URL, id=entry_id)
