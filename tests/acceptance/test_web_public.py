"""The public pages over real HTTP: unsubscribing, issues, media, health, problems."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.audience.tokens import unsubscribe_token
from digest.errors import StoreError
from digest.model import Consent, IssueState, KeptIssue
from digest.web.public import Health, create_public_app
from digest.web.security import mask_address
from tests.acceptance.web_world import NEWSLETTER, Client, House, issue, read_page
from tests.fakes import LINK_KEY, NOW, FakeWorld, fake_config, fake_world

ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = b"\r\n".join(
    [
        b"--x",
        b'Content-Disposition: form-data; name="List-Unsubscribe"',
        b"",
        b"One-Click",
        b"--x--",
    ]
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House().open() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    """One newsletter with one confirmed subscriber, and a media folder."""
    (tmp_path / "media").mkdir()
    config = fake_config(tmp_path, newsletters=[NEWSLETTER], web={"media": "media"})
    made = fake_world(config)
    made.store.audience.subscribe(
        address="mary@example.org",
        name="Mary",
        newsletter=NEWSLETTER.id,
        consent=Consent.CONFIRMED,
        now=NOW,
    )
    return made


@pytest.fixture
def client(house: House, world: FakeWorld) -> Iterator[Client]:
    with house.serving(create_public_app(world.app)) as made:
        yield made


@pytest.fixture
def link() -> str:
    """Mary's unsubscribe link, without the host."""
    token = unsubscribe_token(LINK_KEY, subscriber_id=1, newsletter=NEWSLETTER.id)
    return f"/unsubscribe/{token}"


def consent(world: FakeWorld) -> Consent:
    return world.store.audience.rows[1, NEWSLETTER.id].consent


def approved(world: FakeWorld, number: int = 0) -> KeptIssue:
    kept = world.store.issues.add(issue(number), now=NOW)
    assert kept
    rendering = world.renderer.render(kept.issue, NEWSLETTER)
    return world.store.issues.approve(kept, rendering, by="Ed", now=NOW)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_link_changes_nothing(
    world: FakeWorld, client: Client, link: str, method: str
) -> None:
    """Mail scanners that follow the link do not unsubscribe anybody."""
    assert client.ask(method, link).status == 200
    assert consent(world) is Consent.CONFIRMED


def test_the_page_names_the_newsletter_and_masks_the_address(client: Client, link: str) -> None:
    """The reader sees which newsletter and which address, a bystander not whose."""
    page = client.get(link).text
    assert "Coast &amp; Harbour" in page
    assert "m•••@example.org" in page
    assert "mary@" not in page


def test_the_page_has_one_button_in_a_form_that_posts_to_the_link(
    client: Client, link: str
) -> None:
    """One thing to do, without a script."""
    page = client.get(link).text
    assert page.count("<button") == 1
    assert re.search(r'<form method="post">', page)
    assert "<script" not in page


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ONE_CLICK, "application/x-www-form-urlencoded"),
        (
            MULTIPART,
            "multipart/form-data; boundary=x",
        ),
    ],
    ids=["urlencoded", "multipart"],
)
def test_one_click_ends_the_subscription(
    world: FakeWorld, client: Client, link: str, body: bytes, content_type: str
) -> None:
    """RFC 8058: a bare POST suffices and is answered 200: no redirect, no cookie."""
    answer = client.ask("POST", link, body=body, headers={"Content-Type": content_type})
    assert answer.status == 200
    assert answer.headers["Set-Cookie"] is None
    assert answer.headers["Location"] is None
    assert answer.headers.get_content_type() == "text/plain"
    assert consent(world) is Consent.UNSUBSCRIBED


