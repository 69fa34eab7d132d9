"""Delivery runs by several relays over a real SQLite ledger: who waits, and who takes over."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, exc
from structlog.testing import capture_logs

from digest.app import App, relays_from
from digest.errors import StoreError
from digest.model import (
    Cause,
    Consent,
    DeliveryState,
    Envelope,
    IssueState,
    KeptIssue,
    Lost,
    NewSubscriber,
    Refused,
    Reply,
    SendOutcome,
    Takes,
)
from digest.pipeline.approval import approve_issue
from digest.pipeline.delivery import deliver_issue, send_test
from digest.pipeline.preflight import BY_ITSELF
from digest.pipeline.relays import restore, share_uses
from digest.store import open_store
from digest.store.database import Database
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import FakeMailer, fake_config, fake_world

START = ISSUE.key.period.end + timedelta(hours=1)
AT_ONCE = timedelta(0)


class Clock:
    """A clock that runs from the issue's time on, and that a test sets ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        passed = time.monotonic() - self._began
        return START + self.ahead + timedelta(seconds=passed)


class Waiting(threading.Event):
    """Nobody stops the run; what is waited for has come at once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.ahead += timedelta(seconds=timeout or 0)
        return False


class Scene:
    """An approved issue, relays as told, and a mail server for all of them to script."""

    def __init__(self, app: App, clock: Clock, mailer: FakeMailer, database: Database) -> None:
        self.app = app
        self.database = database
        self.clock = clock
        self.mailer = mailer

    @property
    def kept(self) -> KeptIssue:
        return self.app.store.issues.get(ISSUE.slug)

    def counts(self) -> dict[DeliveryState, int]:
        return dict(self.app.store.ledger.tally(self.kept.id).counts)

    def again(self) -> None:
        """As a new process would find it."""
        self.app = replace(self.app, relays=relays_from(self.app.config))


def relay(name: str, **changes: object) -> dict[str, object]:
    return {"name": name, "host": f"{name}.example", "connections": 1, **changes}


@contextmanager
def staged(
    folder: Path,
    *relays: dict[str, object],
    domain: Sequence[dict[str, object]] = (),
    readers: Sequence[str],
) -> Iterator[Scene]:
    config = fake_config(folder, newsletters=[NEWSLETTER], relay=relays, domain=domain)
    world, clock = fake_world(config), Clock()
    store = open_store(f"sqlite:///{folder}/digest.db")
    app = replace(world.app, store=store, clock=clock)
    rows = [NewSubscriber(address=address, consent=Consent.CONFIRMED) for address in readers]
    store.audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=clock())
    store.issues.add(ISSUE, now=clock())
    approve_issue(app, ISSUE.slug, by="editor", manner=BY_ITSELF)
    yield Scene(app, clock, world.mailer, store.database)
    store.close()


def readers(count: int, domain: str = "reader.example") -> list[str]:
    return [f"r{number:02}@{domain}" for number in range(count)]


def everybody_once(scene: Scene, count: int) -> bool:
    recipients = [envelope.recipient for envelope in scene.mailer.sent]
    return len(recipients) == len(set(recipients)) == count


def test_a_relay_that_cannot_be_reached_is_told_once_and_gone_around(tmp_path: Path) -> None:
    """All go by the other; one alert, and a row that says since when and why."""
    with staged(tmp_path, relay("a"), relay("b"), readers=readers(20)) as scene:
        scene.mailer.down_relays = {"a"}
        with capture_logs() as logs:
            assert deliver_issue(scene.app, scene.kept).finished
        assert everybody_once(scene, 20)
        assert set(scene.mailer.by) == {"b"}
        assert [log["relay"] for log in logs if log["event"] == "relay.broken"] == ["a"]
        (state,) = scene.app.store.relays.states()
        assert (state.name, state.mended_at) == ("a", None)
        assert "connection refused" in state.reason


def test_an_outage_over_two_processes_is_told_once(tmp_path: Path) -> None:
    """The next process tries it, says nothing while it lasts, and says when it is over."""
    with staged(tmp_path, relay("a"), readers=readers(3)) as scene, capture_logs() as logs:
        scene.mailer.down = True
        for _ in range(3):
            assert "connection refused" in deliver_issue(scene.app, scene.kept).stopped
            scene.again()
        assert scene.counts() == {DeliveryState.QUEUED: 3}
        scene.mailer.down = False
        assert deliver_issue(scene.app, scene.kept).finished
        events = [log["event"] for log in logs if log["event"].startswith("relay.")]
        assert events == ["relay.broken", "relay.mended"]
        (state,) = scene.app.store.relays.states()
        assert state.broken_since is None
        assert state.mended_at is not None


def test_a_broken_relay_is_left_alone_and_that_was_told(tmp_path: Path) -> None:
    """Within its minute the next run does not try, and says that it has told before."""
    with staged(tmp_path, relay("a"), readers=readers(3)) as scene:
        scene.mailer.down = True
        assert not deliver_issue(scene.app, scene.kept).told
        scene.mailer.down = False
        again = deliver_issue(scene.app, scene.kept)
        assert again.told
        assert "connection refused" in again.stopped
        assert scene.mailer.sent == []
        scene.clock.ahead += timedelta(minutes=1)
        assert deliver_issue(scene.app, scene.kept).finished


def test_a_session_refused_on_one_relay_goes_on_by_the_other(tmp_path: Path) -> None:
    """Nobody is failed for it, and whoever met it gets the message later."""
    with staged(tmp_path, relay("a"), relay("b"), readers=readers(12)) as scene:
        refused: list[str] = []

        def first_is_refused(envelope: Envelope) -> SendOutcome | None:
            if refused:
                return None
            refused.append(envelope.recipient)
            return Refused(reply=Reply(code=421, text="4.7.0 not now"))

        scene.mailer.outcome = first_is_refused  # type: ignore[assignment]  # None means accept
        first = deliver_issue(scene.app, scene.kept)
        assert scene.counts() == {DeliveryState.QUEUED: 1, DeliveryState.SENT: 11}
        assert not first.stopped
        scene.clock.ahead += timedelta(minutes=7)
        assert deliver_issue(scene.app, scene.kept).finished
        assert everybody_once(scene, 12)


def test_each_relay_gets_bodies_as_it_takes_them(tmp_path: Path) -> None:
    """What one lost that takes 8-bit bodies goes by the other encoded."""
    with staged(tmp_path, relay("eight"), relay("seven"), readers=readers(12)) as scene:
        scene.mailer.takes = {"eight": Takes(eight_bit=True)}
        gone: list[bytes] = []

        def third_is_lost(envelope: Envelope) -> SendOutcome | None:
            if envelope.content.isascii() or len(gone) > 3:
                return None
            gone.append(envelope.content)
            return Lost(reason="it hung up") if len(gone) > 2 else None

        scene.mailer.outcome = third_is_lost  # type: ignore[assignment]  # None means accept
        while not deliver_issue(scene.app, scene.kept).finished:
            scene.clock.ahead += timedelta(minutes=2)
        assert everybody_once(scene, 12)
        for by, envelope in zip(scene.mailer.by, scene.mailer.sent, strict=True):
            assert envelope.content.isascii() is (by == "seven")
        assert {"eight", "seven"} == set(scene.mailer.by)


@pytest.mark.parametrize("offered", [True, False])
def test_an_international_address_needs_a_server_that_takes_it(
    tmp_path: Path,
    offered: bool,  # noqa: FBT001 - the case
) -> None:
    """Otherwise that reader alone has failed, for good and with the reason."""
    people = ["jürgen@reader.example", *readers(3)]
    with staged(tmp_path, relay("a"), readers=people) as scene:
        scene.mailer.takes = {"a": Takes(eight_bit=True, utf8=offered)}
        assert deliver_issue(scene.app, scene.kept).finished
        assert everybody_once(scene, 4 if offered else 3)
        failures = scene.app.store.ledger.tally(scene.kept.id).failures
        assert [cause for cause, _ in failures] == ([] if offered else [Cause.BAD_ADDRESS])


def test_domains_go_by_their_relay(tmp_path: Path) -> None:
    """A relay with domains takes those and no others."""
    people = [*readers(6), *readers(6, "big.example")]
    with staged(
        tmp_path, relay("main"), relay("big", domains=["big.example"]), readers=people
    ) as scene:
        deliver_issue(scene.app, scene.kept)
        went = zip(scene.mailer.by, scene.mailer.sent, strict=True)
        for by, envelope in went:
            assert by == ("big" if envelope.recipient.endswith("big.example") else "main")
        assert send_test(
            scene.app, scene.kept, scene.app.store.issues.rendering(scene.kept.id),
            address="x@big.example",
        )  # fmt: skip
        assert scene.mailer.by[-1] == "big"


def test_whoever_is_beyond_the_rate_waits_in_the_ledger(tmp_path: Path) -> None:
    """Nobody is dropped or blamed: the rest is due when the window opens, and then goes."""
    with staged(tmp_path, relay("a", rate="5/minute"), readers=readers(12)) as scene:
        first = deliver_issue(scene.app, scene.kept, patience=AT_ONCE)
        assert (first.stopped, first.finished) == ("", False)
        assert scene.counts() == {DeliveryState.QUEUED: 7, DeliveryState.SENT: 5}
        for _ in range(3):
            scene.clock.ahead += timedelta(minutes=1, seconds=1)
            done = deliver_issue(scene.app, scene.kept, patience=AT_ONCE)
        assert done.finished
        assert everybody_once(scene, 12)


def test_a_run_waits_for_the_rate(tmp_path: Path) -> None:
    """With patience, one run sends to everybody at the relay's pace."""
    with staged(tmp_path, relay("a", rate="4/minute"), readers=readers(10)) as scene:
        began = scene.clock()
        stop = Waiting(scene.clock)
        assert deliver_issue(scene.app, scene.kept, stop=stop).finished
        assert scene.clock() - began >= timedelta(minutes=2)
        assert everybody_once(scene, 10)


