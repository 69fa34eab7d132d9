"""A year's roundup on the command line: from collected posts to one that lacks nothing."""

import csv
import io
import json
from collections.abc import Iterator
from email.utils import format_datetime
from html import escape
from pathlib import Path

import pytest

from tests.acceptance.town import FEEDS, Publication, make_publication, serve_feeds
from tests.core.tidewell import year

NOW = "2019-12-20T09:00:00+00:00"
ITEM = (
    "<item><title>{title}</title><link>{url}</link><guid>{url}</guid><dc:creator>{author}"
    "</dc:creator><category>{topic}</category><pubDate>{date}</pubDate>"
    "<content:encoded>{content}</content:encoded></item>"
)
FEED = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Tidewell Notes</title>'
    "<link>https://tidewell.example/</link><description>Notes</description>{items}</channel></rss>"
)


def document() -> str:
    """The town's blog as RSS."""
    return FEED.format(
        items="".join(
            ITEM.format(
                title=escape(kept.entry.title),
                url=kept.entry.url,
                author=kept.entry.authors[0],
                topic=kept.entry.categories[0],
                date=format_datetime(kept.dated_at or kept.first_seen_at),
                content=escape(kept.entry.content),
            )
            for kept in year()
        )
    )


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Publication]:
    """A working directory that collected the year."""
    feeds = {**FEEDS, "/quay.xml": ("application/rss+xml", document())}
    with serve_feeds(feeds) as site:
        made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=1)
        made.digest("collect", now=NOW)
        yield made


def run(publication: Publication, *arguments: str, status: int = 0) -> str:
    return publication.digest("roundup", *arguments, now=NOW, status=status).stdout


def test_from_a_year_of_posts_to_a_finished_roundup(publication: Publication) -> None:
    """Start, show, quote, write, finish: what is missing is listed until nothing is."""
    slug = "harbour-roundup-2019"
    told = run(publication, "start", "harbour", "--year", "2019")
    assert "longlist   9 posts of 2019, 1 set aside" in told
    assert "Friday links: nets and knots: a roundup itself, by its name" in told
    assert "1 of each author at most" in told
    assert "to be written" in run(publication, "show", slug)
    listed = run(publication, "finish", slug, status=1)
    assert listed.count("the hook is to be written") == 5
    assert "is not finished: 15 things to do" in listed
    offered = json.loads(run(publication, "quotes", slug, "2", "--json"))
    first = offered[0]["candidates"][0]
    assert first["number"] == 1
    for number in "12345":
        assert "Ropewalk Trust" in run(publication, "pick", slug, number, "1")
    galley = publication.digest("issues", "export", slug, now=NOW).stdout
    lines = [
        f'{line[6:].split(" ")[0]} = "Words {number}"'
        if line.startswith(("#auto heading", "#auto hook"))
        else line
        for number, line in enumerate(galley.splitlines())
    ]
    edited = publication.directory / "year.toml"
    edited.write_text("\n".join(lines), encoding="utf-8")
    publication.digest("issues", "import", slug, str(edited), now=NOW)
    assert f"digest approve {slug}" in run(publication, "finish", slug)
    page = publication.digest("render", slug, now=NOW).stdout
    web = publication.digest("render", slug, "--web", now=NOW).stdout
    source = publication.digest("render", slug, "--markdown", now=NOW).stdout
    assert '<body class="roundup">' in web
    assert web.count("<blockquote cite=") == source.count("\n> “") == page.count("<blockquote")
    assert "Five blog posts that told the story of\xa02019</h1>" in page


def test_a_vote_by_files(publication: Publication) -> None:
    """A ballot is filled in, counted, and decides who comes first."""
    ballot = run(publication, "ballot", "harbour", "--year", "2019")
    rows = list(csv.DictReader(io.StringIO(ballot)))
    assert set(rows[0]) == {"voter", "post", "rank", "title", "excerpt"}
    wanted = next(row for row in rows if row["title"] == "Ferry crews learn to sign")
    votes = publication.directory / "ada.csv"
    votes.write_text(f"Ada,{wanted['post']},1\n")
    counted = run(publication, "count", "harbour", "--year", "2019", str(votes))
    assert "1  Ferry crews learn to sign" in counted
    started = json.loads(
        run(publication, "start", "harbour", "--year", "2019", "--votes", str(votes), "--json")
    )
    assert started["shortlist"][0]["title"] == "Ferry crews learn to sign"


def test_a_year_with_too_few_posts(publication: Publication) -> None:
    """It exits with 1 and names the command that works."""
    done = publication.digest("roundup", "start", "harbour", "--year", "2018", now=NOW, status=1)
    assert "2018 has 1 post to feature, and 5 are asked for" in done.stderr
    assert "--year 2018 --pick 1" in done.stderr
    assert "harbour-roundup-2018" in run(
        publication, "start", "harbour", "--year", "2018", "--pick", "1"
    )
