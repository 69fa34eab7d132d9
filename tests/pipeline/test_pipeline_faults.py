"""A disk that is full and a database that is locked, at every write of a delivery run."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, exc

from digest.errors import StoreError
from digest.model import Accepted, Envelope, Reply, SendOutcome
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.feedback import take_feedback
from tests.core.returned_mails import status_report
from tests.pipeline.delivery_scene import Scene, fill, opened

READERS = 6
WINDOW = 2
FULL = "database or disk is full"
LOCKED = "database is locked"


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in it that is ready to send."""
    folder = tmp_path_factory.mktemp("approved")
    with opened(folder) as scene:
        fill(scene, readers=READERS)
    return folder


@pytest.fixture
def folder(approved: Path, tmp_path: Path) -> Path:
    """A copy of it; it never sent, so that the copy may."""
    shutil.copy(approved / "digest.db", tmp_path / "digest.db")
    return tmp_path


class Fault:
    """Fails statements and commits: those from number ``first`` on, ``times`` of them."""

    def __init__(self, words: str, *, first: int, times: int) -> None:
        self.words = words
        self.numbers = range(first, first + times)
        self.seen = 0

    def __call__(self, *_: object) -> None:
        self.seen += 1
        if self.seen in self.numbers:
            raise exc.OperationalError("a statement", None, sqlite3.OperationalError(self.words))

    @property
    def struck(self) -> bool:
        return self.seen >= self.numbers.start


@contextmanager
def faulty(scene: Scene, fault: Fault) -> Iterator[None]:
    """Have every statement and commit of the scene's database go through ``fault``."""
    engine = scene.store.database.engine
    event.listen(engine, "before_cursor_execute", fault)
    event.listen(engine, "commit", fault)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fault)
        event.remove(engine, "commit", fault)


def check_nobody_lost(scene: Scene, *, window: int) -> None:
    """A run after the trouble completes: everybody has it, few have it twice, with one id."""
    if str(scene.kept.state) != "sent":
        assert deliver_issue(scene.app, scene.kept).finished
    sent = scene.mailer.sent
    everybody = {s.subscriber.address for s in scene.app.store.audience.subscriptions()}
    assert {envelope.recipient for envelope in sent} == everybody
    assert len(sent) - len(everybody) <= window
    assert len({envelope.content for envelope in sent}) == len(everybody)


def test_one_failure_at_any_write_loses_nobody(approved: Path, tmp_path: Path) -> None:
    """Whichever statement or commit fails: the run goes on, or says why not and the next does."""
    failures: list[str] = []
    for number in range(1, 1000):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(approved / "digest.db", folder / "digest.db")
        with opened(folder, window=WINDOW) as scene:
            kept, fault = scene.kept, Fault(FULL, first=number, times=1)
            with faulty(scene, fault):
                try:
                    deliver_issue(scene.app, kept)
                except StoreError as error:
                    failures.append(str(error))
            if not fault.struck:
                break
            check_nobody_lost(scene, window=2 * WINDOW)
    assert number > 20
    assert len(failures) > 5
    assert all(FULL in failure for failure in failures)


@pytest.mark.parametrize("words", [FULL, LOCKED], ids=["full", "locked"])
def test_a_database_that_stays_unwritable_ends_the_run(folder: Path, words: str) -> None:
    """With messages on their way already: few are sent twice, and the error is the database's."""
    with opened(folder, window=WINDOW) as scene:
        kept = scene.kept
        with faulty(scene, Fault(words, first=40, times=100_000)):
            with pytest.raises(StoreError, match=words):
                deliver_issue(scene.app, kept)
            assert scene.mailer.sent
        check_nobody_lost(scene, window=2 * WINDOW)


