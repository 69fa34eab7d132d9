"""The bounce mailbox that is read by itself, against a real IMAP server and real Maildirs."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from digest.app import App
from digest.config import Secrets
from digest.model import InboxState
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.inbox import InboxRead, inbox_name, poll_inbox
from tests.acceptance.imap_server import mailbox
from tests.core.returned_mails import status_report
from tests.pipeline.delivery_scene import Scene, fill, opened

READERS = 3
ADDRESS = "bounces@news.example"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A folder with a database from which an issue went out, and what came back of it."""
    folder = tmp_path_factory.mktemp("sent")
    with opened(folder, feedback={"bounce_address": ADDRESS}) as scene:
        fill(scene, readers=READERS)
        deliver_issue(scene.app, scene.kept)
        mails = {}
        for number, letter in enumerate(scene.mailer.sent, start=1):
            text = status_report(
                "550 5.1.1 no such user", status="5.1.1", recipient=f"rfc822; {letter.recipient}"
            )
            text = text.replace(ADDRESS, letter.sender, 1).replace("report.1", f"report.{number}")
            mails[str(number)] = text.encode()
    return folder, mails


@dataclass
class Desk:
    """A publication that reads a mailbox, as a process of its own would."""

    scene: Scene
    app: App

    def poll(self) -> InboxRead | None:
        return next(poll_inbox(self.app), None)

    def wait(self, **length: int) -> None:
        self.scene.clock.now += timedelta(**length)

    @property
    def state(self) -> InboxState | None:
        return self.app.store.feedback.inbox(inbox_name(self.app))

    @property
    def suppressed(self) -> int:
        return len(tuple(self.app.store.audience.suppressions()))


@contextmanager
def reading(sent: Path, folder: Path, inbox: str, password: str = "sesame") -> Iterator[Desk]:
    for name in ("digest.db", "digest.db-witness"):
        shutil.copy(sent / name, folder / name)
    feedback: dict[str, object] = {"bounce_address": ADDRESS, "inbox": inbox}
    with opened(folder, feedback=feedback) as scene:
        secrets = Secrets(imap_password=password)
        config = replace(scene.app.config, secrets=secrets)
        yield Desk(scene, replace(scene.app, config=config))


def test_an_imap_mailbox_is_read_when_it_is_due(
    sent: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """At once, and again after its interval; what it proves has its effect once."""
    pytest.importorskip("imap_tools")
    folder, mails = sent
    with mailbox({"1": mails["1"]}) as (server, url), reading(folder, tmp_path, url) as desk:
        first = desk.poll()
        assert first
        assert (len(first.taken), first.suppressed, first.error) == (1, 1, "")
        assert (server.seen, desk.suppressed) == (["1"], 1)
        server.mails["2"] = mails["2"]
        assert desk.poll() is None
        desk.wait(minutes=5)
        assert desk.poll()
        assert (server.seen, desk.suppressed) == (["1", "2"], 2)
        assert server.logins == 2


def test_a_mailbox_that_fails_is_told_once_and_asked_less_and_less(
    sent: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """One error in the log, waits that double, and one line when it is over."""
    pytest.importorskip("imap_tools")
    folder, mails = sent
    with mailbox({"1": mails["1"]}) as (server, url), reading(folder, tmp_path, url) as desk:
        server.password = "another"
        with capture_logs() as said:
            for minutes in (10, 20, 40):
                found = desk.poll()
                assert found
                assert "DIGEST_IMAP_PASSWORD" in found.error
                desk.wait(minutes=minutes - 1)
                assert desk.poll() is None
                desk.wait(minutes=1)
            state = desk.state
            assert state
            assert (state.failures, state.read_at) == (3, None)
            server.password = "sesame"
            mended = desk.poll()
        assert mended
        assert (mended.mended, mended.suppressed) == (True, 1)
        told = [line["event"] for line in said if line["event"].startswith("inbox.")]
        assert told == ["inbox.failed", "inbox.mended"]
        assert desk.state
        assert (desk.state.failures, desk.state.reason) == (0, "")


def test_an_outage_over_two_processes_is_told_once(
    sent: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """A service that is started anew knows that the mailbox failed before."""
    inbox = str(tmp_path / "none")
    with reading(sent[0], tmp_path, inbox) as desk, capture_logs() as said:
        assert desk.poll()
        assert [line["event"] for line in said] == ["inbox.failed"]
    with opened(tmp_path, feedback={"inbox": inbox}) as scene, capture_logs() as said:
        scene.clock.now += timedelta(hours=2)
        found = next(poll_inbox(scene.app))
        assert found.told
        assert not said


def test_what_was_taken_before_a_failure_stays_taken(
    sent: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """A connection that breaks in the second mail: the first counts, the second comes later."""
    pytest.importorskip("imap_tools")
    folder, mails = sent
    with mailbox(mails) as (server, url), reading(folder, tmp_path, url) as desk:
        server.hangs_up_at = "2"
        found = desk.poll()
        assert found
        assert (len(found.taken), bool(found.error)) == (1, True)
        assert desk.suppressed == 1
        server.hangs_up_at = ""
        desk.wait(hours=1)
        assert desk.poll()
        assert desk.suppressed == READERS


def test_a_maildir_is_found_beside_the_configuration(
    sent: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """A relative path starts there; a stop leaves the rest unread, for the next look."""
    folder, mails = sent
    new = tmp_path / "returned" / "new"
    for name in ("new", "cur", "tmp"):
        (tmp_path / "returned" / name).mkdir(parents=True)
    for name, mail in mails.items():
        (new / name).write_bytes(mail)
    stop = threading.Event()
    stop.set()
    with reading(folder, tmp_path, "returned") as desk:
        found = next(poll_inbox(desk.app, stop=stop))
        assert len(found.taken) == 1
        assert desk.suppressed == 1
        assert len(list(new.iterdir())) == READERS
        desk.wait(minutes=5)
        assert desk.poll()
        assert desk.suppressed == READERS
        assert not list(new.iterdir())


def test_without_a_mailbox_nothing_is_read(tmp_path: Path) -> None:
    """The shipped configuration names none."""
    with opened(tmp_path) as scene:
        assert list(poll_inbox(scene.app)) == []