def test_a_slow_receiver_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """Its readers wait; everybody behind them gets the issue in the same run."""
    people = [*readers(8, "big.example"), *readers(8)]
    slow = {"name": "big", "domains": ["big.example"], "rate": "3/minute"}
    with staged(tmp_path, relay("a"), domain=[slow], readers=people) as scene:
        deliver_issue(scene.app, scene.kept, patience=AT_ONCE)
        domains = Counter(one.recipient.partition("@")[2] for one in scene.mailer.sent)
        assert domains == {"big.example": 3, "reader.example": 8}


def test_a_days_rate_outlives_the_process(tmp_path: Path) -> None:
    """A new process does not send a second day's portion."""
    with staged(tmp_path, relay("a", rate="5/day"), readers=readers(12)) as scene:
        for _ in range(3):
            deliver_issue(scene.app, scene.kept, patience=AT_ONCE)
            scene.clock.ahead += timedelta(hours=2)
            scene.again()
        assert scene.counts() == {DeliveryState.QUEUED: 7, DeliveryState.SENT: 5}
        scene.clock.ahead += timedelta(days=1)
        deliver_issue(scene.app, scene.kept, patience=AT_ONCE)
        assert len(scene.mailer.sent) == 10


def test_two_processes_share_a_rate(tmp_path: Path) -> None:
    """A service that began before another run used the day's portion up sends no second one."""
    with staged(tmp_path, relay("a", rate="5/day"), readers=readers(20)) as scene:
        service = scene.app
        for app in (service, scene.app):
            restore(app)
        scene.again()
        deliver_issue(scene.app, scene.kept, patience=AT_ONCE)
        assert len(scene.mailer.sent) == 5
        scene.clock.ahead += timedelta(hours=2)
        deliver_issue(service, scene.kept, patience=AT_ONCE)
        assert len(scene.mailer.sent) == 5


