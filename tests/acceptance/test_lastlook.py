"""The last look as an operator meets it: pages that go between approval and sending."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.http_servers import ScriptedServer
from tests.acceptance.town import FEEDS, MailServer, Publication, make_publication, serve_feeds

ISSUE = "harbour-2026-06-18"
AN_HOUR_ON = "2026-06-18T09:00:00+01:00"


@pytest.fixture
def pages() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def publication(tmp_path: Path, pages: ScriptedServer, mail: MailServer) -> Iterator[Publication]:
    """An approved issue whose three stories are on a real server, all of them there."""
    paths = {
        "https://quay.example/ferry": "/ferry",
        "https://tide.example/seagrass?utm_source=feed": "/seagrass",
        "https://play.example/p1": "/play",
    }
    for path in paths.values():
        pages.serve(path, b"<title>A page</title>")
    feeds = dict(FEEDS)
    for name, (kind, text) in FEEDS.items():
        moved = text
        for old, path in paths.items():
            moved = moved.replace(old, pages.url(path))
        feeds[name] = (kind, moved)
    with serve_feeds(feeds) as site:
        made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
        people = "email,name,status\nann@reader.example,Ann,confirmed\n"
        made.digest("subscribers", "import", "-", stdin=people)
        made.digest("collect")
        made.digest("draft", "harbour")
        made.digest("approve", ISSUE, "--waive", "*=tested elsewhere")
        yield made


def test_a_page_that_went_holds_the_issue_until_a_person_comes(
    publication: Publication, pages: ScriptedServer, mail: MailServer
) -> None:
    """`run` exits 1 and mails nobody, `status` and `show` say why; replaced, it goes out."""
    pages.serve("/ferry", b"no", status="410 Gone")
    said = publication.digest("run", now=AN_HOUR_ON, status=1).stdout
    assert "held" in said
    assert "Ferry timetable doubles" in said
    publication.digest("run", now=AN_HOUR_ON)
    assert mail.letters == []
    (held,) = json.loads(publication.digest("status", "--json").stdout)["held"]
    assert (held["issue"], held["found"][0]["trouble"]) == (ISSUE, "gone")
    assert "410" in publication.digest("issues", "show", ISSUE).stdout
    assert "--anyway" in publication.digest("send", ISSUE, now=AN_HOUR_ON, status=1).stderr
    looked = publication.digest("issues", "look", ISSUE, "--replace", "--json", now=AN_HOUR_ON)
    assert json.loads(looked.stdout)["last_look"] == "replaced"
    publication.digest("run", now=AN_HOUR_ON)
    (letter,) = mail.letters
    assert "Ferry timetable" not in letter.part("html")
    assert "Seagrass returns" in letter.part("html")


def test_a_page_that_calls_itself_retracted_is_found(
    publication: Publication, pages: ScriptedServer, mail: MailServer
) -> None:
    """Though it answers 200 and its feed says nothing; `send --anyway` sends all the same."""
    page = "<html><title>Rétracté : Seagrass returns</title>".encode()
    pages.serve("/seagrass", page)
    said = publication.digest("send", ISSUE, now=AN_HOUR_ON, status=1)
    assert "retracted" in said.stdout
    assert mail.letters == []
    publication.digest("send", ISSUE, "--anyway", now=AN_HOUR_ON)
    assert len(mail.letters) == 1
