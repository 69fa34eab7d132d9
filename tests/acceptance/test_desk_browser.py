"""The desk's buttons in a real browser: what an editor presses, sees, and finds kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.app import App, open_app
from digest.config.load import load_config
from digest.model import IssueState, NewSubscriber
from digest.pipeline.approval import render_issue
from digest.pipeline.drafting import draft_now
from digest.web.desk import AppSource
from digest.web.desk.server import desk_server
from tests.acceptance.town import FEEDS, Site, free_port, make_publication, serve_feeds
from tests.acceptance.web_world import Client, running

if TYPE_CHECKING:
    from playwright.sync_api import Page

EVENING = datetime(2026, 6, 17, 20, tzinfo=UTC)
"""The evening before the newsletter falls due."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(FEEDS) as served:
        yield served


@pytest.fixture
def app(tmp_path: Path, site: Site) -> Iterator[App]:
    """A real store and a real fetcher, the evening before an issue."""
    make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=free_port())
    config = load_config(tmp_path / "pub", environment={})
    opened = open_app(config, clock=lambda: EVENING)
    yield opened
    opened.close()


@pytest.fixture
def desk(app: App) -> Iterator[Client]:
    """The desk as `digest preview` serves it, over an app of its own on the same database."""
    source = AppSource(
        directory=app.config.directory, open=lambda: open_app(app.config, clock=app.clock)
    )
    with running(desk_server(source), listen=True) as client:
        yield client


@contextmanager
def browsing(desk: Client, chromium: str) -> Iterator["Page"]:
    """A tab that shows the desk's first page, and knows of no other address."""
    from playwright.sync_api import sync_playwright

    home = f"http://127.0.0.1:{desk.port}/"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.route("**/*", lambda route: route.continue_() if home in route.request.url else None)
        faults: list[str] = []
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.goto(home)
        yield tab
        browser.close()
    assert faults == []


def press(tab: "Page", button: str) -> None:
    """Press a button by its name, and wait for the page it leads to."""
    with tab.expect_navigation():
        tab.get_by_role("button", name=button).click()


def test_the_poll_button_brings_posts_onto_the_page(
    app: App, site: Site, desk: Client, chromium: str
) -> None:
    """Pressed, it asks every feed, says how many posts came, and lists them; they are kept."""
    with browsing(desk, chromium) as tab:
        assert "Nothing new since the last issue" in tab.inner_text("main")
        press(tab, "Look for new posts")
        assert tab.get_by_role("status").inner_text() == "3 feeds asked: 4 new entries."
        assert "Seagrass returns to the northern flats" in tab.inner_text("ol.entries")
        assert sorted(site.hits) == sorted(FEEDS)
        press(tab, "Look for new posts")
        assert tab.get_by_role("status").inner_text() == "3 feeds asked: 0 new entries."
        assert tab.locator("ol.entries > li").count() == 3
    feeds = [feed.url for feed in app.config.feeds]
    kept = app.store.feeds.recent(feeds, newsletter="harbour", limit=10)
    assert len(kept) == 4


def test_the_poll_button_names_failures(site: Site, desk: Client, chromium: str) -> None:
    """A feed that is away is counted on the page, with the command that says more."""
    del site.feeds["/tide.xml"]
    with browsing(desk, chromium) as tab:
        press(tab, "Look for new posts")
        told = tab.get_by_role("status").inner_text()
    assert told == "3 feeds asked: 3 new entries, 1 failed (see digest feeds status)."


def test_the_approve_button_freezes_what_was_seen(app: App, desk: Client, chromium: str) -> None:
    """Pressed, the draft is approved as the very bytes shown, and the button is gone."""
    with browsing(desk, chromium) as tab:
        press(tab, "Look for new posts")
        drafted = draft_now(app, app.config.newsletter("harbour"))
        assert drafted.issue
        slug = drafted.issue.issue.slug
        rows = [NewSubscriber(address="reader@harbour.example")]
        app.store.audience.subscribe_all(rows, newsletter="harbour", now=app.clock())
        tab.reload()
        tab.locator("a.issue-link").click()
        tab.wait_for_url(f"**/issues/{slug}")
        assert tab.locator(".issue-head .state").text_content() == "draft"
        shown = tab.frame_locator("iframe").locator("body").inner_text()
        assert "Seagrass returns to the northern flats" in shown
        seen = tab.locator("input[name=seen]").get_attribute("value")
        tab.get_by_label("Why its warnings are fine").fill("a short week")
        press(tab, "Approve this issue")
        assert tab.url.endswith(f"/issues/{slug}")
        assert tab.locator(".issue-head .state").text_content() == "approved"
        assert "Approved by" in tab.inner_text(".next")
        assert tab.get_by_role("button").count() == 0
    kept = app.store.issues.get(slug)
    assert kept.state is IssueState.APPROVED
    assert render_issue(app, kept).digest == seen


def test_a_draft_that_changed_meanwhile_is_not_approved(
    app: App, desk: Client, chromium: str
) -> None:
    """Bytes that nobody looked at stay a draft; the page says so, and asks for another look."""
    with browsing(desk, chromium) as tab:
        press(tab, "Look for new posts")
        drafted = draft_now(app, app.config.newsletter("harbour"))
        assert drafted.issue
        rows = [NewSubscriber(address="reader@harbour.example")]
        app.store.audience.subscribe_all(rows, newsletter="harbour", now=app.clock())
        tab.goto(f"{tab.url.partition('?')[0]}issues/{drafted.issue.issue.slug}")
        tab.locator("input[name=seen]").evaluate("field => field.value = 'f'.repeat(64)")
        press(tab, "Approve this issue")
        assert tab.get_by_role("heading", level=1).inner_text() == "Not any more"
    assert app.store.issues.get(drafted.issue.issue.slug).state is IssueState.DRAFT


def test_findings_are_waived_where_they_are_listed(app: App, desk: Client, chromium: str) -> None:
    """The pill leads to the list; a reason waives a warning; nothing scrolls sideways."""
    with browsing(desk, chromium) as tab:
        press(tab, "Look for new posts")
        drafted = draft_now(app, app.config.newsletter("harbour"))
        assert drafted.issue
        tab.reload()
        tab.locator("a.issue-link").click()
        assert tab.get_by_role("button", name="Approve this issue").is_disabled()
        assert "recipients-none" in tab.inner_text("#blockers")
        tab.get_by_role("link", name="Not yet").click()
        warned = tab.locator(".finding.warning").first
        before = tab.locator(".finding.warning").count()
        warned.get_by_label("It is fine because").fill("a short week")
        with tab.expect_navigation():
            warned.get_by_role("button").click()
        assert tab.locator(".finding.warning").count() < before
        assert "a short week" in tab.locator(".finding.waived").first.inner_text()
        for width in (1280, 360):
            tab.set_viewport_size({"width": width, "height": 800})
            wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0
    (waiver,) = app.store.preflight.waivers(drafted.issue.id)
    assert waiver.reason == "a short week"
