"""Full texts from a real site: asked politely, once, and kept through the feed's next rounds."""

import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image as Pillow

from digest.app import App
from digest.collect.http.fetch import HttpFetcher
from digest.model import EntryKey, Feed, KeptEntry
from digest.pipeline.enrich import Enriched, EnrichLimits, enrich_new_entries
from digest.pipeline.refresh import refresh_feeds
from digest.store import open_store
from tests.fakes import NOW, fake_app, fake_config

pytestmark = pytest.mark.usefixtures("fulltext")

PARAGRAPH = (
    "The harbour office has counted boats since the spring of {year}, and the ledger shows how the "
    "town lived: nets mended on the quay, ice carted from the station, and crews who signed with a "
    "cross. The old books are being copied by volunteers on Thursday evenings."
)
LONG = "".join(f"<p>{PARAGRAPH.format(year=year)}</p>" for year in range(1890, 1896))
HELP = "If you have been affected by this story, call the Quay Helpline on 01632 960400."


def article(title: str, inner: str = LONG, picture: str = "/media/ledger.jpg") -> str:
    return f"""<!doctype html><html lang="en"><head><title>{title}</title>
<meta property="og:title" content="{title}"><meta property="og:image" content="{picture}"></head>
<body><nav><a href="/">Home</a></nav><article><h1>{title}</h1>
<figure><img src="{picture}" alt="An open ledger"><figcaption>Photo: Ben Pike</figcaption></figure>
{inner}<aside><p>{HELP}</p></aside></article></body></html>"""


def jpeg(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Pillow.effect_noise((width, height), 90).save(file, "JPEG", quality=95)
    return file.getvalue()


@dataclass
class Site:
    """A site of pages and pictures; ``asked`` holds the paths in the order of requests."""

    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    root: str = ""

    def put(self, path: str, text: str, kind: str = "text/html; charset=utf-8") -> None:
        self.pages[path] = (kind, text.encode())

    def feed(self, *titles: str, words: str = "") -> None:
        """A feed of summaries, one for each title, which is also the name of its page."""
        items = "".join(
            f"<item><title>Ledgers of the harbour {title}</title><link>{self.root}/{title}</link>"
            f"<guid>{title}</guid><pubDate>Wed, 15 May 2024 09:00:00 GMT</pubDate>"
            f"<description>The old ledgers {words} are copied by volunteers. [...]</description>"
            "</item>"
            for title in titles
        )
        rss = f"<rss version='2.0'><channel><title>Quay</title>{items}</channel></rss>"
        self.put("/feed.xml", rss, "application/rss+xml")


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            kind, body = made.pages.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.root = f"http://127.0.0.1:{server.server_address[1]}"
    made.pages["/media/ledger.jpg"] = ("image/jpeg", jpeg(640, 400))
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def app(tmp_path: Path, site: Site) -> Iterator[App]:
    """A program over a real database and the real fetcher, one feed with full_text."""
    config = fake_config(
        tmp_path,
        feeds=[Feed(url=f"{site.root}/feed.xml", full_text=True)],
        collect={"private_hosts": ["127.0.0.1"]},
    )
    store = open_store(f"sqlite:///{tmp_path / 'digest.db'}")
    fetcher = HttpFetcher(config.settings.collect, config.settings.instance)
    yield replace(fake_app(config), store=store, fetcher=fetcher)
    store.close()


def later(app: App, days: float) -> App:
    return replace(app, clock=lambda: NOW + timedelta(days=days))


def collect(app: App) -> None:
    assert [each.error for each in refresh_feeds(app, force=True)] == [""]


def enrich(app: App, **limits: int) -> dict[str, str]:
    """Each page that was asked for, by its path, and why it was not taken."""
    found = list(enrich_new_entries(app, limits=EnrichLimits(**limits)))
    assert all(isinstance(each, Enriched) for each in found)
    return {
        each.url.rpartition("/")[2]: each.remark for each in found if isinstance(each, Enriched)
    }


def kept(app: App, site: Site, title: str) -> KeptEntry:
    found = app.store.feeds.entry(EntryKey(feed=f"{site.root}/feed.xml", id=title))
    assert found is not None
    return found


def test_a_summary_becomes_an_article(app: App, site: Site) -> None:
    """Text, picture with its size, credit and help line come from the page; once."""
    site.feed("one")
    site.put("/one", article("Ledgers of the harbour one"))
    collect(app)
    assert enrich(app) == {"one": ""}
    entry = kept(app, site, "one").entry
    assert entry.full_text
    assert entry.content.startswith("<p>The harbour office")
    assert entry.summary.startswith("The old ledgers")
    assert entry.support == (HELP,)
    assert entry.image is not None
    assert entry.image.url == f"{site.root}/media/ledger.jpg"
    assert (entry.image.width, entry.image.height) == (640, 400)
    assert (entry.image.alt, entry.image.credit) == ("An open ledger", "Photo: Ben Pike")
    assert site.asked == ["/feed.xml", "/robots.txt", "/one", "/media/ledger.jpg"]
    assert enrich(app) == {}
    assert len(site.asked) == 4


def test_an_enriched_entry_outlives_the_feeds_next_rounds(app: App, site: Site) -> None:
    """The feed's same text again is no edit; a changed one is, and is enriched again."""
    site.feed("one")
    site.put("/one", article("Ledgers of the harbour one"))
    collect(app)
    enrich(app)
    site.feed("one", "two")
    site.put("/two", article("Ledgers of the harbour two"))
    collect(later(app, 0.1))
    assert kept(app, site, "one").entry.full_text
    assert kept(app, site, "one").edits == 0
    assert enrich(later(app, 0.1)) == {"two": ""}
    site.feed("one", "two", words="of the quay")
    collect(later(app, 0.2))
    assert not kept(app, site, "one").entry.full_text
    assert enrich(later(app, 0.2)) == {"one": "", "two": ""}
    assert "of the quay" in kept(app, site, "one").entry.summary


def test_robots_are_heeded_and_asked_once_a_day(app: App, site: Site) -> None:
    """What a site forbids is not asked for; its rules are kept for a day."""
    site.feed("one", "two")
    site.put("/one", article("Ledgers of the harbour one"))
    site.put("/two", article("Ledgers of the harbour two"))
    rules = "User-agent: *\nDisallow: /\nUser-agent: digest\nDisallow: /one"
    site.put("/robots.txt", rules, "text/plain")
    collect(app)
    found = enrich(app)
    assert "robots.txt" in found["one"]
    assert found["two"] == ""
    assert "/one" not in site.asked
    assert not kept(app, site, "one").entry.full_text
    enrich(later(app, 0.9))
    assert site.asked.count("/robots.txt") == 1
    enrich(later(app, 1.1))
    assert site.asked.count("/robots.txt") == 2


def test_a_failed_article_is_asked_again_after_a_day_and_three_times_in_all(
    app: App, site: Site
) -> None:
    """Failures are values that name their reason; they are backed off, then left alone."""
    site.feed("one")
    collect(app)
    days = (0, 0.5, 1.1, 1.5, 2.2, 3.3, 9)
    found = [enrich(later(app, day)) for day in days]
    assert [len(each) for each in found] == [1, 0, 1, 0, 1, 0, 0]
    assert "404" in found[0]["one"]
    assert site.asked.count("/one") == 3


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("<p>The old ledgers.</p>", "no more text"),
        (f"<p>{PARAGRAPH}</p><p>Subscribe to continue reading.</p>", "subscribe"),
    ],
    ids=["short", "stub"],
)
def test_a_page_of_no_use_leaves_the_feeds_text(
    app: App, site: Site, inner: str, reason: str
) -> None:
    """The entry keeps what its feed says, and its page is not asked again."""
    site.feed("one")
    site.put("/one", article("Ledgers of the harbour one", inner))
    collect(app)
    before = kept(app, site, "one")
    assert reason in enrich(app)["one"]
    assert kept(app, site, "one") == before
    assert enrich(later(app, 5)) == {}


