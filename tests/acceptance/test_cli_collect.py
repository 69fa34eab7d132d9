"""`digest collect` and its neighbours, as somebody meets them who has only read the manual."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.test_feeds_discover import Publication
from tests.acceptance.town import RSS, Site, make_publication, serve_feeds

PARAGRAPH = (
    "Boats will leave every half hour from Saturday until the end of August; in {year} there were "
    "two a day, with bicycles on deck, a band below, and people along the rail who said nothing."
)
WORDS = "".join(f"<p>{PARAGRAPH.format(year=year)}</p>" for year in range(1980, 1988))
PAGE = f"""<!doctype html><html lang="en"><head><title>Ferry</title></head><body><article>
<h1>Ferry timetable doubles for summer</h1>{WORDS}</article></body></html>"""
NEWS = """<!doctype html><html lang="en"><head><title>Quay</title></head><body><ul>
<li><b>Crane</b> <i>The old crane moves</i> <a href="/crane">more</a></li>
<li><b>Nets</b> <i>Nets are mended again</i> <a href="/nets">more</a></li></ul></body></html>"""
SELECTORS = """
[[feed]]
url = "{url}"
kind = "page"
tags = ["harbour"]
[feed.selectors]
entry = "li"
title = "{title}"
link = "a"
"""
OPML = """<opml version="2.0"><body>{}</body></opml>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds({}) as served:
        yield served


@pytest.fixture
def publication(tmp_path: Path, site: Site) -> Publication:
    directory = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=1).directory
    return Publication(directory)


def url(site: Site, path: str) -> str:
    return f"http://127.0.0.1:{site.port}{path}"


def feeds(publication: Publication, text: str) -> None:
    (publication.directory / "feeds.toml").write_text(text)


@pytest.mark.usefixtures("fulltext")
def test_articles_are_fetched_when_a_person_collects(publication: Publication, site: Site) -> None:
    """With `full_text`, `collect` reads the pages too, as `run` and `serve` do."""
    text = RSS.replace("https://quay.example/ferry", url(site, "/ferry"))
    site.feeds["/feed.xml"] = ("application/rss+xml", text)
    site.feeds["/ferry"] = ("text/html; charset=utf-8", PAGE)
    feeds(publication, f'[[feed]]\nurl = "{url(site, "/feed.xml")}"\nfull_text = true\n')
    told = publication.digest("collect").stdout
    assert told.splitlines()[-2:] == [
        "1 feed asked, 0 failed; 2 new entries, 0 changed",
        "1 article read in full",
    ]
    (facts,) = json.loads(publication.digest("feeds", "status", "--json").stdout)
    assert facts["full_text"] == 0.5


def test_selectors_that_were_edited_hold_at_once(publication: Publication, site: Site) -> None:
    """A page that stayed as it was is read anew once its selectors are others."""
    site.feeds["/news"] = ("text/html", NEWS)
    feeds(publication, SELECTORS.format(url=url(site, "/news"), title="b"))
    assert "2 new entries" in publication.digest("collect").stdout
    assert "0 new entries, 0 changed" in publication.digest("collect").stdout
    feeds(publication, SELECTORS.format(url=url(site, "/news"), title="i"))
    assert "0 new entries, 2 changed" in publication.digest("collect").stdout
    assert "The old crane moves" in publication.digest("entries", "list").stdout


def test_collecting_reads_remote_lists_again(publication: Publication, site: Site) -> None:
    """What a list has come to hold is asked in the same round, due or not; `--due` waits."""
    outline = f'<outline type="rss" text="Quay" xmlUrl="{url(site, "/quay.xml")}"/>'
    second = f'<outline type="rss" text="Old" xmlUrl="{url(site, "/old.xml")}"/>'
    site.feeds["/quay.xml"] = site.feeds["/old.xml"] = ("application/rss+xml", RSS)
    site.feeds["/roll.opml"] = ("text/x-opml", OPML.format(outline))
    feeds(publication, f'[[list]]\nurl = "{url(site, "/roll.opml")}"\n')
    assert "1 feed new, 0 removed" in publication.digest("collect").stdout
    site.feeds["/roll.opml"] = ("text/x-opml", OPML.format(outline + second))
    assert "0 feeds asked" in publication.digest("collect", "--due").stdout
    assert "2 feeds asked" in publication.digest("collect").stdout


def test_what_is_no_list_of_feeds_is_refused(publication: Publication, tmp_path: Path) -> None:
    """A file without feeds is an error, not an import of nothing."""
    (tmp_path / "notes.txt").write_text("not OPML")
    done = publication.digest("feeds", "import", str(tmp_path / "notes.txt"), status=1)
    assert "holds no feeds" in done.stderr


def test_a_feed_needs_no_selectors(publication: Publication, site: Site) -> None:
    """Asked to propose selectors for a feed, it says that it is one."""
    site.feeds["/feed.xml"] = ("application/rss+xml", RSS)
    done = publication.digest("feeds", "discover", "--selectors", url(site, "/feed.xml"), status=1)
    assert f"digest feeds add {url(site, '/feed.xml')}" in done.stderr


def test_feeds_that_nobody_draws_on_are_told(publication: Publication) -> None:
    """`check` warns once of all feeds that are in no newsletter, with the tags that would help."""
    feeds(
        publication,
        '[[feed]]\nurl = "https://a.example/"\n[[feed]]\nurl = "https://b.example/"\n'
        '[[feed]]\nurl = "https://c.example/"\ntags = ["harbour"]\n',
    )
    told = publication.digest("check").output
    assert "no newsletter draws on https://a.example/ and 1 more" in told
    assert "give it a tag that one draws on: harbour" in told
