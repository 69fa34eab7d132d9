"""The desk's pages over real HTTP: what they show, and what they say when something is wrong."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from digest.errors import ConfigError, Problem, StoreError, TemplateError
from digest.model import EntryState, Mark, Wording
from digest.web.desk import create_desk_app
from tests.acceptance.desk.desk_world import DRAFT, Desk
from tests.acceptance.web_world import (
    Client,
    House,
    asked_feed,
    entry,
    read_page,
)
from tests.fakes import NOW, FakeWorld, fake_config, fake_world


def test_the_index_shows_what_comes_next(client: Client) -> None:
    """Due time on the newsletter's clock; waiting entries with source, time and topic."""
    page = client.get("/").text
    assert "Thu 23 May 2024, 07:30 BST" in page
    assert "Ferry crews learn to read the bar" in page
    assert "Notes &lt;from&gt; the lamp room" in page
    assert "The Lighthouse" in page
    assert re.search(r"Topic: </span>At sea<", page)
    assert re.search(r"Topic: </span>On land<", page)


def test_the_index_shows_edits_and_what_is_kept_back(world: FakeWorld, client: Client) -> None:
    """An edited entry says so; one that is held has its state and the reason beside it."""
    assert "edited since first seen" not in client.get("/").text
    again = replace(entry(1, "Ferry crews learn it", days_ago=-0.05), fingerprint="edited")
    world.store.feeds.save_refresh(asked_feed(), [again], now=NOW)
    held = entry(2, "", days_ago=0).key
    world.store.feeds.mark(held, Mark(state=EntryState.HELD, why="waits for the keeper"))
    page = client.get("/").text
    assert "edited since first seen" in page
    assert re.search(r'class="state held">held</span>\s*<span[^>]*>waits for the keeper<', page)
    assert '<span class="count">1</span>' in page


def test_the_index_shows_issues_with_their_states(client: Client) -> None:
    """Each issue is a link with its state beside it."""
    page = client.get("/").text
    states = re.findall(r'href="/issues/([^"]+)".*?<span class="state \w+">(\w+)<', page, re.DOTALL)
    assert states == [("coast-2024-05-16", "draft"), ("coast-2024-05-09", "sent")]


def test_an_empty_desk_says_what_to_do(tmp_path: Path, house: House) -> None:
    """Without newsletters, the page tells where to write one."""
    empty = Desk(world=fake_world(fake_config(tmp_path)))
    with house.serving(create_desk_app(empty.source)) as client:
        assert "newsletters/NAME.toml" in client.get("/").text


def test_an_issue_shows_its_row_state_size_and_outline(client: Client) -> None:
    """Subject, preheader, state, size against the budget, stories under their headings."""
    page = client.get(DRAFT).text
    assert "The night ferry is back and 4 more" in page
    assert "Also: a lamp room opens" in page
    assert re.search(r'state draft">draft<', page)
    assert re.search(r"\b[1-9] KB of 85", page)
    assert "Approve this issue" in page
    headings = re.findall(r"<h3>(.+?)</h3>", page)
    assert headings == ["Lead", "At sea", "On land", "Also published"]
    assert page.index("The night ferry is back after") < page.index("The lamp room opens")


def test_an_issue_with_two_subjects_shows_both(world: FakeWorld, client: Client) -> None:
    """The second stands under the first, escaped, with what will be made of it."""
    assert "Subject B" not in client.get(DRAFT).text
    kept = world.store.issues.get(DRAFT.rpartition("/")[2])
    two = replace(kept.issue, subject_b=Wording(value="Fog <and> ferries"))
    world.store.issues.save(kept, issue=two, edits=kept.edits, now=NOW)
    page = client.get(DRAFT).text
    assert "<dt>Subject B</dt><dd>Fog &lt;and&gt; ferries</dd>" in page
    assert "too few readers" in page


def test_a_newsletters_name_leads_to_its_newest_issue(client: Client) -> None:
    """The alias redirects, and keeps the look asked for."""
    answer = client.get("/issues/coast?view=text")
    assert answer.status == 302
    assert answer.headers["Location"].endswith(f"{DRAFT}?view=text")


def test_desk_pages_run_the_desks_own_script_only(client: Client) -> None:
    """Strict policy: scripts and styles from the desk's own files, nothing inline."""
    answer = client.get(DRAFT)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>", answer.text)


def test_a_broken_template_shows_where_and_heals(world: FakeWorld, client: Client) -> None:
    """File, line and excerpt instead of the preview; the next good render is shown again."""
    world.renderer.error = TemplateError(
        Problem(file="classic/issue.html", line=7, message="'isue' is undefined", fix="Say issue."),
        excerpt="7 | {{ isue.title }} <b>",
    )
    page = client.get(DRAFT)
    assert page.status == 200
    for shown in ("classic/issue.html, line 7", "isue", "Say issue.", "&lt;b&gt;", "night ferry"):
        assert shown in page.text
    assert "<iframe" not in page.text
    assert client.get(f"{DRAFT}/email.html").status == 500
    world.renderer.error = None
    assert "<iframe" in client.get(DRAFT).text


def test_a_broken_configuration_lists_its_problems(house: House, desk: Desk) -> None:
    """The desk starts all the same, shows every finding, and serves its own styles."""
    desk.error = ConfigError(
        (
            Problem(file="digest.toml", line=3, field="smtp.port", message="no port", fix="Use 25"),
            Problem(file="newsletters/coast.toml", message="no sender"),
        )
    )
    with house.serving(create_desk_app(desk.source)) as client:
        page = client.get("/")
        assert page.status == 500
        for shown in ("digest.toml, line 3", "smtp.port", "no port", "Use 25", "no sender"):
            assert shown in page.text
        assert client.get("/static/desk.css").status == 200


def test_a_database_that_is_away_is_503(world: FakeWorld, client: Client) -> None:
    """The desk says what it cannot reach."""
    world.store.issues.error = StoreError("database is locked")
    answer = client.get(DRAFT)
    assert answer.status == 503
    assert "database is locked" in answer.text


def test_a_crash_keeps_to_itself(world: FakeWorld, client: Client) -> None:
    """What nobody foresaw shows no inner workings, and the headers stay."""
    world.store.issues.error = RuntimeError("inner workings")
    answer = client.get(DRAFT)
    assert answer.status == 500
    assert "inner workings" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/issues/nope", "/nowhere", "/static/nope.css", "/media/nope"])
def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    """With a way back."""
    answer = client.get(path)
    assert answer.status == 404
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        DRAFT,
        f"{DRAFT}?view=text",
        f"{DRAFT}?view=headers",
        f"{DRAFT}?view=source",
        "/nowhere",
    ],
)
def test_pages_can_be_steered_by_ear(client: Client, path: str) -> None:
    """Valid HTML: language, title, one h1, headings in order, named landmarks and controls."""
    text = client.get(path).text
    page = read_page(text)
    assert page.errors == ()
    assert page.language == "en"
    assert page.title
    assert page.headings.count(1) == 1
    assert page.headings[0] == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps)
    assert {"header", "main"} <= set(page.landmarks)
    assert page.unlabelled == ()
    assert len(set(page.ids)) == len(page.ids)
    assert text.index('href="#main"') < text.index("<header")
