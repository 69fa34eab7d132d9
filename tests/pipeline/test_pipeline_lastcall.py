"""The last call: feeds are asked once more, right before an issue is drafted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.model import Feed, FeedHealth, FeedState, NotModified
from digest.pipeline.drafting import draft_due_issues
from digest.pipeline.due import due_issues
from digest.pipeline.lastcall import last_call
from digest.store import open_store
from tests.core.harbour import NEWSLETTER
from tests.fakes import fake_config, fake_world

URL = "https://quay.example/feed.xml"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    newsletter = replace(NEWSLETTER, feeds=(URL,))
    world = fake_world(fake_config(tmp_path, newsletters=[newsletter], feeds=[Feed(url=URL)]))
    world.fetcher.results[URL] = NotModified()
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    yield replace(world.app, store=store)
    store.close()


def remember(app: App, **facts: object) -> None:
    """Keep a state of the feed as if a round had left it."""
    state = replace(FeedState(url=URL), **facts)  # type: ignore[arg-type]  # fields by name
    app.store.feeds.save_refresh(state, (), now=app.clock())


def called(app: App) -> list[str]:
    return [refreshed.url for refreshed in last_call(app)]


def test_a_feed_not_asked_since_the_period_ended_is_asked(app: App) -> None:
    """Its next check may be a day away: what it wrote this morning belongs into the issue."""
    (due,) = due_issues(app)
    remember(
        app,
        last_checked_at=due.period.end - timedelta(hours=2),
        next_check_at=app.clock() + timedelta(days=1),
    )
    assert called(app) == [URL]
    assert called(app) == []


def test_a_feed_never_asked_is_asked_before_the_first_issue(app: App) -> None:
    """A service that starts on a fresh database does not use its first period up for nothing."""
    assert called(app) == [URL]


def test_a_failing_feed_is_left_to_its_back_off(app: App) -> None:
    """The last call is for feeds that are well."""
    remember(app, health=FeedHealth.FAILING, next_check_at=app.clock() + timedelta(hours=1))
    assert called(app) == []


def test_nothing_is_asked_when_no_issue_is_due(app: App) -> None:
    """Once the period is drafted, there is nothing to call for."""
    draft_due_issues(app)
    assert called(app) == []