def test_processes_at_the_same_time_share_a_rate(tmp_path: Path) -> None:
    """Two that send at once go over their relay's rate by no more than one has in hand."""
    with staged(tmp_path, relay("a", rate="20/day", window=2), readers=readers(60)) as scene:
        other = replace(scene.app, relays=relays_from(scene.app.config))
        begun = threading.Event()
        threads = [
            threading.Thread(
                target=deliver_issue, args=(app, scene.kept), kwargs={"patience": AT_ONCE}
            )
            for app in (scene.app, other)
        ]

        def slowly(_envelope: Envelope) -> SendOutcome | None:
            # The clock runs: what one has used, the other learns within a second.
            scene.clock.ahead += timedelta(milliseconds=600)
            begun.wait(0.01)
            return None

        scene.mailer.outcome = slowly  # type: ignore[assignment]  # None means accept
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert 20 <= len(scene.mailer.sent) <= 26


def test_what_was_used_is_not_forgotten_when_it_cannot_be_kept(tmp_path: Path) -> None:
    """A database that is locked for a while costs no rate its count."""
    with staged(tmp_path, relay("a", rate="5/day"), readers=readers(9)) as scene:
        restore(scene.app)
        for _ in range(5):
            scene.app.relays.ask("r@reader.example", now=scene.clock())
        engine = scene.database.engine

        def locked(*_: object) -> None:
            raise exc.OperationalError("x", None, sqlite3.OperationalError("database is locked"))

        event.listen(engine, "commit", locked)
        with pytest.raises(StoreError, match="locked"):
            share_uses(scene.app)
        event.remove(engine, "commit", locked)
        share_uses(scene.app)
        (use,) = scene.app.store.relays.uses(since=scene.clock() - timedelta(days=1))
        assert use.count == 5