@pytest.mark.parametrize("after_freeze", [False, True], ids=["at-freeze", "at-results"])
def test_a_full_disk_for_real(tmp_path: Path, *, after_freeze: bool) -> None:
    """SQLite's own answer to a database that may not grow; with room again, all get theirs."""
    with opened(tmp_path, window=WINDOW) as scene:
        fill(scene, readers=150)
        kept, limit = scene.kept, {"pages": 1_000_000 if after_freeze else 1}

        @event.listens_for(scene.store.database.engine, "begin")
        def _cap(connection: Connection) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit['pages']}")

        def fills_up(_envelope: Envelope) -> SendOutcome:
            limit["pages"] = 1
            return Accepted(reply=Reply(code=250, text="2.0.0 " + "queued " * 50))

        scene.mailer.outcome = fills_up
        with pytest.raises(StoreError, match="free some space"):
            deliver_issue(scene.app, kept)
        assert bool(scene.mailer.sent) is after_freeze
        scene.mailer.outcome = None
        limit["pages"] = 1_000_000
        check_nobody_lost(scene, window=2 * WINDOW)


def test_a_run_waits_for_a_lock_and_goes_on(folder: Path) -> None:
    """Another program that writes for a while holds the run up, and costs nobody anything."""
    with opened(folder, window=WINDOW) as scene:
        kept = scene.kept
        with closing(sqlite3.connect(folder / "digest.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            done = threading.Event()

            def run() -> None:
                deliver_issue(scene.app, kept)
                done.set()

            runner = threading.Thread(target=run)
            runner.start()
            assert not done.wait(0.3)
            assert scene.mailer.sent == []
            other.execute("ROLLBACK")
        runner.join(30)
        assert done.is_set()
        assert len(scene.mailer.sent) == READERS


def test_a_real_lock_that_stays_ends_the_run(folder: Path) -> None:
    """Another program takes the lock in mid-run and keeps it: the error says so, nobody is lost."""
    with (
        opened(folder, window=WINDOW) as scene,
        closing(
            sqlite3.connect(folder / "digest.db", isolation_level=None, check_same_thread=False)
        ) as other,
    ):
        kept, patience = scene.kept, {"ms": 20}

        @event.listens_for(scene.store.database.engine, "begin")
        def _hurry(connection: Connection) -> None:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience['ms']}")

        def is_locked_out(_envelope: Envelope) -> SendOutcome:
            if not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")
            return Accepted(reply=Reply(code=250, text="2.0.0 queued"))

        scene.mailer.outcome = is_locked_out
        with pytest.raises(StoreError, match="another program has been writing"):
            deliver_issue(scene.app, kept)
        assert scene.mailer.sent
        other.execute("ROLLBACK")
        scene.mailer.outcome, patience["ms"] = None, 5_000
        check_nobody_lost(scene, window=2 * WINDOW)


def test_one_failure_at_any_write_loses_no_report(tmp_path: Path) -> None:
    """Whichever statement of taking a bounce fails: read again, it has its effect, once."""
    with opened(tmp_path, feedback={"bounce_address": "bounces@news.example"}) as scene:
        fill(scene, readers=READERS)
        deliver_issue(scene.app, scene.kept)
        letters = list(scene.mailer.sent)
    failed = 0
    for number in range(1, 100):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("digest.db", "digest.db-witness"):
            shutil.copy(tmp_path / name, folder / name)
        with opened(folder, feedback={"bounce_address": "bounces@news.example"}) as scene:
            mail, fault = bounce_of(letters[0]), Fault(FULL, first=number, times=1)
            with faulty(scene, fault), suppress(StoreError):
                take_feedback(scene.app, mail)
            failed += fault.struck
            take_feedback(scene.app, mail)
            (one,) = scene.app.store.audience.suppressions()
            assert one.address == letters[0].recipient
            assert scene.app.store.feedback.rates(scene.kept.id).hard == 1
        if not fault.struck:
            break
    assert failed > 8


def bounce_of(envelope: Envelope) -> bytes:
    """What a mail server says of a message to a dead address."""
    text = status_report(
        "550 5.1.1 no such user", status="5.1.1", recipient=f"rfc822; {envelope.recipient}"
    )
    return text.replace("bounces@news.example", envelope.sender, 1).encode()
