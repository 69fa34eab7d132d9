"""Test mode as an operator uses it: over real SMTP, said loudly, and then the real run."""

import json
from pathlib import Path

from tests.acceptance.town import FEEDS, MailServer, make_publication, serve_feeds

QA = "qa@harbour.example"
PEOPLE = "email,name,status\nann@reader.example,Ann,confirmed\nbo@reader.example,Bo,confirmed\n"


def test_a_whole_run_goes_to_one_address_and_the_real_one_follows(tmp_path: Path) -> None:
    """`run` rehearses once and says so; `send --test-mode` again; without it readers get theirs."""
    with MailServer() as mail, serve_feeds(FEEDS) as feeds:
        publication = make_publication(tmp_path / "pub", feeds_port=feeds.port, mail_port=mail.port)
        settings = publication.directory / "digest.toml"
        real = settings.read_text()
        settings.write_text(f'{real}\n[deliver]\ntest_mode = "{QA}"\n')
        publication.digest("subscribers", "import", "-", stdin=PEOPLE)
        assert f"TEST MODE: every issue goes to {QA}" in publication.digest("run").stdout
        publication.digest("run")
        assert [letter.recipient for letter in mail.letters] == [QA, QA]
        assert "Ann <ann@reader.example>" in mail.letters[0].part("plain")
        assert json.loads(publication.digest("status", "--json").stdout)["test_mode"] == QA

        settings.write_text(real)
        mail.letters.clear()
        publication.digest("send", "harbour", "--test-mode", "qa2@harbour.example")
        assert {letter.recipient for letter in mail.letters} == {"qa2@harbour.example"}
        publication.digest("send", "harbour", "--test-mode", "qa2", status=2)
        mail.letters.clear()
        publication.digest("run")
    recipients = sorted(letter.recipient for letter in mail.letters)
    assert recipients == ["ann@reader.example", "bo@reader.example"]
    assert "TEST MODE" not in mail.letters[0].part("plain")
