"""Pictures of an issue from a real site: good, huge, hostile and slow ones, through to the mail."""

import io
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image as Pillow

from digest.app import App
from digest.collect.http.fetch import HttpFetcher
from digest.collect.isolation.workers import ParserPool
from digest.compose.render import IssueRenderer
from digest.errors import UnfitError
from digest.model import (
    Finding,
    Image,
    ImageHost,
    Issue,
    KeptIssue,
    NewSubscriber,
    Section,
    Severity,
    Wording,
)
from digest.pipeline.approval import approve_issue, render_issue
from digest.pipeline.pictures import (
    PictureLimits,
    fetch_pictures,
    illustrate_drafts,
)
from digest.pipeline.preflight import EVERY, Manner, preflight
from digest.resources import TEMPLATES
from digest.store import open_store
from digest.web.desk.routes import create_desk_app
from digest.web.desk.source import AppSource
from digest.web.public import create_public_app
from tests.acceptance.web_world import NEWSLETTER, House, issue
from tests.core.test_collect_pictures import bomb, photo
from tests.fakes import fake_app, fake_config

PUBLIC = "https://letters.example"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="600"><script>alert(1)</script></svg>'
SOURCE = re.compile(r'<img[^>]* src="([^"]*)"[^>]*>')


@dataclass
class Site:
    """A picture's bytes by path; ``slow`` ones never end. ``asked`` are the paths, in order."""

    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    root: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            kind, body = made.files.get(self.path, ("", b""))
            etag = f'"{len(body)}"'
            fresh = bool(kind) and self.headers.get("If-None-Match") == etag
            self.send_response(304 if fresh else 200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("ETag", etag)
            if self.path == "/huge.jpg":
                self.send_header("Content-Length", str(50_000_000))
            self.end_headers()
            if self.path == "/slow.jpg":
                made.over.wait(20)
            if not fresh:
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.root = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A publication on https, over real fetching, reading, rendering and keeping."""
    config = fake_config(
        tmp_path,
        newsletters=[NEWSLETTER],
        web={"public_url": PUBLIC},
        collect={"private_hosts": ["127.0.0.1"], "timeout": "2 seconds", "per_host": 8},
    )
    settings = config.settings
    made = replace(
        fake_app(config),
        store=open_store(f"sqlite:///{tmp_path}/digest.db"),
        fetcher=HttpFetcher(settings.collect, settings.instance),
        parser=ParserPool(count=2, timeout=settings.collect.parse_timeout, memory=500_000_000),
        renderer=IssueRenderer(folders=(TEMPLATES,), public_url=PUBLIC),
    )
    yield made
    made.close()


def missing_findings(app: App, kept: KeptIssue) -> list[Finding]:
    """What the issue's pre-flight has against its pictures."""
    flown = preflight(app, kept, render_issue(app, kept), manner=Manner(offline=True))
    return [each for each in flown.verdict.warnings if each.rule == "picture-missing"]


def draft(app: App, *urls: str) -> KeptIssue:
    """A kept draft whose lead has the first picture, and one story each of the others."""
    plain = issue()
    story = plain.stories[0]
    lead, *others = (
        replace(
            story,
            headline=Wording(value=f"Story {number} of the quay"),
            image=Image(url=url, alt=f"Picture {number}"),
        )
        for number, url in enumerate(urls)
    )
    section = Section(topic="t", heading=Wording(value="Town"), stories=tuple(others))
    told: Issue = replace(plain, lead=lead, sections=(section,) if others else ())
    kept = app.store.issues.add(told, now=app.clock())
    assert kept is not None
    return kept


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House().open() as made:
        yield made


def test_a_mails_picture_is_the_services_and_is_handed_out(
    app: App, site: Site, house: House
) -> None:
    """The mail names /media/HASH, at half the file's size, and a GET brings the right bytes."""
    site.files["/good.jpg"] = ("image/jpeg", photo(2400, 1350))
    kept = draft(app, f"{site.root}/good.jpg")
    assert [done.pictures for done in illustrate_drafts(app)] == [1]
    assert list(illustrate_drafts(app)) == []
    assert sorted(site.asked) == ["/good.jpg", "/robots.txt"]
    html = render_issue(app, kept).html
    (url,) = SOURCE.findall(html)
    assert re.fullmatch(rf"{PUBLIC}/media/[0-9a-f]{{64}}\.jpg", url)
    assert 'width="552" height="310"' in html
    assert 'alt="Picture 0"' in html
    assert site.root not in "".join(SOURCE.findall(html))
    with house.serving(create_public_app(app)) as client:
        path = url.removeprefix(PUBLIC)
        got = client.get(path)
        assert got.status == 200
        assert got.headers["content-type"] == "image/jpeg"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in got.headers["cache-control"]
        assert Pillow.open(io.BytesIO(got.body)).size == (1104, 621)
        etag = got.headers["etag"]
        assert client.get(path, **{"If-None-Match": etag}).status == 304
        assert client.get(path.replace(".jpg", ".png")).status == 404
        assert client.get(f"/media/{'0' * 64}.jpg").status == 404
    source = AppSource(directory=app.config.directory, open=lambda: app)
    with house.serving(create_desk_app(source)) as desk:
        preview = desk.get(f"/issues/{kept.issue.slug}/email.html").text
        (shown,) = SOURCE.findall(preview)
        assert shown == path
        assert desk.get(shown).body == got.body


def test_every_bad_picture_is_left_out_and_said(app: App, site: Site) -> None:
    """Bombs, pages, broken, huge and missing files cost their picture, with a finding each."""
    site.files = {
        "/good.jpg": ("image/jpeg", photo(1200, 800)),
        "/bomb.png": ("image/png", bomb(30_000)),
        "/page.jpg": ("image/jpeg", b"<!doctype html><script>alert(1)</script>"),
        "/broken.jpg": ("image/jpeg", photo(1200, 800)[:9000]),
        "/huge.jpg": ("image/jpeg", b"\xff\xd8\xff"),
        "/pixel.gif": ("image/gif", photo(1, 1, "GIF")),
        "/login.png": ("text/html", b"\n<html><title>Sign in</title></html>"),
        "/note.png": ("image/png", b"<p>Moved.</p>"),
        "/drawn.svg": ("image/svg+xml", SVG),
        "/drawn.png": ("image/png", SVG),
    }
    bad = [path.removeprefix("/") for path in site.files if path != "/good.jpg"] + ["gone.jpg"]
    kept = draft(app, f"{site.root}/good.jpg", *(f"{site.root}/{name}" for name in bad))
    done = fetch_pictures(app, kept)
    assert done is not None
    assert done.pictures == 1
    html = render_issue(app, kept).html
    assert len(SOURCE.findall(html)) == 1
    assert all(f"Story {number} of the quay" in html for number in range(11))
    findings = {each.excerpt.rpartition("/")[2]: each for each in missing_findings(app, kept)}
    assert findings.keys() == set(bad)
    assert all(each.severity is Severity.WARNING for each in findings.values())
    for name, words in {
        "bomb.png": "not unpacked",
        "page.jpg": "is a web page",
        "broken.jpg": "broken off",
        "huge.jpg": "larger than 10,000,000 bytes",
        "pixel.gif": "tracking pixel",
        "gone.jpg": "404",
        "login.png": "is a web page",
        "note.png": "is no JPEG",
        "drawn.svg": "its server says image/svg+xml",
        "drawn.png": "is no JPEG",
    }.items():
        assert words in findings[name].what, findings[name].what


def test_a_slow_host_holds_nothing_up(app: App, site: Site) -> None:
    """A picture that does not come is given up; approval asks for none, and wants a word on it."""
    app.store.audience.subscribe_all(
        [NewSubscriber(address="ann@reader.example")], newsletter=NEWSLETTER.id, now=app.clock()
    )
    site.files = {
        "/slow.jpg": ("image/jpeg", photo(900, 600)),
        "/good.jpg": ("image/jpeg", photo(900, 600)),
    }
    kept = draft(app, f"{site.root}/slow.jpg", f"{site.root}/good.jpg")
    started = time.monotonic()
    done = fetch_pictures(app, kept, limits=PictureLimits())
    assert time.monotonic() - started < 15
    assert done is not None
    (missing,) = done.missing
    assert "no complete answer within 2 seconds" in missing.reason
    asked = len(site.asked)
    with pytest.raises(UnfitError, match="picture-missing"):
        approve_issue(app, kept.issue.slug, by="Ann", manner=Manner(offline=True))
    reasons = {EVERY: "nobody will miss it"}
    approved = approve_issue(
        app, kept.issue.slug, by="Ann", reasons=reasons, manner=Manner(offline=True)
    )
    assert approved.approved_digest
    assert len(site.asked) == asked
    assert len(SOURCE.findall(render_issue(app, kept).html)) == 1


def test_where_the_service_is_not_on_https_pictures_stay_at_their_origin(
    app: App, site: Site
) -> None:
    """Without https, or where a newsletter says so, mails load pictures from where they are."""
    plain = fake_config(app.config.directory, newsletters=[NEWSLETTER])
    asks = replace(
        app.config, newsletters={NEWSLETTER.id: replace(NEWSLETTER, images=ImageHost.ORIGIN)}
    )
    kept = draft(app, f"{site.root}/good.jpg")
    for config in (plain, asks):
        here = replace(app, config=config)
        assert list(illustrate_drafts(here)) == []
        assert SOURCE.findall(render_issue(here, kept).html) == [f"{site.root}/good.jpg"]
    assert site.asked == []


def test_a_picture_at_its_origin_that_is_none_is_a_finding(app: App, site: Site) -> None:
    """Where mails load pictures from elsewhere, pages and drawings in their place are told."""
    site.files = {
        "/good.jpg": ("image/jpeg", photo(900, 600)),
        "/page.jpg": ("image/jpeg", b"<!doctype html><p>Gone fishing"),
        "/login.png": ("text/html", b"<html><title>Sign in</title></html>"),
        "/drawn.png": ("image/png", SVG),
        "/odd.png": ("image/png", b"RIFF"),
    }
    names = [path.removeprefix("/") for path in site.files]
    newsletter = replace(NEWSLETTER, images=ImageHost.ORIGIN)
    here = replace(app, config=replace(app.config, newsletters={newsletter.id: newsletter}))
    kept = draft(here, *(f"{site.root}/{name}" for name in names))
    rendered = render_issue(here, kept)
    told = [
        {
            each.excerpt.rpartition("/")[2]: each.what
            for each in flown.verdict.warnings
            if each.rule == "picture-answers"
        }
        for flown in (
            preflight(here, kept, rendered),
            preflight(here, kept, rendered, manner=Manner(offline=True, failures_for=timedelta(1))),
        )
    ]
    assert told[0] == told[1]
    assert told[0].keys() == {"page.jpg", "login.png", "drawn.png", "odd.png"}
    assert "a web page" in told[0]["login.png"]
    assert "an SVG drawing" in told[0]["drawn.png"]
    assert "<script" not in rendered.html