def test_unsubscribing_twice_is_fine(world: FakeWorld, client: Client, link: str) -> None:
    """Somebody who is gone already is told the same."""
    answers = [client.ask("POST", link, body=ONE_CLICK, headers=FORM) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert consent(world) is Consent.UNSUBSCRIBED


def test_the_button_leads_to_a_page_that_says_it_is_done(
    world: FakeWorld, client: Client, link: str
) -> None:
    """A person who presses the button reads what happened."""
    answer = client.post(link)
    assert answer.status == 200
    assert "Nothing more will be sent" in answer.text
    assert "m•••@example.org" in answer.text
    assert consent(world) is Consent.UNSUBSCRIBED


def test_the_link_of_somebody_erased_still_works(
    world: FakeWorld, client: Client, link: str
) -> None:
    """Without a row there is no address to show, and no error either."""
    world.store.audience.people.clear()
    world.store.audience.rows.clear()
    assert client.get(link).status == 200
    assert client.post(link).status == 200


def test_the_link_of_a_newsletter_no_longer_configured_works(client: Client) -> None:
    """Old mail keeps its right to be unsubscribed from."""
    token = unsubscribe_token(LINK_KEY, subscriber_id=1, newsletter="retired")
    assert "retired" in client.get(f"/unsubscribe/{token}").text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("damage", ["shortened", "foreign key", "nonsense"])
def test_a_bad_link_changes_nothing_and_says_so(
    world: FakeWorld, client: Client, link: str, method: str, damage: str
) -> None:
    """A link that was not signed here gets a friendly 400 and does nothing."""
    foreign = unsubscribe_token(b"another key", subscriber_id=1, newsletter=NEWSLETTER.id)
    paths = {
        "shortened": link[:-2],
        "foreign key": f"/unsubscribe/{foreign}",
        "nonsense": "/unsubscribe/%00",
    }
    answer = client.ask(method, paths[damage])
    assert answer.status == 400
    assert "This link does not work" in answer.text
    assert consent(world) is Consent.CONFIRMED


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["good", "bad"])
def test_token_pages_keep_their_secret(client: Client, link: str, method: str, path: str) -> None:
    """Nothing of a token page leaks: no referrer, no cache, no index, no scripts, no frames."""
    headers = client.ask(method, link if path == "good" else "/unsubscribe/bad").headers
    policy = headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("page", ["ask", "done", "bad", "missing"])
def test_pages_can_be_steered_by_ear(client: Client, link: str, page: str) -> None:
    """Valid HTML with a language, a title, one h1, a main landmark and no nameless control."""
    answers = {
        "ask": lambda: client.get(link),
        "done": lambda: client.post(link),
        "bad": lambda: client.get("/unsubscribe/bad"),
        "missing": lambda: client.get("/nowhere"),
    }
    read = read_page(answers[page]().text)
    assert read.errors == ()
    assert read.language == "en"
    assert read.title
    assert read.headings == (1,)
    assert "main" in read.landmarks
    assert read.unlabelled == ()


def test_an_own_template_is_used(house: House, tmp_path: Path, world: FakeWorld, link: str) -> None:
    """A publication's page extends the shipped one through default/."""
    own = tmp_path / "templates" / "web"
    own.mkdir(parents=True)
    (own / "unsubscribe.html").write_text(
        '{% extends "default/unsubscribe.html" %}{% block footer %}<p>Goodbye</p>{% endblock %}'
    )
    with house.serving(create_public_app(world.app)) as client:
        page = client.get(link).text
    assert "<p>Goodbye</p>" in page
    assert "<button" in page


@pytest.mark.parametrize("source", ["{% if %}", "{{ nothing.there }}", "{{ 1 // 0 }}"])
def test_a_broken_own_template_does_not_stop_unsubscribing(
    house: House, tmp_path: Path, world: FakeWorld, link: str, source: str
) -> None:
    """The shipped page stands in for one that cannot be rendered."""
    own = tmp_path / "templates" / "web"
    own.mkdir(parents=True)
    (own / "done.html").write_text(source)
    with house.serving(create_public_app(world.app)) as client:
        answer = client.post(link)
    assert answer.status == 200
    assert "Nothing more will be sent" in answer.text


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (IssueState.DRAFT, 404),
        (IssueState.APPROVED, 200),
        (IssueState.SENDING, 200),
        (IssueState.PAUSED, 200),
        (IssueState.SENT, 200),
        (IssueState.CANCELLED, 404),
        (IssueState.SKIPPED, 404),
    ],
    ids=str,
)
def test_an_issue_is_public_once_approved(
    world: FakeWorld, client: Client, state: IssueState, status: int
) -> None:
    """Drafts and what was called off do not exist to the public."""
    kept = approved(world)
    world.store.issues.kept[kept.id] = replace(kept, state=state)
    assert client.get(f"/issues/{kept.issue.slug}").status == status


