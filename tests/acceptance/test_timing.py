"""Timing over real SMTP, the clock moved along: readers' own mornings, and the frequency cap."""

import json
from pathlib import Path

from tests.acceptance.town import (
    FEEDS,
    NEWSLETTER,
    MailServer,
    Publication,
    make_publication,
    serve_feeds,
)

PEOPLE = """email,name,time_zone
tokyo@reader.example,Aya,Asia/Tokyo
home@reader.example,Tom,
lima@reader.example,Rosa,America/Lima
moon@reader.example,Neil,Moon/Tranquillity
"""


def at(publication: Publication, now: str, *args: str) -> str:
    return publication.digest(*args, now=now).stdout


def test_the_same_morning_everywhere(tmp_path: Path) -> None:
    """Tokyo, London and Lima have it at 07:30 on Thursday; in between, status says who is next."""
    with MailServer() as mail, serve_feeds(FEEDS) as feeds:
        publication = make_publication(tmp_path / "pub", feeds_port=feeds.port, mail_port=mail.port)
        file = publication.directory / "newsletters" / "harbour.toml"
        file.write_text(
            NEWSLETTER.replace(
                'time = "07:30"', 'time = "07:30"\ncut_off = "1 day"\nlocal_time = true'
            )
        )
        refused = publication.digest("subscribers", "import", "-", stdin=PEOPLE, status=1)
        assert "line 5" in refused.stdout
        assert 'no time zone "Moon/Tranquillity"' in refused.stdout

        def got(now: str) -> list[str]:
            at(publication, now, "run")
            return [letter.recipient.partition("@")[0] for letter in mail.letters]

        assert got("2026-06-17T08:00+01:00") == []
        assert got("2026-06-18T07:29+09:00") == []
        assert got("2026-06-18T07:30+09:00") == ["tokyo"]
        told = json.loads(at(publication, "2026-06-18T07:31+09:00", "status", "--json"))
        (row,) = told["newsletters"]
        assert row["latest"].endswith("(sending, next at 2026-06-18 06:30 UTC)")
        assert got("2026-06-18T07:29+01:00") == ["tokyo"]
        assert got("2026-06-18T07:30+01:00") == ["tokyo", "home"]
        sent = json.loads(at(publication, "2026-06-18T08:00+01:00", "send", "harbour", "--json"))
        assert sent["next_at"] == "2026-06-18T12:30:00+00:00"
        assert got("2026-06-18T07:30-05:00") == ["tokyo", "home", "lima"]
        shown = json.loads(
            at(publication, "2026-06-19T08:00+01:00", "issues", "show", "harbour", "--json")
        )
    assert shown["state"] == "sent"
    dates = [letter.message["Date"].datetime.isoformat() for letter in mail.letters]
    assert dates == [
        "2026-06-17T22:30:00+00:00",
        "2026-06-18T06:30:00+00:00",
        "2026-06-18T12:30:00+00:00",
    ]


def test_who_had_enough_gets_the_rest_later(tmp_path: Path) -> None:
    """Two newsletters on one day, one mail a day: the second comes a day later, to that reader."""
    with MailServer() as mail, serve_feeds(FEEDS) as feeds:
        publication = make_publication(tmp_path / "pub", feeds_port=feeds.port, mail_port=mail.port)
        settings = publication.directory / "digest.toml"
        settings.write_text(settings.read_text() + '[deliver]\nfrequency_cap = "1 per day"\n')
        second = publication.directory / "newsletters" / "quay.toml"
        second.write_text(NEWSLETTER.replace("Harbour Letter", "Quay Letter"))
        for newsletter, people in (("harbour", "both one"), ("quay", "both")):
            for name in people.split():
                address = f"{name}@reader.example"
                publication.digest("subscribers", "add", address, "--newsletter", newsletter)
        told = at(publication, "2026-06-18T08:00:00+01:00", "run")
        assert "the next at 2026-06-19 07:00 UTC" in " ".join(told.split())
        assert sorted(letter.recipient[:4] for letter in mail.letters) == ["both", "one@"]
        at(publication, "2026-06-19T07:59:00+01:00", "run")
        assert len(mail.letters) == 2
        at(publication, "2026-06-19T08:00:00+01:00", "run")
        at(publication, "2026-06-19T09:00:00+01:00", "run")
    assert [letter.recipient for letter in mail.letters[2:]] == ["both@reader.example"]
    names = sorted(letter.message["From"].addresses[0].display_name for letter in mail.letters)
    assert names == ["Harbour Letter", "Harbour Letter", "Quay Letter"]
