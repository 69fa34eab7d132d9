"""The editors' desk over real HTTP: pages, preview, live reload, and who may look."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlencode

import pytest

from digest.app import App
from digest.errors import ConfigError, DigestError, Problem, StoreError, TemplateError
from digest.model import EntryState, IssueState, KeptIssue, Mark
from digest.web.desk import AppSource, create_desk_app
from digest.web.desk.message import force_scheme, localise_media, read_message, still_links
from digest.web.desk.preview import size_pill
from digest.web.desk.server import desk_server
from digest.web.security import form_token, is_form_token, is_loopback
from tests.acceptance.web_world import (
    FEED,
    NEWSLETTER,
    Answer,
    Client,
    House,
    asked_feed,
    entry,
    issue,
    read_page,
    running,
)
from tests.fakes import NOW, FakeWorld, fake_config, fake_world

DARK_MAIL = """<!doctype html><html lang="en"><head><title>t</title>\
<meta name="color-scheme" content="light dark">\
<meta name="supported-color-schemes" content="light dark">\
<style>:root{{color-scheme:light dark}}\
@media (prefers-color-scheme: dark){{body{{color:#fff}}}}\
@media screen and (prefers-color-scheme:light){{body{{color:#000}}}}</style></head>\
<body><h1>{title}</h1><p>{stories}</p>\
<img src="http://localhost:8600/media/ferry.png" alt=""></body></html>"""


@dataclass
class Desk:
    """What a desk opens: an App, or an error."""

    world: FakeWorld
    error: DigestError | None = None
    opened: int = 0
    stores: list[App] = field(default_factory=list)

    def open(self) -> App:
        self.opened += 1
        if self.error:
            raise self.error
        return self.world.app

    @property
    def source(self) -> AppSource:
        return AppSource(directory=self.world.app.config.directory, open=self.open)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House().open() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    """A newsletter with one draft, one sent issue and two entries waiting."""
    (tmp_path / "media").mkdir()
    (tmp_path / "templates").mkdir()
    config = fake_config(tmp_path, newsletters=[NEWSLETTER], feeds=[FEED], web={"media": "media"})
    made = fake_world(config)
    entries = [
        entry(1, "Ferry crews learn to read the bar", days_ago=-0.05),
        entry(2, "Notes <from> the lamp room", days_ago=-0.02),
    ]
    made.store.feeds.save_refresh(asked_feed(), entries, now=NOW)
    sent = approve(made, add(made, 1))
    made.store.issues.kept[sent.id] = replace(sent, state=IssueState.SENT)
    add(made, 0)
    return made


def add(world: FakeWorld, number: int) -> KeptIssue:
    kept = world.store.issues.add(issue(number), now=NOW)
    assert kept
    return kept


def approve(world: FakeWorld, kept: KeptIssue) -> KeptIssue:
    rendering = world.renderer.render(kept.issue, NEWSLETTER)
    return world.store.issues.approve(kept, rendering, by="Ed", now=NOW)


@pytest.fixture
def desk(world: FakeWorld) -> Desk:
    return Desk(world=world)


@pytest.fixture
def client(house: House, desk: Desk) -> Iterator[Client]:
    with house.serving(create_desk_app(desk.source)) as made:
        yield made


DRAFT = "/issues/coast-2024-05-16"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8601", 200),
        ("127.0.0.1:8601", 200),
        ("[::1]:8601", 200),
        ("LOCALHOST:8601", 200),
        ("evil.example", 400),
        ("localhost.evil.example:8601", 400),
        ("127.0.0.1.evil.example", 400),
        ("evil@localhost", 400),
        ("localhost/evil", 400),
        ("localhost:port", 400),
        ("0.0.0.0:8601", 400),
        ("", 400),
    ],
)
def test_only_loopback_names_are_answered(client: Client, host: str, status: int) -> None:
    """A page elsewhere cannot reach the desk under a name of its own (DNS rebinding)."""
    answer = client.get("/", Host=host)
    assert answer.status == status
    assert is_loopback(host) is (status == 200)
    assert ("Coast" in answer.text) is (status == 200)


@pytest.mark.parametrize(
    ("origin", "status"),
    [("", 403), ("null", 403), ("https://evil.example", 403), ("http://localhost:9", 403)],
)
def test_other_sites_change_nothing(client: Client, origin: str, status: int) -> None:
    """What is sent from another origin, or from none, is refused before anything else."""
    headers = {"Origin": origin} if origin else {}
    assert client.ask("POST", "/", headers=headers).status == status


def test_the_desks_own_origin_passes(client: Client) -> None:
    """A request from the desk's own origin gets as far as the page, which takes none here."""
    origin = f"http://127.0.0.1:{client.port}"
    assert client.ask("POST", "/", headers={"Origin": origin}).status == 405


def press(client: Client, action: str, page: str, **changes: str) -> Answer:
    """Send a page's form as a browser would, with some fields changed."""
    fields = dict(re.findall(r'name="(token|seen)" value="([^"]*)"', page)) | changes
    return client.ask(
        "POST",
        action,
        body=urlencode(fields).encode(),
        headers={
            "Origin": f"http://127.0.0.1:{client.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )


def press_approve(client: Client, page: str, **changes: str) -> int:
    """Press the issue page's button."""
    return press(client, f"{DRAFT}/approve", page, **changes).status


def test_an_editor_polls_a_newsletters_feeds(world: FakeWorld, client: Client) -> None:
    """The button asks the newsletter's feeds at once and says what came of it."""
    answer = press(client, "/newsletters/coast/poll", client.get("/").text)
    assert answer.status == 303
    asked = {request.url for request in world.fetcher.asked}
    assert asked == set(world.app.config.newsletters["coast"].feeds)
    page = client.get(answer.headers["location"]).text
    assert f"{len(asked)} feed" in page
    assert "failed" in page


def test_a_poll_without_the_pages_token_asks_nobody(world: FakeWorld, client: Client) -> None:
    """A form that did not come from a page of the desk changes nothing."""
    answer = press(client, "/newsletters/coast/poll", client.get("/").text, token="made up")
    assert answer.status == 403
    assert world.fetcher.asked == []


def test_an_editor_approves_what_was_looked_at(world: FakeWorld, client: Client) -> None:
    """The page's button freezes exactly the rendering that the page showed."""
    page = client.get(DRAFT).text
    assert press_approve(client, page) == 303
    kept = world.store.issues.get(DRAFT.rpartition("/")[2])
    assert kept.state is IssueState.APPROVED
    assert kept.approved_digest in page
    assert "Approve this issue" not in client.get(DRAFT).text


def test_an_issue_that_changed_meanwhile_is_not_approved(world: FakeWorld, client: Client) -> None:
    """When the template changed after the page was made, the editor has to look again."""
    page = client.get(DRAFT).text
    world.renderer.page = "changed since {title} {stories}"
    assert press_approve(client, page) == 409
    assert world.store.issues.get(DRAFT.rpartition("/")[2]).state is IssueState.DRAFT


def test_an_approval_without_the_pages_token_is_refused(world: FakeWorld, client: Client) -> None:
    """A form that did not come from a page of the desk approves nothing."""
    page = client.get(DRAFT).text
    assert press_approve(client, page, token="made up") == 403
    assert world.store.issues.get(DRAFT.rpartition("/")[2]).state is IssueState.DRAFT


def test_form_tokens_hold_for_their_key_only() -> None:
    """A token is ours, whole, or nothing."""
    token = form_token(b"key")
    assert is_form_token(b"key", token)
    assert not is_form_token(b"other", token)
    assert not is_form_token(b"key", token[:-1])
    assert not is_form_token(b"key", "")


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
    assert "1 KB of 85" in page
    assert "Approve this issue" in page
    headings = re.findall(r"<h3>(.+?)</h3>", page)
    assert headings == ["Lead", "At sea", "On land", "Also published"]
    assert page.index("The night ferry is back after") < page.index("The lamp room opens")


def test_a_newsletters_name_leads_to_its_newest_issue(client: Client) -> None:
    """The alias redirects, and keeps the look asked for."""
    answer = client.get("/issues/coast?view=text")
    assert answer.status == 302
    assert answer.headers["Location"].endswith(f"{DRAFT}?view=text")


def test_the_mail_is_framed_without_scripts_or_origin(client: Client) -> None:
    """The preview's frame may do nothing, and its document says so, too."""
    page = client.get(DRAFT).text
    frame = re.search(r'<iframe class="w600" sandbox="" title="[^"]+" src="([^"]+)">', page)
    assert frame
    mail = client.get(frame[1].replace("&amp;", "&"))
    assert mail.status == 200
    policy = mail.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


def test_desk_pages_run_the_desks_own_script_only(client: Client) -> None:
    """Strict policy: scripts and styles from the desk's own files, nothing inline."""
    answer = client.get(DRAFT)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>", answer.text)


@pytest.mark.parametrize("width", [360, 600, 800])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_look_stands_in_the_url(client: Client, width: int, scheme: str) -> None:
    """Width and colours are links: they work without a script and can be shared."""
    page = client.get(f"{DRAFT}?width={width}&scheme={scheme}&view=email").text
    assert f'<iframe class="w{width}"' in page
    assert f"email.html?scheme={scheme}" in page
    current = re.findall(r'aria-current="true">(\w+)<', page)
    assert current == [str(width), scheme.title(), "Pictures"]


@pytest.mark.parametrize("query", ["width=9999", "scheme=mauve", "view=x", "images=", "width=x"])
def test_a_look_that_makes_no_sense_is_the_plain_one(client: Client, query: str) -> None:
    """A mistyped URL shows the page as usual."""
    page = client.get(f"{DRAFT}?{query}").text
    assert '<iframe class="w600"' in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_is_forced(world: FakeWorld, client: Client, scheme: str) -> None:
    """Whatever the editor's own device prefers, the frame shows the scheme asked for."""
    world.renderer.page = DARK_MAIL
    mail = client.get(f"{DRAFT}/email.html?scheme={scheme}").text
    assert "prefers-color-scheme" not in mail
    assert f'name="color-scheme" content="{scheme}"' in mail
    assert f":root{{color-scheme:{scheme}}}" in mail
    dark, light = re.findall(r"@media ([^{]+)\{", mail)
    assert ("min-width:0px" in dark) is (scheme == "dark")
    assert ("min-width:0px" in light) is (scheme == "light")
    assert light.startswith("screen and (")


def test_pictures_come_from_the_desk(tmp_path: Path, world: FakeWorld, client: Client) -> None:
    """Media under the public address show without the public server running."""
    (tmp_path / "media" / "ferry.png").write_bytes(b"\x89PNG")
    world.renderer.page = DARK_MAIL
    mail = client.get(f"{DRAFT}/email.html").text
    source = re.search(r'<img src="([^"]+)"', mail)
    assert source
    assert source[1] == "/media/ferry.png"
    assert client.get(source[1]).body == b"\x89PNG"


def test_pictures_can_be_off(client: Client) -> None:
    """As in a mail program that blocks them."""
    policy = client.get(f"{DRAFT}/email.html?images=off").headers["Content-Security-Policy"]
    assert "img-src 'none'" in policy


def test_text_headers_and_source_are_those_of_the_message(client: Client) -> None:
    """The tabs show what the bytes say, and the bytes can be had."""
    answer = client.get(f"{DRAFT}/message.eml")
    assert answer.headers.get_content_type() == "message/rfc822"
    assert 'filename="coast-2024-05-16.eml"' in answer.headers["Content-Disposition"]
    message = message_from_bytes(answer.body, policy=default)
    headers = client.get(f"{DRAFT}?view=headers").text
    for name in message:
        assert f'<th scope="row">{name}</th>' in headers
    assert "List-Unsubscribe=One-Click" in headers
    assert "[TEST] The night ferry is back" in headers
    assert "Seals, counted by the people" in client.get(f"{DRAFT}?view=text").text
    assert "&lt;!doctype html&gt;" in client.get(f"{DRAFT}?view=source").text


def test_an_approved_issue_shows_its_frozen_bytes(world: FakeWorld, client: Client) -> None:
    """After approval, templates no longer matter."""
    world.renderer.page = "changed since {title} {stories}"
    mail = client.get("/issues/coast-2024-05-09/email.html").text
    assert "changed since" not in mail
    assert "Approved by Ed" in client.get("/issues/coast-2024-05-09").text


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


@contextmanager
def listening(client: Client, mark: str) -> Iterator[http.client.HTTPResponse]:
    """An open stream of events."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    connection.request("GET", f"/events?mark={mark}")
    response = connection.getresponse()
    assert response.headers.get_content_type() == "text/event-stream"
    assert response.readline().startswith(b"retry:")
    try:
        yield response
    finally:
        response.close()
        connection.close()


def mark_of(page: str) -> str:
    found = re.search(r'data-mark="([^"]+)"', page)
    assert found
    return found[1]


@contextmanager
def live(desk: Desk) -> Iterator[Client]:
    """A desk with its watcher running."""
    with running(desk_server(desk.source), listen=True) as client:
        # The watcher starts in a thread of its own; what changes before is not its to see.
        time.sleep(0.3)
        yield client


@pytest.mark.parametrize(
    "changed", ["templates/email/classic/issue.html", "digest.toml", "newsletters/coast.toml"]
)
def test_a_changed_file_reloads_the_open_pages(tmp_path: Path, desk: Desk, changed: str) -> None:
    """Saving a template or a configuration file tells the page, once the App is open anew."""
    (tmp_path / "newsletters").mkdir()
    (tmp_path / "templates/email/classic").mkdir(parents=True)
    with live(desk) as client, listening(client, mark_of(client.get("/").text)) as events:
        (tmp_path / changed).write_text("# changed")
        received = events.read().decode()
        assert "event: reload" in received
        assert desk.opened == 2
        assert mark_of(client.get("/").text) in received


def test_other_files_do_not_reload(tmp_path: Path, desk: Desk) -> None:
    """The database beside the configuration is written all the time."""
    with live(desk) as client:
        before = mark_of(client.get("/").text)
        (tmp_path / "digest.db").write_text("x")
        (tmp_path / "media" / "a.png").write_text("x")
        time.sleep(0.4)
        assert mark_of(client.get("/").text) == before


def test_a_configuration_that_breaks_and_heals(tmp_path: Path, desk: Desk) -> None:
    """A bad save shows the problems, the next good one the desk."""
    with live(desk) as client:
        for error, shown in [
            (ConfigError((Problem(file="digest.toml", message="port is no number"),)), "no number"),
            (None, "Coast &amp; Harbour"),
        ]:
            mark = mark_of(client.get("/").text)
            with listening(client, mark) as events:
                desk.error = error
                (tmp_path / "digest.toml").write_text(f"# {shown}")
                assert b"event: reload" in events.read()
            assert shown in client.get("/").text


def test_a_page_of_an_earlier_run_reloads_at_once(desk: Desk) -> None:
    """After a restart of the desk, pages left open catch up by themselves."""
    with live(desk) as client, listening(client, "old-1") as events:
        assert b"event: reload" in events.read()


def test_the_desk_stops_although_pages_are_open(desk: Desk) -> None:
    """Open streams do not keep the server."""
    with live(desk) as client:
        mark = mark_of(client.get("/").text)
        with listening(client, mark) as events:
            stopped_in = stop_time(client)
            assert events.read().strip() == b""
    assert stopped_in < 2
    assert desk.world.store.closed


def stop_time(client: Client) -> float:
    assert client.server
    started = time.monotonic()
    client.server.should_exit = True
    assert client.thread
    client.thread.join(10)
    return time.monotonic() - started


SERVE = """
import sys
from pathlib import Path
from digest.web.desk import AppSource, serve_desk
from tests.fakes import fake_app, fake_config

config = fake_config(Path(sys.argv[1]))
source = AppSource(directory=config.directory, open=lambda: fake_app(config))
serve_desk(source, port=0, ready=lambda url: print(url, flush=True))
"""


def test_serving_says_where_and_ends_on_interrupt(tmp_path: Path) -> None:
    """`serve_desk` listens on loopback only, announces its URL, and stops on Ctrl+C."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONWARNINGS": ""},
    )
    with process:
        assert process.stdout
        url = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", url)
        assert found
        assert Client(port=int(found[1])).get("/").status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("size", "text", "level"),
    [
        (1, "1 KB of 85", "ok"),
        (25 * 1024, "25 KB of 85", "ok"),
        (85 * 1024, "85 KB of 85", "warn"),
        (95 * 1024, "95 KB of 85", "bad"),
    ],
)
def test_the_size_pill(size: int, text: str, level: str) -> None:
    """Within the budget, over it, over the limit."""
    pill = size_pill(size)
    assert (pill.text, pill.level) == (text, level)


def test_a_message_without_html_has_no_html() -> None:
    """Reading a plain message gives its text, unfolded headers, and an empty HTML part."""
    read = read_message(b"Subject: a\r\n b\r\nTo: x@y.example\r\n\r\nHello\r\n")
    assert [(line.name, line.value) for line in read.headers] == [
        ("Subject", "a b"),
        ("To", "x@y.example"),
    ]
    assert (read.text, read.html) == ("Hello\n", "")


def test_rewriting_leaves_the_rest_alone() -> None:
    """A document with nothing to rewrite comes back as it was, its links still."""
    page = "<html><head></head><body>The colour-scheme: light dark</body></html>"
    assert force_scheme(page, dark=True) == page
    assert localise_media(page, public_url="https://x.example") == page
    assert still_links(page).replace("<style>a{pointer-events:none}</style>", "") == page
