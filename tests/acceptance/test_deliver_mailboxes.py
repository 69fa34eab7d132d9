"""Dry runs: messages into a Maildir or an mbox instead of to a server."""

import mailbox
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digest.deliver.mailboxes import MailboxMailer
from digest.errors import HandOffError
from digest.model import Accepted, Envelope, Refused, Unbuildable
from tests.acceptance.mail_servers import settings

CONTENT = b"Subject: hello\r\n\r\nFrom the harbour\r\n.\r\nlast\r\n"
EITHER = pytest.mark.parametrize("protocol", ["maildir", "mbox"])


def envelope(number: int, content: bytes = CONTENT) -> Envelope:
    return Envelope(sender="news@a.example", recipient=f"r{number}@b.example", content=content)


def opened(protocol: str, path: Path) -> mailbox.Mailbox[mailbox.Message]:
    kind = mailbox.Maildir if protocol == "maildir" else mailbox.mbox
    return kind(path, create=False)


@EITHER
def test_messages_lie_in_the_mailbox(protocol: str, tmp_path: Path) -> None:
    """Each message can be read back with its envelope, also those of two threads at once."""
    mailer = MailboxMailer(settings(0, protocol=protocol, path="dry/run"), folder=tmp_path)

    def run(start: int) -> list[bool]:
        session = mailer.connect()
        jobs = ((number, envelope(number)) for number in range(start, start + 10))
        accepted = [isinstance(outcome, Accepted) for _, outcome in session.stream(jobs)]
        session.close()
        return accepted

    with ThreadPoolExecutor(2) as pool:
        assert all(word for words in pool.map(run, (0, 10)) for word in words)
    box = opened(protocol, tmp_path / "dry/run")
    assert sorted(str(message["Delivered-To"]) for message in box) == sorted(
        f"r{number}@b.example" for number in range(20)
    )
    message = next(iter(box))
    assert message["Return-Path"] == "<news@a.example>"
    assert message["Subject"] == "hello"
    assert "the harbour\n.\nlast\n" in str(message.get_payload())
    box.close()


@EITHER
def test_what_cannot_be_said_is_not_written(protocol: str, tmp_path: Path) -> None:
    """The rules for addresses and line ends are those of a server."""
    session = MailboxMailer(settings(0, protocol=protocol), folder=tmp_path).connect()
    assert isinstance(session.send(envelope(0, b"bare\n")), Unbuildable)
    wrong = Envelope(sender="n@a.example", recipient="x\r\n@y.example", content=CONTENT)
    assert isinstance(session.send(wrong), Unbuildable)
    session.close()


@EITHER
def test_place_that_cannot_be_a_mailbox_is_an_error(protocol: str, tmp_path: Path) -> None:
    """A path under a file, or one that is something else, names itself and the setting."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HandOffError, match=r"check \[smtp\] path"):
        MailboxMailer(settings(0, protocol=protocol, path="file/box"), folder=tmp_path).connect()
    if protocol == "maildir":
        with pytest.raises(HandOffError, match="no Maildir"):
            MailboxMailer(settings(0, protocol=protocol, path="file"), folder=tmp_path).connect()


def test_mailbox_that_goes_away_puts_messages_off(tmp_path: Path) -> None:
    """A disk that does not take a message is a refusal for now, not a crash."""
    session = MailboxMailer(settings(0, protocol="maildir", path="box"), folder=tmp_path).connect()
    assert isinstance(session.send(envelope(0)), Accepted)
    (tmp_path / "box").rename(tmp_path / "elsewhere")
    outcome = session.send(envelope(1))
    assert isinstance(outcome, Refused)
    assert outcome.transient
