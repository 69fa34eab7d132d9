"""The archive over real HTTP: issues as pages, their neighbours, lists and feeds."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from digest.collect.parsing.parse import parse_feed
from digest.compose.render import IssueRenderer
from digest.model import IssueState, KeptIssue, ParsedFeed
from digest.resources import TEMPLATES
from digest.web.public import create_public_app
from tests.acceptance.web_world import NEWSLETTER, Client, House, issue, read_page
from tests.fakes import NOW, FakeWorld, fake_config, fake_world

PUBLIC_URL = "https://letters.example"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House().open() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    """Three issues that went out, a week apart, and one that is only approved."""
    config = fake_config(tmp_path, newsletters=[NEWSLETTER], web={"public_url": PUBLIC_URL})
    made = fake_world(config)
    for number in (3, 2, 1, 0):
        kept = approve(made, number)
        if number:
            send(made, kept, number)
    return made


def approve(world: FakeWorld, number: int) -> KeptIssue:
    renderer = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL)
    kept = world.store.issues.add(issue(number), now=NOW)
    assert kept
    rendering = renderer.render(kept.issue, NEWSLETTER)
    return world.store.issues.approve(kept, rendering, by="Ed", now=NOW)


def send(world: FakeWorld, kept: KeptIssue, number: int) -> None:
    world.store.issues.change_state(
        kept.id,
        to=IssueState.SENT,
        allowed=(IssueState.APPROVED,),
        now=NOW - timedelta(weeks=number),
    )


@pytest.fixture
def client(house: House, world: FakeWorld) -> Iterator[Client]:
    with house.serving(create_public_app(world.app)) as made:
        yield made


def slug(number: int) -> str:
    return issue(number).slug


def test_an_issue_leads_to_its_neighbours(client: Client) -> None:
    """The one in the middle to both, the first and the last to one each."""
    middle = client.get(f"/issues/{slug(2)}").text
    first = client.get(f"/issues/{slug(3)}").text
    last = client.get(f"/issues/{slug(1)}").text
    assert f'<link rel="prev" href="{PUBLIC_URL}/issues/{slug(3)}">' in middle
    assert f'<link rel="next" href="{PUBLIC_URL}/issues/{slug(1)}">' in middle
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last
    assert read_page(middle).errors == ()


def test_an_issue_that_waits_for_its_time_is_nobodys_neighbour(client: Client) -> None:
    """Its page is there for whom the editor shows it to; nothing leads to it."""
    waiting = client.get(f"/issues/{slug(0)}").text
    assert f"/issues/{slug(1)}" in waiting
    assert slug(0) not in client.get(f"/issues/{slug(1)}").text
    assert slug(0) not in client.get("/archive/coast/").text
    assert slug(0) not in client.get("/archive/coast/atom.xml").text


def test_a_page_changes_when_it_gets_a_neighbour(world: FakeWorld, client: Client) -> None:
    """What a cache holds is good for as long as the page is the same."""
    path = f"/issues/{slug(1)}"
    before = client.get(path).headers["ETag"]
    assert client.get(path, If_None_Match=before).status == 304
    send(world, world.store.issues.get(slug(0)), 0)
    after = client.get(path, If_None_Match=before)
    assert (after.status, after.headers["ETag"] == before) == (200, False)


@pytest.mark.parametrize("path", ["/archive/", "/archive/coast/"])
def test_a_list_names_every_issue_latest_first(client: Client, path: str) -> None:
    """A page that can be steered by ear, may be indexed, and is the same for everybody."""
    answer = client.get(path)
    page = read_page(answer.text)
    places = [answer.text.index(f'href="/issues/{slug(number)}"') for number in (1, 2, 3)]
    assert places == sorted(places)
    assert (page.errors, page.headings[0], page.unlabelled) == ((), 1, ())
    assert "noindex" not in answer.text
    assert "public" in answer.headers["Cache-Control"]
    assert client.get(path, If_None_Match=answer.headers["ETag"]).status == 304


def test_an_unknown_newsletter_has_no_archive(client: Client) -> None:
    """Neither a list nor a feed."""
    for path in ("/archive/x/", "/archive/x/atom.xml", "/archive/x/feed.json", "/archive"):
        assert client.get(path).status == 404


def test_an_empty_archive_says_so(house: House, tmp_path: Path) -> None:
    """Before anything went out there is a page, and a feed without items."""
    config = fake_config(tmp_path, newsletters=[NEWSLETTER])
    with house.serving(create_public_app(fake_world(config).app)) as client:
        assert "No issue has gone out yet" in client.get("/archive/coast/").text
        assert not ET.fromstring(client.get("/archive/coast/atom.xml").body).findall(f"{ATOM}entry")
        assert json.loads(client.get("/archive/coast/feed.json").body)["items"] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("atom.xml", "application/atom+xml"), ("feed.json", "application/feed+json")],
)
def test_a_feed_reads_back(client: Client, name: str, kind: str) -> None:
    """Our own parser finds the issues in it, with their pages' content."""
    answer = client.get(f"/archive/coast/{name}")
    assert answer.headers.get_content_type() == kind
    url = f"{PUBLIC_URL}/archive/coast/{name}"
    parsed = parse_feed(answer.body, url=url, content_type=kind)
    assert isinstance(parsed, ParsedFeed)
    assert parsed.problems == ()
    assert [entry.url for entry in parsed.entries] == [
        f"{PUBLIC_URL}/issues/{slug(number)}" for number in (1, 2, 3)
    ]
    assert "The night ferry is back" in parsed.entries[0].content
    assert "In this issue" not in parsed.entries[0].content
    assert client.get(f"/archive/coast/{name}", If_None_Match=answer.headers["ETag"]).status == 304


def test_a_feed_says_what_it_must(client: Client) -> None:
    """RFC 4287: one id, updated, author and self link; JSON Feed: version, content and id."""
    root = ET.fromstring(client.get("/archive/coast/atom.xml").body)
    for name in ("id", "updated", "title", "author"):
        assert len(root.findall(f"{ATOM}{name}")) == 1
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"{PUBLIC_URL}/archive/coast/atom.xml"
    document = json.loads(client.get("/archive/coast/feed.json").body)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert all(item["id"] == item["url"] and item["content_html"] for item in document["items"])