def test_the_web_view_is_the_frozen_rendering_without_a_readers_link(
    world: FakeWorld, client: Client
) -> None:
    """What was approved is what is shown, whatever templates say now; no slot remains."""
    kept = approved(world)
    world.renderer.page = "changed since"
    page = client.get(f"/issues/{kept.issue.slug}")
    assert "The week to 16 May" in page.text
    assert "slot.invalid" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "img-src http: https:" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy


def test_the_web_view_is_not_sent_again_unchanged(world: FakeWorld, client: Client) -> None:
    """The rendering's digest is its validator."""
    kept = approved(world)
    path = f"/issues/{kept.issue.slug}"
    etag = client.get(path).headers["ETag"]
    assert client.get(path, If_None_Match=etag).status == 304


def test_a_newsletters_name_is_no_issue(world: FakeWorld, client: Client) -> None:
    """The alias for the newest issue stays inside: it could name a draft."""
    approved(world)
    assert client.get(f"/issues/{NEWSLETTER.id}").status == 404


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("ferry.png", b"\x89PNG", "image/png"),
        ("mark.svg", b"<svg/>", "image/svg+xml"),
        ("a.rss", b"<rss/>", "application/rss+xml"),
        ("a.atom", b"<feed/>", "application/atom+xml"),
        ("rss.xml", b'<?xml version="1.0"?>\n<rss version="2.0">', "application/rss+xml"),
        ("atom.xml", b'<feed xmlns="http://www.w3.org/2005/Atom">', "application/atom+xml"),
        ("map.xml", b"<urlset/>", "application/xml"),
        (
            "feed.json",
            b'{"version": "https://jsonfeed.org/version/1.1"}',
            "application/feed+json",
        ),
        ("data.json", b"{}", "application/json"),
        ("unknown.zzz", b"?", "application/octet-stream"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_media_have_their_types(
    tmp_path: Path, client: Client, name: str, content: bytes, expected: str
) -> None:
    """Pictures and feeds are served under their own media types, inert."""
    (tmp_path / "media" / "feeds").mkdir()
    (tmp_path / "media" / "feeds" / name).write_bytes(content)
    answer = client.get(f"/media/feeds/{name}")
    assert answer.status == 200
    assert answer.body == content
    assert answer.headers.get_content_type() == expected
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_media_are_not_sent_again_unchanged(tmp_path: Path, client: Client) -> None:
    """Both validators work, as feed readers send them."""
    (tmp_path / "media" / "a.png").write_bytes(b"x")
    first = client.get("/media/a.png")
    by_tag = client.get("/media/a.png", If_None_Match=first.headers["ETag"])
    by_date = client.get("/media/a.png", If_Modified_Since=first.headers["Last-Modified"])
    assert (by_tag.status, by_date.status) == (304, 304)
    assert by_tag.body == b""


@pytest.mark.parametrize(
    "path",
    [
        "/media/../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/..%2fsecret.txt",
        "/media/a/../../secret.txt",
        "/media//etc/passwd",
        "/media/.hidden",
        "/media/.git/config",
        "/media/link.txt",
        "/media/a%00.png",
        "/media/" + "x" * 3000,
        "/media/",
        "/media/folder",
        "/media/folder/",
        "/media/absent.png",
    ],
)
def test_nothing_but_visible_files_of_the_folder_is_served(
    tmp_path: Path, client: Client, path: str
) -> None:
    """No way out of the folder, no hidden files, no listings."""
    media = tmp_path / "media"
    (tmp_path / "secret.txt").write_text("secret")
    (media / ".hidden").write_text("secret")
    (media / ".git").mkdir()
    (media / ".git" / "config").write_text("secret")
    (media / "folder").mkdir()
    (media / "link.txt").symlink_to(tmp_path / "secret.txt")
    answer = client.get(path)
    assert answer.status == 404
    assert b"secret" not in answer.body


def test_without_a_media_folder_there_are_no_media(house: House, tmp_path: Path) -> None:
    """An empty setting, or a folder that is not there, is a plain 404."""
    for media in ("", "absent"):
        app = fake_world(fake_config(tmp_path, web={"media": media})).app
        with house.serving(create_public_app(app)) as client:
            assert client.get("/media/a.png").status == 404


@pytest.mark.parametrize("ok", [True, False], ids=["ok", "failing"])
def test_health_is_what_the_service_says(house: House, world: FakeWorld, *, ok: bool) -> None:
    """200 or 503, with the findings as JSON."""
    starlette = create_public_app(
        world.app, health=lambda: Health(ok=ok, findings={"jobs": {"tick": "late"}})
    )
    with house.serving(starlette) as client:
        answer = client.get("/healthz")
    assert answer.status == (200 if ok else 503)
    assert json.loads(answer.body) == {
        "status": "ok" if ok else "failing",
        "jobs": {"tick": "late"},
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_health_without_a_service_is_ok(client: Client) -> None:
    """Answering at all is what there is to say."""
    assert json.loads(client.get("/healthz").body) == {"status": "ok"}


def test_health_survives_a_database_that_is_away(house: House, world: FakeWorld) -> None:
    """A store that fails is a finding, not a crash."""

    def fail() -> Health:
        raise StoreError("disk full")

    with house.serving(create_public_app(world.app, health=fail)) as client:
        answer = client.get("/healthz")
    assert answer.status == 503
    assert json.loads(answer.body)["status"] == "failing"


@pytest.mark.parametrize(
    ("error", "status"),
    [(StoreError("locked by somebody"), 503), (RuntimeError("inner workings"), 500)],
    ids=["store", "crash"],
)
def test_a_failure_gets_a_page_without_inner_workings(
    house: House, world: FakeWorld, link: str, error: Exception, status: int
) -> None:
    """A database that is away is 503, a crash 500; neither says why, both keep the headers."""
    world.store.audience.error = error
    with house.serving(create_public_app(world.app)) as client:
        answer = client.get(link)
    assert answer.status == status
    assert str(error) not in answer.text
    assert read_page(answer.text).headings == (1,)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/unsubscribe/x"),
        ("POST", "/issues/x"),
        ("DELETE", "/media/x"),
        ("POST", "/healthz"),
    ],
)
def test_other_methods_are_refused(client: Client, method: str, path: str) -> None:
    """405 with the methods that would do."""
    answer = client.ask(method, path)
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
    assert "cannot do that" in answer.text


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "streamed"])
def test_a_large_body_is_refused(
    world: FakeWorld, client: Client, link: str, *, announced: bool
) -> None:
    """More than 64 KB is no form of ours, whether or not its length was announced."""
    body = b"x" * (64 * 1024 + 1)
    if announced:
        answer = client.ask("POST", link, body=body, headers=FORM)
    else:
        answer = client.stream("POST", link, parts=[body[:1000], body[1000:]])
    assert answer.status == 413
    assert consent(world) is Consent.CONFIRMED


def test_a_slash_too_many_is_not_redirected(client: Client, link: str) -> None:
    """A one-click POST is never answered by a redirect."""
    assert client.post(f"{link}/").status == 404


def test_styles_come_from_the_same_place_under_a_path(house: House, tmp_path: Path) -> None:
    """Behind a proxy that serves us under a path, pages find their styles there."""
    config = fake_config(tmp_path, web={"public_url": "https://example.org/letters"})
    with house.serving(create_public_app(fake_world(config).app)) as client:
        page = client.get("/nowhere").text
        style = client.get("/static/public.css")
    assert 'href="/letters/static/public.css"' in page
    assert style.status == 200
    assert style.headers.get_content_type() == "text/css"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("mary@example.org", "m•••@example.org"),
        ("a@b.example", "a•••@b.example"),
        ('"odd@local"@example.org', '"•••@example.org'),
        ("nonsense", "•••"),
        ("", "•••"),
    ],
)
def test_masking(address: str, masked: str) -> None:
    """The first character and the domain remain."""
    assert mask_address(address) == masked
