"""The main job as an operator runs it: feeds over HTTP in, mail over SMTP out."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.town import (
    FEEDS,
    MailServer,
    Publication,
    Site,
    make_publication,
    serve_feeds,
)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(FEEDS) as feeds:
        yield feeds


@pytest.fixture
def publication(tmp_path: Path, site: Site, mail: MailServer) -> Publication:
    """A publication with three confirmed subscribers and one that is not."""
    made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
    people = "email,name,status\n" + "".join(
        f"{name}@reader.example,{name.title()},{status}\n"
        for name, status in [
            ("ann", "confirmed"),
            ("björk".replace("ö", "o"), "confirmed"),
            ("cid", "confirmed"),
            ("dee", "pending"),
        ]
    )
    made.digest("subscribers", "import", "-", stdin=people)
    return made


def test_feeds_become_mail(publication: Publication, mail: MailServer) -> None:
    """`digest run` turns feeds into one mail for each confirmed subscriber, all parts right."""
    publication.digest("run")
    assert sorted(letter.recipient for letter in mail.letters) == [
        "ann@reader.example",
        "bjork@reader.example",
        "cid@reader.example",
    ]
    letter = mail.letters[0]
    message = letter.message
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    for header in ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"):
        assert len(message.get_all(header, [])) == 1, header
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://letters.harbour.example/unsubscribe/")
    assert "harbour@" not in message["List-Id"]
    html, text = letter.part("html"), letter.part("plain")
    assert html.index("Seagrass returns") > 0
    assert "Ferry timetable doubles" in html
    assert "A new play opens" in text
    assert "winter storm" not in html
    assert "utm_source" not in html
    assert 'style="' in html
    assert ".invalid" not in html + text
    assert "1 Quay, Harbour" in text


def test_stories_stand_under_their_topics(publication: Publication) -> None:
    """The editors' rule puts the seagrass story under The sea, with its reason."""
    publication.digest("collect")
    shown = json.loads(publication.digest("draft", "harbour", "--json").stdout)
    told = {
        story["headline"]: (section["heading"], story["reason"])
        for section in shown["sections"]
        for story in section["stories"]
    }
    if shown["lead"]:
        told[shown["lead"]["headline"]] = ("lead", shown["lead"]["reason"])
    assert len(told) == 3
    heading, reason = told["Seagrass returns to the northern flats"]
    assert heading in {"The sea", "lead"}
    assert "seagrass" in reason


def test_a_second_run_sends_nothing(publication: Publication, mail: MailServer) -> None:
    """A run after a finished one asks feeds that are due only, and mails nobody again."""
    publication.digest("run")
    first = len(mail.letters)
    publication.digest("run")
    publication.digest("run", now="2026-06-18T12:00:00+01:00")
    assert len(mail.letters) == first


def test_every_message_has_its_own_id_and_link(publication: Publication, mail: MailServer) -> None:
    """Message-IDs and unsubscribe links differ between subscribers."""
    publication.digest("run")
    for header in ("Message-ID", "List-Unsubscribe"):
        values = {letter.message[header] for letter in mail.letters}
        assert len(values) == len(mail.letters)


def test_one_broken_feed_stops_nothing(
    publication: Publication, site: Site, mail: MailServer
) -> None:
    """A feed that answers with a web page is reported by name, and the issue goes out."""
    site.feeds["/tide.xml"] = ("text/html", "<!doctype html><title>Please log in</title>")
    done = publication.digest("run")
    assert "tide.xml" in done.stdout
    assert "HTML" in done.stdout
    assert len(mail.letters) == 3


def test_a_test_message_reaches_its_address_only(
    publication: Publication, mail: MailServer
) -> None:
    """`send --test` mails one marked copy and leaves the issue a draft."""
    publication.digest("collect")
    publication.digest("draft", "harbour")
    publication.digest("send", "harbour", "--test", "editor@harbour.example")
    assert [letter.recipient for letter in mail.letters] == ["editor@harbour.example"]
    assert mail.letters[0].message["Subject"].startswith("[TEST] ")
    listed = json.loads(publication.digest("issues", "list", "--json").stdout)
    assert [issue["state"] for issue in listed] == ["draft"]


def test_one_refused_recipient_does_not_stop_the_others(tmp_path: Path, site: Site) -> None:
    """A 550 for one is final for that one, and suppresses the address."""
    with MailServer(refuse={"bad@reader.example": "550 5.1.1 no such user"}) as mail:
        publication = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
        for name in ("ann", "bad", "cid"):
            publication.digest("subscribers", "add", f"{name}@reader.example")
        done = publication.digest("run")
        assert sorted(letter.recipient for letter in mail.letters) == [
            "ann@reader.example",
            "cid@reader.example",
        ]
        assert "1 failed" in done.stdout
        assert "bad@reader.example" in publication.digest("suppressions", "list").stdout


def test_a_deferred_recipient_is_tried_again_later(tmp_path: Path, site: Site) -> None:
    """A 451 keeps the recipient in the ledger; a later run completes the issue."""
    with MailServer(refuse={"slow@reader.example": "451 4.7.1 greylisted"}) as mail:
        publication = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
        for name in ("ann", "slow"):
            publication.digest("subscribers", "add", f"{name}@reader.example")
        publication.digest("run")
        assert [letter.recipient for letter in mail.letters] == ["ann@reader.example"]
        mail.refuse.clear()
        publication.digest("run", now="2026-06-18T09:30:00+01:00")
        assert [letter.recipient for letter in mail.letters] == [
            "ann@reader.example",
            "slow@reader.example",
        ]


def test_no_mail_server_loses_nobody(publication: Publication, mail: MailServer) -> None:
    """With the server away the run says so and exits 1; the next run sends to everybody."""
    settings = publication.directory / "digest.toml"
    working = settings.read_text()
    settings.write_text(working.replace(f"port = {mail.port}", "port = 1"))
    done = publication.digest("run", status=1)
    assert "127.0.0.1:1" in done.stdout
    assert mail.letters == []
    settings.write_text(working)
    publication.digest("run")
    assert len(mail.letters) == 3


def test_kill_in_mid_run_and_run_again(tmp_path: Path, site: Site) -> None:
    """Kill -9 while sending loses nobody and repeats at most what was in flight, same id."""
    with MailServer(pause_s=0.02) as mail:
        publication = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
        people = "email\n" + "".join(f"reader{n}@reader.example\n" for n in range(120))
        publication.digest("subscribers", "import", "-", stdin=people)
        publication.digest("collect")
        settings = publication.directory / "digest.toml"
        settings.write_text(settings.read_text().replace("[smtp]", "[smtp]\nwindow = 2"))
        running = subprocess.Popen(
            publication.command("run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while len(mail.letters) < 20 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert 20 <= len(mail.letters) < 120
        publication.digest("run")
        ids = [letter.message["Message-ID"] for letter in mail.letters]
        recipients = {letter.recipient for letter in mail.letters}
        in_flight = 2 * 3 * 2  # connections, each with three windows: answered, on its way, next
        assert len(recipients) == 120
        assert len(set(ids)) == 120
        assert len(ids) - len(set(ids)) <= in_flight
        shown = json.loads(publication.digest("issues", "show", "harbour", "--json").stdout)
        assert shown["state"] == "sent"
        assert shown["deliveries"] == {"sent": 120}
