"""`digest feeds` against a real site: find, add, propose, import, export; and lists that change."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from digest.cli.root import digest
from digest.errors import DigestError
from tests.acceptance.town import (
    ATOM,
    JSON_FEED,
    NOW,
    RSS,
    Site,
    make_publication,
    serve_feeds,
)

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "pages"
HOME = """<!doctype html><html><head><title>Quay</title>
<link rel="alternate" type="application/rss+xml" title="Quay news" href="/news/quay.xml">
<link rel="alternate" type="application/atom+xml" title="Tide Lab" href="/news/tide.xml">
<link rel="alternate" type="application/rss+xml" title="Broken" href="/news/gone.xml">
</head><body>Welcome</body></html>"""
PLAIN = "<!doctype html><html><head><title>Plain</title></head><body><p>Hello</p></body></html>"
PAGES = {
    "/": ("text/html", HOME),
    "/news/quay.xml": ("application/rss+xml", RSS),
    "/news/tide.xml": ("application/atom+xml", ATOM),
    "/plain/": ("text/html", PLAIN),
    "/folder/": ("text/html", PLAIN),
    "/folder/feed.xml": ("application/rss+xml", RSS),
    "/council": ("text/html; charset=utf-8", (SAMPLES / "council.html").read_text("utf-8")),
    "/api": ("application/json", (SAMPLES / "api.json").read_text("utf-8")),
}


@dataclass
class Publication:
    """A working directory, driven by the command line within this process: many short runs."""

    directory: Path

    def digest(self, *arguments: str, now: str = NOW, status: int = 0) -> Result:
        root = ["--config", str(self.directory), "--now", now]
        done = CliRunner().invoke(digest, [*root, *arguments])
        if isinstance(done.exception, DigestError):
            done.exit_code = done.exception.exit_code
            done.stderr_bytes = str(done.exception).encode()
        assert done.exit_code == status, (done.output, done.exception)
        return done


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(PAGES) as served:
        yield served


@pytest.fixture
def publication(tmp_path: Path, site: Site) -> Publication:
    directory = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=1).directory
    (directory / "feeds.toml").write_text("# Ours\n")
    return Publication(directory)


def url(site: Site, path: str = "") -> str:
    return f"http://127.0.0.1:{site.port}{path}"


def test_a_site_with_one_feed_is_added(publication: Publication, site: Site) -> None:
    """`feeds add FOLDER` asks at the usual places, few times, and lists what is there."""
    done = publication.digest("feeds", "add", url(site, "/folder/"), "--tag", "harbour", "--json")
    assert json.loads(done.stdout)["added"]["url"] == url(site, "/folder/feed.xml")
    assert url(site, "/folder/feed.xml") in (publication.directory / "feeds.toml").read_text()
    assert len(site.hits) <= 9
    publication.digest("collect")
    listed = json.loads(publication.digest("feeds", "list", "--json").stdout)
    assert listed[0]["health"] == "active"


def test_a_feed_itself_is_added_with_one_question(publication: Publication, site: Site) -> None:
    """A feed's own URL needs no search."""
    publication.digest("feeds", "add", url(site, "/news/quay.xml"), "--title", "Q")
    assert site.hits == ["/news/quay.xml"]
    again = publication.digest("feeds", "add", url(site, "/news/quay.xml"), status=1)
    assert "listed already" in again.stderr


def test_of_several_feeds_one_must_be_named(publication: Publication, site: Site) -> None:
    """Where nobody can be asked, the feeds are shown; --first and --all decide."""
    done = publication.digest("feeds", "add", url(site), status=1)
    assert "Quay News" in done.stdout
    assert "--first" in done.stdout
    assert (publication.directory / "feeds.toml").read_text() == "# Ours\n"

    publication.digest("feeds", "add", url(site), "--first")
    assert "quay.xml" in (publication.directory / "feeds.toml").read_text()
    publication.digest("feeds", "remove", url(site, "/news/quay.xml"))
    publication.digest("feeds", "add", url(site), "--all")
    text = (publication.directory / "feeds.toml").read_text()
    assert text.count("[[feed]]") == 2
    assert "gone.xml" not in text


def test_discovering_changes_nothing(publication: Publication, site: Site) -> None:
    """`feeds discover` shows what each feed is, and writes nothing."""
    found = json.loads(publication.digest("feeds", "discover", url(site), "--json").stdout)
    assert [(each["title"], each["kind"], each["entries"]) for each in found] == [
        ("Quay News", "RSS", 2),
        ("Tide Lab", "Atom", 1),
    ]
    assert found[0]["newest"] == "2026-06-16T09:00:00+00:00"
    assert (publication.directory / "feeds.toml").read_text() == "# Ours\n"


def test_a_site_without_feeds_says_what_to_do(publication: Publication, site: Site) -> None:
    """There is another way, and its command is named."""
    done = publication.digest("feeds", "add", url(site, "/plain/"), status=1)
    assert "feeds discover --selectors" in done.stderr
    unknown = publication.digest("feeds", "add", url(site, "/missing"), status=1)
    assert "404" in unknown.stderr


def test_unchecked_asks_nobody(publication: Publication, site: Site) -> None:
    """A URL can be written down while its site is away."""
    publication.digest("feeds", "add", "later.example/feed", "--unchecked")
    assert "https://later.example/feed" in (publication.directory / "feeds.toml").read_text()
    assert site.hits == []


