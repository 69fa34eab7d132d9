"""What goes wrong in real life: clear words, the right exit status, and the rest goes on."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.town import (
    FEEDS,
    RSS,
    MailServer,
    Publication,
    Site,
    make_publication,
    serve_feeds,
)

BAD_FEEDS = {
    "/empty.xml": ("application/rss+xml", " "),
    "/page.xml": ("text/html", "<!doctype html><html><title>Welcome</title><p>Log in</p></html>"),
    "/cut.xml": ("application/rss+xml", RSS[: RSS.index("<guid>quay-0")]),
    "/huge.xml": ("application/rss+xml", RSS + " " * 50_000_000),
    "/bomb.xml": ("application/rss+xml", '<!DOCTYPE r [<!ENTITY a "aa">]>' + RSS[38:]),
}


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(FEEDS | BAD_FEEDS) as feeds:
        yield feeds


@pytest.fixture
def publication(tmp_path: Path, site: Site, mail: MailServer) -> Publication:
    made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
    made.digest("subscribers", "add", "ann@reader.example")
    return made


def test_bad_feeds_are_named_and_stop_nothing(
    publication: Publication, site: Site, mail: MailServer
) -> None:
    """Unreachable, missing, empty, HTML, truncated, hostile and 50 MB: the good ones arrive."""
    feeds = publication.directory / "feeds.toml"
    urls = [f"http://127.0.0.1:{site.port}{path}" for path in (*BAD_FEEDS, "/missing.xml")]
    urls.append("http://127.0.0.1:1/unreachable.xml")
    with feeds.open("a") as file:
        file.writelines(f'[[feed]]\nurl = "{url}"\ntags = ["harbour"]\n' for url in urls)
    done = publication.digest("run")
    failures = {line for line in done.stdout.splitlines() if line.startswith("failed")}
    assert len(failures) == 6, done.stdout
    for words in ("empty", "HTML", "10,000,000 bytes", "entit", "404", "refused"):
        assert any(words in line for line in failures), (words, done.stdout)
    assert "mended" in done.stdout
    assert len(mail.letters) == 1
    assert "Seagrass returns" in mail.letters[0].part("html")


def test_a_wrongly_declared_charset_is_read(publication: Publication, site: Site) -> None:
    """A feed in Latin-1 that says nothing of it keeps its accents."""
    text = RSS.replace("Ferry timetable", "Café timetable")
    site.feeds["/quay.xml"] = ("application/rss+xml; charset=iso-8859-1", text)
    publication.digest("collect")
    assert "Café timetable" in publication.digest("draft", "harbour").stdout


def test_a_broken_template_keeps_the_draft(publication: Publication, mail: MailServer) -> None:
    """The run names file, line and excerpt, exits 1, keeps the draft, and later sends it."""
    folder = publication.directory / "templates" / "email" / "classic"
    folder.mkdir(parents=True)
    broken = folder / "issue.html"
    broken.write_text("<p>fine</p>\n{{ issue.titel }}\n")
    done = publication.digest("run", status=1)
    assert "issue.html:2" in done.stdout
    assert "issue.titel" in done.stdout
    assert mail.letters == []
    broken.unlink()
    publication.digest("run")
    assert len(mail.letters) == 1


def test_an_unknown_topic_in_a_rule(publication: Publication) -> None:
    """The rule's line and the nearest topic are named; the exit status is 2."""
    path = publication.directory / "newsletters" / "harbour.toml"
    path.write_text(path.read_text().replace('topic = "sea"', 'topic = "see"'))
    done = publication.digest("run", status=2)
    line = path.read_text().splitlines().index('topic = "see"') + 1
    assert f"harbour.toml:{line}" in done.stderr
    assert "sea" in done.stderr


def test_a_bad_row_of_a_csv(publication: Publication) -> None:
    """Good rows are imported; the bad one is named with its line; the exit status is 1."""
    rows = "email,name\nbea@reader.example,Bea\nnot-an-address,No\ncid@reader.example,Cid\n"
    done = publication.digest("subscribers", "import", "-", stdin=rows, status=1)
    assert "line 3" in done.stdout
    assert "not-an-address" in done.stdout
    shown = publication.digest("subscribers", "export").stdout
    assert "bea@reader.example" in shown
    assert "cid@reader.example" in shown


def test_a_database_of_a_newer_version_is_left_alone(publication: Publication) -> None:
    """It is refused by name, with what to do, and not a byte of it changes."""
    path = publication.directory / "digest.db"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_later'")
    database.close()
    before = path.read_bytes()
    done = publication.digest("run", status=1)
    assert "digest.db" in done.stderr
    assert "newer" in done.stderr
    assert path.read_bytes() == before


def test_a_full_disk_loses_nothing(publication: Publication, mail: MailServer) -> None:
    """With no room for the database the run says so; with room again, it goes on."""
    publication.digest("collect")
    limited = ["bash", "-c", 'ulimit -f 1; trap "" XFSZ; exec "$@"', "-"]
    done = publication.digest("run", status=1, under=limited)
    assert "full" in done.stderr or "disk" in done.stderr
    assert "Traceback" not in done.stderr
    publication.digest("run")
    assert len(mail.letters) == 1
