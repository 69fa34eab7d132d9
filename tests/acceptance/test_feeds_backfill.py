"""`digest feeds backfill` against real sites: paged feeds, numbered pages, loops, and files."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from digest.cli.root import digest
from digest.collect.upkeep.archive import Goal
from digest.errors import DigestError, UnknownNameError
from digest.model import Period
from digest.pipeline.backfill import Backfilled, Pace, PageRead, backfill
from digest.store import open_store
from tests.acceptance.town import NOW, Site, make_publication, serve_feeds

START = datetime(2019, 1, 6, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
POSTS = 120
SIZE = 25


def item(number: int) -> str:
    at = START + number * WEEK
    return (
        f"<item><title>Week {number} at the lock</title><guid>lock-{number}</guid>"
        f"<link>https://lock.example/{number}</link>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>{number} boats went through.</description></item>"
    )


def rss(numbers: list[int], *, head: str = "") -> str:
    items = "".join(map(item, numbers))
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>The Lock</title><link>https://lock.example/</link>{head}{items}"
        "</channel></rss>"
    )


def pages() -> list[list[int]]:
    numbers = list(range(POSTS))[::-1]
    return [numbers[at : at + SIZE] for at in range(0, POSTS, SIZE)]


def wordpress(path: str) -> dict[str, tuple[str, str]]:
    """A feed whose further pages are there for those who know how to ask."""
    head = "<generator>https://wordpress.org/?v=6.4</generator>"
    return {
        f"{path}?paged={number}" if number > 1 else path: (
            "application/rss+xml",
            rss(part, head=head),
        )
        for number, part in enumerate(pages(), start=1)
    }


def paged(path: str, relation: str) -> dict[str, tuple[str, str]]:
    """RFC 5005: each document names the next, relative to itself."""
    served = {}
    for number, part in enumerate(pages()):
        last = number == len(pages()) - 1
        link = "" if last else f'<atom:link rel="{relation}" href="{path[1:]}-{number + 1}"/>'
        name = path if number == 0 else f"{path}-{number}"
        served[name] = ("application/rss+xml", rss(part, head=link))
    return served


def json_feed(path: str) -> dict[str, tuple[str, str]]:
    """JSON Feed: ``next_url``."""
    served = {}
    for number, part in enumerate(pages()):
        document: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "The Lock",
            "items": [
                {
                    "id": f"lock-{each}",
                    "url": f"https://lock.example/{each}",
                    "title": f"Week {each}",
                    "content_text": "Boats.",
                    "date_published": (START + each * WEEK).isoformat(),
                }
                for each in part
            ],
        }
        if number < len(pages()) - 1:
            document["next_url"] = f"{path}?page={number + 2}"
        name = path if number == 0 else f"{path}?page={number + 1}"
        served[name] = ("application/feed+json", json.dumps(document))
    return served


def atom_loop(path: str) -> dict[str, tuple[str, str]]:
    """A feed whose second page names the first as the next one."""
    entry = (
        "<entry><title>One</title><id>tag:x.example,2026:{0}</id>"
        '<link href="https://x.example/{0}"/><updated>2020-01-0{0}T10:00:00Z</updated></entry>'
    )
    document = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Round</title>{}{}</feed>'
    link = '<link rel="next" href="{}"/>'
    return {
        path: ("application/atom+xml", document.format(link.format("/round-2"), entry.format(2))),
        "/round-2": (
            "application/atom+xml",
            document.format(link.format(path), entry.format(1)),
        ),
    }


SERVED = {
    **wordpress("/blog/feed/"),
    **paged("/paged", "next"),
    **paged("/archived", "prev-archive"),
    **json_feed("/feed.json"),
    **atom_loop("/round"),
    "/few.xml": ("application/rss+xml", rss([119, 118])),
    **wordpress("/closed/feed/"),
}
FEEDS = ("/blog/feed/", "/paged", "/archived", "/feed.json", "/round", "/few.xml", "/closed/feed/")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(SERVED) as served:
        yield served


class World:
    """A working directory over the site."""

    def __init__(self, directory: Path, site: Site) -> None:
        self.site = site
        made = make_publication(directory, feeds_port=site.port, mail_port=1)
        self.directory = made.directory
        (self.directory / "feeds.toml").write_text(
            "".join(f'[[feed]]\nurl = "{self.url(path)}"\ntags = ["harbour"]\n' for path in FEEDS)
        )

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.site.port}{path}"

    def run(self, *arguments: str, status: int = 0, now: str = NOW) -> str:
        root = ["--config", str(self.directory), "--now", now]
        done = CliRunner().invoke(digest, [*root, *arguments])
        if isinstance(done.exception, DigestError):
            raise done.exception
        assert done.exit_code == status, (done.output, done.exception)
        return done.stdout

    def backfill(self, path: str, *options: str, status: int = 0, now: str = NOW) -> dict[str, Any]:
        arguments = ("feeds", "backfill", self.url(path), "--delay", "0", "--json", *options)
        found: dict[str, Any] = json.loads(self.run(*arguments, status=status, now=now))
        return found


@pytest.fixture
def world(tmp_path: Path, site: Site) -> World:
    return World(tmp_path / "pub", site)


@pytest.mark.parametrize("path", ["/blog/feed/", "/paged", "/archived", "/feed.json"])
def test_a_whole_archive_is_read_once(world: World, path: str) -> None:
    """Every entry of every page is kept; a second run asks for one page and adds nothing."""
    first = world.backfill(path)
    assert (first["new"], first["stopped"], first["whole"]) == (POSTS, "end", True)
    assert first["oldest"] == START.isoformat()
    world.site.hits.clear()
    again = world.backfill(path, now="2026-06-19T08:00:00+01:00")
    assert (again["new"], again["stopped"], again["pages"]) == (0, "known", 1)
    assert world.site.hits == [path]


def test_the_status_says_how_much_is_kept(world: World) -> None:
    """What was read is told with the feed: all of it, or since when; nothing of other feeds."""
    world.backfill("/paged")
    found = world.backfill("/archived", "--since", "2020-06-01")
    output = " ".join(world.run("feeds", "status").split())
    assert output.count("archive:") == 2
    assert "archive: all of it is kept" in output
    assert f"archive: everything since {found['complete_since'][:10]} is kept" in output
    told = {each["url"]: each for each in json.loads(world.run("feeds", "status", "--json"))}
    assert told[world.url("/archived")]["complete_since"] == found["complete_since"]
    assert told[world.url("/feed.json")]["complete_since"] is None


def test_a_year_is_read_and_no_more(world: World) -> None:
    """--since ends it on the page that reaches past; --until leaves newer entries out."""
    found = world.backfill("/paged", "--since", "2020-01-01", "--until", "2021-01-01")
    assert found["stopped"] == "since"
    assert found["newest"] < "2021-01-01"
    assert found["complete_since"] < "2020-01-01"
    assert "/paged-4" not in world.site.hits
    store = open_store(f"sqlite:///{world.directory}/digest.db")
    year = Period(start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2021, 1, 1, tzinfo=UTC))
    (archive,) = store.feeds.archives([world.url("/paged")]).values()
    assert archive.share_of(year) == 1
    kept = store.feeds.entries_in([world.url("/paged")], year, newsletter="harbour")
    assert len(kept) == 52
    assert all(each.backlog for each in kept)
    store.close()


def test_what_is_old_is_never_news(world: World) -> None:
    """After a back-fill, collecting brings nothing, and the feed's own state begins anew."""
    world.backfill("/blog/feed/")
    listed = {each["url"]: each for each in json.loads(world.run("feeds", "list", "--json"))}
    assert listed[world.url("/blog/feed/")]["last_ok_at"] is None
    answers = json.loads(world.run("collect", "--feed", world.url("/blog/feed/"), "--json"))
    assert (answers[0]["new"], answers[0]["changed"]) == (0, 0)
    drafted = json.loads(world.run("forecast", "--json"))
    assert "lock" not in json.dumps(drafted)


