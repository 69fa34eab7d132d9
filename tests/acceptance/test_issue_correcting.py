"""A correction as an operator makes it: page, feeds and mail, over real HTTP and SMTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digest.app import open_app
from digest.config.load import load_config
from digest.web.public import Health, create_public_app
from tests.acceptance.town import FEEDS, MailServer, Publication, make_publication, serve_feeds

ISSUE = "harbour-2026-06-18"
AN_HOUR_ON = "2026-06-18T09:00:00+01:00"
PEOPLE = """email,name,status,topics,volume
sea@reader.example,Sal,confirmed,sea,
town@reader.example,Tom,confirmed,town,
all@reader.example,Ann,confirmed,,
"""
WRONG = "We counted four hundred shoots; there were four thousand."


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def publication(tmp_path: Path, mail: MailServer) -> Iterator[Publication]:
    """An issue that went out to three readers, of different topics."""
    with serve_feeds(FEEDS) as feeds:
        made = make_publication(tmp_path / "pub", feeds_port=feeds.port, mail_port=mail.port)
        made.digest("subscribers", "import", "-", stdin=PEOPLE)
        made.digest("run")
        yield made


def test_one_command_puts_a_story_right(publication: Publication, mail: MailServer) -> None:
    """The page, both feeds and the archive have it; who got the story gets one mail, once."""
    assert len(mail.letters) == 3
    mail.letters.clear()
    made = publication.digest(
        "issues", "correct", ISSUE, "seagrass", "--text", WRONG, "--send", "--json", now=AN_HOUR_ON
    )
    said = json.loads(made.stdout)
    assert (said["readers"], said["delivered"]["deliveries"]) == (2, {"sent": 2})
    publication.digest("run", now="2026-06-18T09:30:00+01:00")
    assert sorted(letter.recipient for letter in mail.letters) == [
        "all@reader.example",
        "sea@reader.example",
    ]
    letter = mail.letters[0]
    assert letter.message["Subject"] == "Correction: Seagrass returns to the northern flats"
    assert WRONG in letter.part("plain")
    assert WRONG in letter.part("html")
    assert "Divers counted" not in letter.part("html")

    app = open_app(load_config(publication.directory, environment={}))
    with TestClient(create_public_app(app, health=lambda: Health(ok=True, findings=()))) as client:
        page = client.get(f"/issues/{ISSUE}").text
        atom = client.get("/archive/harbour/atom.xml").text
        feed = client.get("/archive/harbour/feed.json").json()
        archive = client.get("/archive/harbour/").text
        correction = client.get(f"/issues/{said['correction']}").text
    app.close()
    assert f"Corrected on 18 June 2026: {WRONG}" in page
    assert WRONG in correction
    assert "Correction: Seagrass" in archive
    assert "Corrected on 18 June 2026" in atom
    items = {item["url"].rpartition("/")[2]: item for item in feed["items"]}
    assert items[ISSUE]["date_modified"] == "2026-06-18T08:00:00+00:00"
    assert items[ISSUE]["date_published"] < items[ISSUE]["date_modified"]
    assert f"<updated>{items[ISSUE]['date_modified']}</updated>" in atom
    assert WRONG in items[ISSUE]["content_html"]