def test_small_pictures_do_not_stand_with_a_story(app: App, site: Site) -> None:
    """A picture narrower than 200 px is dropped, and a large file is not read to its end."""
    site.feed("one", "two")
    site.put("/one", article("Ledgers of the harbour one", picture="/media/icon.jpg"))
    site.put("/two", article("Ledgers of the harbour two", picture="/media/big.jpg"))
    site.pages["/media/icon.jpg"] = ("image/jpeg", jpeg(120, 90))
    site.pages["/media/big.jpg"] = ("image/jpeg", jpeg(1200, 900))
    assert len(site.pages["/media/big.jpg"][1]) > 200_000
    collect(app)
    enrich(app)
    assert kept(app, site, "one").entry.image is None
    picture = kept(app, site, "two").entry.image
    assert picture is not None
    assert (picture.width, picture.height) == (1200, 900)


def test_a_run_is_bounded(app: App, site: Site) -> None:
    """So many pages in all and of one host; the rest waits for the next run."""
    titles = [f"t{n}" for n in range(6)]
    site.feed(*titles)
    for title in titles:
        site.put(f"/{title}", article(f"Ledgers of the harbour {title}"))
    collect(app)
    assert len(enrich(app, per_host=2)) == 2
    assert len(enrich(app, entries=3)) == 3
    assert len(enrich(app)) == 1
    assert all(kept(app, site, title).entry.full_text for title in titles)


def test_other_feeds_are_left_alone(app: App, site: Site) -> None:
    """Nobody's pages are asked for unless their feed's full_text says so."""
    site.feed("one")
    plain = replace(app, config=replace(app.config, feeds=(Feed(url=f"{site.root}/feed.xml"),)))
    collect(plain)
    assert enrich(plain) == {}
    assert site.asked == ["/feed.xml"]