def test_a_relay_that_loses_its_connections_is_left_alone(tmp_path: Path) -> None:
    """After a few losses in a row its mail goes by the other, and nobody has lost an attempt."""
    with staged(tmp_path, relay("a"), relay("b"), readers=readers(20)) as scene:
        taken: list[str] = []

        def lost_by_a(_envelope: Envelope) -> SendOutcome | None:
            # The fake does not say which relay it is: a's turns are the first, third and fifth.
            taken.append("")
            return Lost(reason="reset") if len(taken) in {1, 3, 5} else None

        scene.mailer.outcome = lost_by_a  # type: ignore[assignment]  # None means accept
        deliver_issue(scene.app, scene.kept)
        assert scene.counts()[DeliveryState.SENT] == 17
        scene.clock.ahead += timedelta(minutes=3)
        assert deliver_issue(scene.app, scene.kept).finished
        assert scene.kept.state is IssueState.SENT
        assert everybody_once(scene, 20)


@pytest.mark.parametrize(
    ("reply", "cause"),
    [("550 5.1.1 gone", "bad address"), ("552 5.2.2 full", "mailbox full")],
    ids=["address", "full"],
)
def test_why_readers_were_failed_is_kept(tmp_path: Path, reply: str, cause: str) -> None:
    """Final refusals are counted by their causes."""
    code, _, text = reply.partition(" ")
    with staged(tmp_path, relay("a"), readers=readers(4)) as scene:
        bad = {"r01@reader.example", "r02@reader.example"}

        def outcome(envelope: Envelope) -> SendOutcome | None:
            refused = Refused(reply=Reply(code=int(code), text=text))
            return refused if envelope.recipient in bad else None

        scene.mailer.outcome = outcome  # type: ignore[assignment]  # None means accept
        done = deliver_issue(scene.app, scene.kept)
        assert [(str(why), count) for why, count in done.tally.failures] == [(cause, 2)]