@pytest.mark.parametrize(("path", "count"), [("/council", 4), ("/api", 3)], ids=["page", "api"])
def test_a_proposed_source_is_collected(
    publication: Publication, site: Site, path: str, count: int
) -> None:
    """The printed block goes into feeds.toml as it is; a second round brings nothing new."""
    done = publication.digest("feeds", "discover", "--selectors", url(site, path), "--json")
    proposal = json.loads(done.stdout)[0]
    assert len(proposal["entries"]) == count
    (publication.directory / "feeds.toml").write_text(proposal["toml"])
    publication.digest("check")
    (answer,) = json.loads(publication.digest("collect", "--json").stdout)
    assert answer["new"] == count
    site.feeds[path] = (site.feeds[path][0], site.feeds[path][1] + "\n")
    again = publication.digest("collect", "--feed", url(site, path), "--json")
    assert json.loads(again.stdout)[0]["new"] == 0


def test_the_proposal_is_shown_to_people(publication: Publication, site: Site) -> None:
    """A block to copy, and a preview of what it yields."""
    done = publication.digest("feeds", "discover", "--selectors", url(site, "/council"))
    assert 'kind = "page"' in done.stdout
    assert "Bin collections" in done.stdout


def test_import_and_export_keep_private_attributes(publication: Publication, site: Site) -> None:
    """OPML in and out: tags, titles and other programs' attributes; what is unfit is left out."""
    del site
    opml = publication.directory / "in.opml"
    opml.write_text(
        '<opml version="2.0"><body><outline text="Sea">'
        '<outline type="rss" text="One" xmlUrl="https://one.example/" owner="Noor"/>'
        '<outline type="rss" text="Two" xmlUrl="https://me:pw@two.example/"/>'
        "</outline></body></opml>"
    )
    done = publication.digest("feeds", "import", str(opml), "--tag", "harbour", "--json")
    answer = json.loads(done.stdout)
    assert answer["added"] == ["https://one.example/"]
    assert answer["left_out"][0]["title"] == "Two"
    assert "pw@" not in done.stdout
    again = opml.with_name("again.opml")
    again.write_text(opml.read_text().replace("one.example", "three.example"))
    assert "draws on https://three" in publication.digest("feeds", "import", str(again)).stdout
    exported = publication.digest("feeds", "export").stdout
    assert 'owner="Noor"' in exported
    assert 'category="Sea,harbour"' in exported


def test_a_feed_that_no_newsletter_draws_on_says_so(publication: Publication, site: Site) -> None:
    """Where it is added, and where its entries are looked for; its own title goes into exports."""
    add = ("feeds", "add", url(site, "/news/tide.xml"))
    assert "no newsletter draws on" not in publication.digest(*add, "--tag", "harbour").stdout
    publication.digest("feeds", "remove", url(site, "/news/tide.xml"))
    assert "no newsletter draws on" in publication.digest(*add).stdout
    publication.digest("collect")
    assert "digest check" in publication.digest("entries", "list").stdout
    assert "No entries match" in publication.digest("entries", "list", "--state", "held").stdout
    assert 'title="Tide Lab"' in publication.digest("feeds", "export").stdout


def opml_of(*urls: str) -> tuple[str, str]:
    outlines = "".join(f'<outline type="rss" text="{url[-9:]}" xmlUrl="{url}"/>' for url in urls)
    return "text/x-opml", f'<opml version="2.0"><body>{outlines}</body></opml>'


def test_a_remote_list_is_followed(publication: Publication, site: Site) -> None:
    """Its feeds are asked and drawn on by tag; a failing list keeps them, a removed feed rests."""
    site.feeds["/play.json"] = ("application/feed+json", JSON_FEED)
    site.feeds["/roll.opml"] = opml_of(url(site, "/news/quay.xml"), url(site, "/play.json"))
    (publication.directory / "feeds.toml").write_text(
        f'[[list]]\nurl = "{url(site, "/roll.opml")}"\ntags = ["harbour"]\n'
    )
    publication.digest("check")
    answers = json.loads(publication.digest("collect", "--json").stdout)
    assert answers[0] == {
        "list": url(site, "/roll.opml"),
        "added": 2,
        "removed": 0,
        "error": "",
    }
    assert sum(answer["new"] for answer in answers[1:]) == 3
    publication.digest("draft", "harbour")
    assert "Ferry timetable" in publication.digest("render", "harbour", "--text").stdout

    later = "2026-06-19T08:00:00+01:00"
    site.feeds["/roll.opml"] = ("text/html", "<p>Closed for repairs</p>")
    answers = json.loads(publication.digest("collect", "--json", now=later).stdout)
    assert "no feeds" in answers[0]["error"]
    assert len(json.loads(publication.digest("feeds", "list", "--json").stdout)) == 2

    later = "2026-06-21T08:00:00+01:00"
    site.feeds["/roll.opml"] = opml_of(url(site, "/play.json"))
    answers = json.loads(publication.digest("collect", "--json", now=later).stdout)
    assert (answers[0]["added"], answers[0]["removed"]) == (0, 1)
    listed = json.loads(publication.digest("feeds", "list", "--json").stdout)
    assert [(each["url"], each["from_list"]) for each in listed] == [
        (url(site, "/play.json"), True)
    ]
    site.hits.clear()
    publication.digest("collect", now="2026-06-23T08:00:00+01:00")
    assert sorted(site.hits) == ["/play.json", "/roll.opml"]