def test_an_archive_never_overwrites_what_is_kept(world: World) -> None:
    """Archives may hold earlier versions (RFC 5005, section 4): what collecting kept stays."""
    feed = world.url("/blog/feed/")
    world.run("collect", "--feed", feed)
    older = SERVED["/blog/feed/"][1].replace("119 boats", "An earlier count: 7 boats")
    world.site.feeds["/blog/feed/"] = ("application/rss+xml", older)
    assert world.backfill("/blog/feed/")["new"] == POSTS - SIZE
    store = open_store(f"sqlite:///{world.directory}/digest.db")
    (kept,) = store.feeds.find("lock-119")
    assert "119 boats" in kept.entry.summary
    assert kept.edits == 0
    store.close()


@pytest.mark.parametrize(
    ("path", "stopped", "status"),
    [("/round", "loop", 0), ("/few.xml", "no-archive", 1)],
    ids=["loop", "none"],
)
def test_ends_are_said(world: World, path: str, stopped: str, status: int) -> None:
    """A circle ends; a feed without an archive says so and names the other way."""
    assert world.backfill(path, status=status)["stopped"] == stopped
    told = world.run("feeds", "backfill", world.url(path), "--delay", "0", status=status)
    assert ("--file export.xml" in told) is bool(status)


def test_a_site_may_forbid_what_it_did_not_offer(world: World) -> None:
    """Numbered pages are only tried where robots.txt lets programs ask for them."""
    world.site.feeds["/robots.txt"] = ("text/plain", "User-agent: *\nDisallow: /*paged=\n")
    assert world.backfill("/closed/feed/", status=1)["stopped"] == "not-allowed"
    assert "/closed/feed/?paged=2" not in world.site.hits


