"""Sources from remote lists: whose they are, when they are read, and what failure leaves."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model import Attribute, Feed, FeedList, Fetched, FetchFailed, Login
from digest.pipeline.lists import refresh_lists
from digest.pipeline.sources import all_feeds, newsletter_feeds
from tests.core.harbour import NEWSLETTER
from tests.fakes import NOW, FakeWorld, fake_config, fake_world

LIST = FeedList(url="https://l.example/x.opml", tags=("friends",))
OWN = Feed(
    url="https://own.example/",
    tags=("town",),
    login=Login(username="me", password="x"),
    headers=(Attribute(name="X", value="y"),),
)
"""Stands in the list too, where it may change nothing."""


def opml(*outlines: str) -> Fetched:
    body = "".join(f'<outline type="rss" {each}/>' for each in outlines)
    document = f'<opml version="2.0"><body>{body}</body></opml>'
    return Fetched(url=LIST.url, body=document.encode(), etag='"1"')


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    config = fake_config(tmp_path, feeds=[OWN])
    made = fake_world(replace(config, lists=(LIST,)))
    made.fetcher.results[LIST.url] = opml(
        'text="One" xmlUrl="https://one.example/" category="sea"',
        'text="Own" xmlUrl="https://own.example/" category="sea"',
    )
    return made


def test_the_configuration_wins(world: FakeWorld) -> None:
    """A listed feed that is configured too stays as configured; others carry the list's tags."""
    (answer,) = refresh_lists(world.app)
    assert (answer.added, answer.removed, answer.error) == (2, 0, "")
    assert all_feeds(world.app) == (
        OWN,
        Feed(url="https://one.example/", title="One", tags=("sea", "friends")),
    )


@pytest.mark.parametrize(
    ("tags", "feeds"),
    [
        (("friends",), ("https://fixed.example/", "https://one.example/")),
        (("sea",), ("https://fixed.example/", "https://one.example/")),
        (("town",), ("https://fixed.example/",)),
        ((), ("https://fixed.example/",)),
    ],
    ids=["list-tag", "own-tag", "other-tag", "none"],
)
def test_newsletters_draw_on_listed_feeds_by_tag(
    world: FakeWorld, tags: tuple[str, ...], feeds: tuple[str, ...]
) -> None:
    """What a newsletter resolved from its files comes first."""
    list(refresh_lists(world.app))
    newsletter = replace(NEWSLETTER, feeds=("https://fixed.example/",), feed_tags=tags)
    assert newsletter_feeds(world.app, newsletter) == feeds


@pytest.mark.parametrize(
    "result",
    [FetchFailed(reason="timed out"), Fetched(url=LIST.url, body=b"<p>Sorry"), opml()],
    ids=["fetch", "html", "empty"],
)
def test_a_list_that_fails_keeps_its_feeds(world: FakeWorld, result: Fetched | FetchFailed) -> None:
    """No feed is lost because a list cannot be read."""
    list(refresh_lists(world.app))
    world.fetcher.results[LIST.url] = result
    (answer,) = refresh_lists(world.app, force=True)
    assert answer.error
    assert len(all_feeds(world.app)) == 2


def test_a_list_is_asked_conditionally_and_when_due(world: FakeWorld) -> None:
    """Between two rounds its validators are kept, and it is left alone until its interval."""
    list(refresh_lists(world.app))
    assert list(refresh_lists(world.app)) == []
    assert len(world.fetcher.asked) == 1
    later = NOW + world.app.config.settings.collect.interval + timedelta(minutes=5)
    list(refresh_lists(replace(world.app, clock=lambda: later)))
    assert world.fetcher.asked[-1].etag == '"1"'
    assert world.fetcher.asked[-1].headers == ()
    assert world.fetcher.asked[-1].login is None


def test_without_lists_nothing_is_read(tmp_path: Path) -> None:
    """Most publications have none."""
    world = fake_world(fake_config(tmp_path, feeds=[OWN]))
    assert list(refresh_lists(world.app)) == []
    assert all_feeds(world.app) == (OWN,)
