"""`digest check` where the configuration wants what only an extra can do."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.cli.root import digest
from tests.acceptance.town import make_publication

FEEDS = """[[feed]]
url = "https://quay.example/feed"
tags = ["harbour"]

[[feed]]
url = "https://tide.example/feed"
tags = ["harbour"]
{full_text}
"""


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python itself says that a module is not there."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)


def check(folder: Path, full_text: str, *arguments: str) -> str:
    directory = make_publication(folder, feeds_port=1, mail_port=1).directory
    (directory / "feeds.toml").write_text(FEEDS.format(full_text=full_text))
    done = CliRunner().invoke(digest, ["--config", str(directory), "check", *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def check_with(folder: Path, settings: str) -> str:
    """The JSON of `digest check` where digest.toml ends with these lines."""
    directory = make_publication(folder, feeds_port=1, mail_port=1).directory
    with (directory / "digest.toml").open("a") as file:
        file.write(settings)
    done = CliRunner().invoke(digest, ["--config", str(directory), "check", "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.mark.usefixtures("without_extra")
def test_a_missing_extra_is_a_warning_with_its_line_and_remedy(tmp_path: Path) -> None:
    """Full texts that cannot be read are said once, where they are asked for; all else is right."""
    found = json.loads(check(tmp_path / "pub", "full_text = true", "--json"))
    assert found["errors"] == []
    (warning,) = (each for each in found["warnings"] if each["field"] == "full_text")
    assert warning["line"] == 8
    assert warning["file"].endswith("feeds.toml")
    assert "feeds' own text is used" in warning["message"]
    assert warning["fix"] == "pip install 'digest[fulltext]'"


@pytest.mark.usefixtures("without_extra")
def test_people_read_the_same(tmp_path: Path) -> None:
    """The warning stands above the good news, its brackets as they are."""
    shown = check(tmp_path / "pub", "full_text = true")
    assert "warning" in shown
    assert "pip install 'digest[fulltext]'" in shown
    assert shown.rindex("ok") > shown.index("full_text")


@pytest.mark.usefixtures("without_extra")
@pytest.mark.parametrize("line", ["", "full_text = false"], ids=["silent", "off"])
def test_who_wants_no_full_texts_needs_no_extra(tmp_path: Path, line: str) -> None:
    """The extra is nobody's business where no feed asks for it."""
    assert "full_text" not in check(tmp_path / "pub", line, "--json")


@pytest.mark.usefixtures("fulltext")
def test_with_the_extra_there_is_nothing_to_say(tmp_path: Path) -> None:
    """Installed, it is not mentioned."""
    assert "full_text" not in check(tmp_path / "pub", "full_text = true", "--json")


def test_pictures_that_cannot_be_made_are_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pictures are to be the service's without the extra for it, that is said."""
    settings = '[images]\nhost = "service"\n'
    assert "digest[images]" not in check_with(tmp_path / "there", settings)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert "pip install 'digest[images]'" in check_with(tmp_path / "missing", settings)


def test_a_bounce_mailbox_that_cannot_be_read_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mailbox on a server needs extra and password; what lacks is said, with its fix."""
    settings = '[feedback]\ninbox = "imaps://bounces@mail.example.org/INBOX"\n'
    monkeypatch.setitem(sys.modules, "imap_tools", None)
    shown = check_with(tmp_path / "missing", settings)
    assert "pip install 'digest[bounces]'" in shown
    assert "set DIGEST_IMAP_PASSWORD" in shown
    monkeypatch.delitem(sys.modules, "imap_tools")
    monkeypatch.setenv("DIGEST_IMAP_PASSWORD", "four words of one")
    assert "feedback.inbox" not in check_with(tmp_path / "there", settings)