def test_max_pages_and_on(world: World) -> None:
    """The next run goes on from the last page, not from the beginning."""
    assert world.backfill("/blog/feed/", "--max-pages", "3")["stopped"] == "max-pages"
    world.site.hits.clear()
    found = world.backfill("/blog/feed/", now="2026-06-19T08:00:00+01:00")
    assert (found["new"], found["whole"]) == (POSTS - 3 * SIZE, True)
    assert "/blog/feed/?paged=2" not in world.site.hits


def test_an_unknown_feed_names_near_ones(world: World) -> None:
    """A slip of the pen is shown what was meant."""
    with pytest.raises(UnknownNameError, match="/paged"):
        world.run("feeds", "backfill", world.url("/page"))


WXR = """<?xml version="1.0"?><!-- generator="WordPress/6.4" -->
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Lock</title>
<wp:wxr_version>1.2</wp:wxr_version>{}</channel></rss>"""


def exported(number: int, *, kind: str = "post", status: str = "publish", lock: str = "") -> str:
    at = START + number * WEEK
    return (
        f"<item><title>Week {number}</title><guid>lock-{number}</guid>"
        f"<link>https://lock.example/{number}</link>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<description></description><content:encoded><![CDATA[<p>Boats: {number}</p>]]>"
        "</content:encoded><excerpt:encoded><![CDATA[In short.]]></excerpt:encoded>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>"
        f"<wp:post_password><![CDATA[{lock}]]></wp:post_password>"
        "<wp:comment><wp:comment_content>Well!</wp:comment_content></wp:comment></item>\n"
    )


def test_an_export_brings_published_posts_alone(world: World, tmp_path: Path) -> None:
    """Drafts, private and locked posts, pages and pictures of a WordPress export stay out."""
    secret = [
        exported(200, status="draft"),
        exported(201, status="private"),
        exported(202, lock="key"),
        exported(203, kind="page"),
        exported(204, kind="attachment", status="inherit"),
        exported(205, status="future"),
    ]
    file = tmp_path / "export.xml"
    file.write_text(WXR.format("".join([*map(exported, range(POSTS)), *secret])))
    found = world.backfill("/few.xml", "--file", str(file))
    assert (found["new"], found["stopped"]) == (POSTS, "file")
    assert found["complete_since"] == START.isoformat()
    assert "6 items are no published posts" in found["problems"][0]
    assert world.site.hits == []
    assert world.backfill("/few.xml", "--file", str(file))["new"] == 0


def test_a_file_that_is_no_archive_is_refused(world: World, tmp_path: Path) -> None:
    """It is said what it is, and nothing is kept."""
    file = tmp_path / "export.xml"
    file.write_text("<!doctype html><html><body>Not found</body></html>")
    found = world.backfill("/few.xml", "--file", str(file), status=1)
    assert "HTML page" in found["why"]


def test_an_interruption_keeps_every_page_before_it(world: World) -> None:
    """Stopped after any page, what was read is kept, and the next run brings the rest."""
    from digest.cli.session import Session

    clock = datetime(2026, 6, 18, 7, tzinfo=UTC)
    with Session(config_path=world.directory, now=clock).open_app() as app:
        (feed,) = (each for each in app.config.feeds if each.url.endswith("/blog/feed/"))
        steps = backfill(app, feed, Goal(), pace=Pace(delay=timedelta(0)))
        read = [next(steps), next(steps)]
        steps.close()  # type: ignore[attr-defined]  # it is a generator
        assert [each.new for each in read if isinstance(each, PageRead)] == [SIZE, SIZE]
        kept = app.store.feeds.archives([feed.url])[feed.url]
        assert kept.complete_since == START + (POSTS - 2 * SIZE) * WEEK
        rest = list(backfill(app, feed, Goal(), pace=Pace(delay=timedelta(0))))
    assert isinstance(rest[-1], Backfilled)
    assert sum(each.new for each in rest if isinstance(each, PageRead)) == POSTS - 2 * SIZE
