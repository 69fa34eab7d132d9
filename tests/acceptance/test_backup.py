"""Backup, restore and the word that lets mail go again, as an operator says them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.town import (
    FEEDS,
    MailServer,
    Site,
    make_publication,
    serve_feeds,
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(FEEDS) as feeds:
        yield feeds


def test_a_restored_backup_sends_nothing_without_a_persons_word(tmp_path: Path, site: Site) -> None:
    """The backup from before an issue went out waits, and says so; then it goes on, as told."""
    with MailServer() as mail:
        publication = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
        publication.digest("subscribers", "add", "ann@reader.example")
        publication.digest("collect")
        copy = tmp_path / "before.db"
        assert "1 subscriber" in publication.digest("backup", str(copy)).stdout
        publication.digest("run")
        publication.digest("restore", str(copy))
        assert "resume --after-restore" in publication.digest("run", status=1).stdout
        assert len(mail.letters) == 1
        publication.digest("resume", "--after-restore")
        publication.digest("run")
        assert [letter.recipient for letter in mail.letters] == ["ann@reader.example"] * 2
        assert len({letter.message["Message-ID"] for letter in mail.letters}) == 1
