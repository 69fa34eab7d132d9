"""Readers' choices over real SMTP: each gets their own topics, in both parts."""

import json
from pathlib import Path

from tests.acceptance.town import FEEDS, MailServer, make_publication, serve_feeds

PEOPLE = """email,name,status,topics,volume
sea@reader.example,Sal,confirmed,sea,
town@reader.example,"Tom ""><b>",confirmed,town,short
all@reader.example,,confirmed,,
gone@reader.example,Gus,confirmed,history,
"""
SEAGRASS, FERRY = "Seagrass returns to the northern flats", "Ferry timetable doubles for summer"
PLAY = "A new play opens in the boathouse"


def test_each_reader_gets_the_topics_they_chose(tmp_path: Path) -> None:
    """Three readers, three copies; who chose nothing that is told is accounted for, not mailed."""
    with MailServer() as mail, serve_feeds(FEEDS) as feeds:
        publication = make_publication(tmp_path / "pub", feeds_port=feeds.port, mail_port=mail.port)
        file = publication.directory / "newsletters" / "harbour.toml"
        file.write_text(
            file.read_text().replace(
                "[schedule]",
                'greeting = "Dear {name},"\ngreeting_nameless = "Good morning,"\n[schedule]',
            )
            + '[[topics]]\nid = "history"\nname = "History"\n'
        )
        publication.digest("subscribers", "import", "-", stdin=PEOPLE)
        publication.digest("run")
        shown = json.loads(publication.digest("issues", "show", "harbour", "--json").stdout)

    told = {
        letter.recipient.partition("@")[0]: (letter.part("html"), letter.part("plain"))
        for letter in mail.letters
    }
    assert sorted(told) == ["all", "sea", "town"]
    for kind in (0, 1):
        assert SEAGRASS in told["sea"][kind]
        assert FERRY not in told["sea"][kind]
        assert PLAY not in told["sea"][kind]
        assert "1 story" in told["sea"][kind]
        assert SEAGRASS not in told["town"][kind]
        assert FERRY in told["town"][kind]
        assert PLAY in told["town"][kind]
        assert "2 stories" in told["town"][kind]
        assert all(title in told["all"][kind] for title in (SEAGRASS, FERRY, PLAY))
        assert "Dear Sal," in told["sea"][kind]
        assert "Good morning," in told["all"][kind]
        for parts in told.values():
            assert "<!--section" not in parts[kind]
            assert ".invalid" not in parts[kind]
            assert "https://letters.harbour.example/preferences/" in parts[kind]
    assert "Dear Tom &quot;&gt;&lt;b&gt;," in told["town"][0]
    assert 'Dear Tom "><b>,' in told["town"][1]
    subjects = {letter.recipient: letter.message["Subject"] for letter in mail.letters}
    assert subjects["sea@reader.example"] == SEAGRASS
    assert "Seagrass" not in subjects["town@reader.example"]
    assert shown["deliveries"] == {"excluded": 1, "sent": 3}
    assert shown["state"] == "sent"


def test_choices_are_exported_shown_and_checked(tmp_path: Path) -> None:
    """The command line takes topics and a volume, says them back, and refuses unknown ones."""
    publication = make_publication(tmp_path / "pub", feeds_port=1, mail_port=1)
    publication.digest(
        "subscribers", "add", "a@reader.example", "--topic", "sea", "--volume", "short"
    )
    exported = publication.digest("subscribers", "export").stdout
    assert exported.splitlines()[1].endswith('"sea","short"')
    assert "sea, short" in publication.digest("subscribers", "show").stdout
    refused = publication.digest(
        "subscribers", "add", "b@reader.example", "--topic", "see", status=2
    )
    assert "no topic named 'see'" in refused.stderr
