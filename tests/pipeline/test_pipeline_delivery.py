"""Delivery runs over a real SQLite ledger, with a mail server that answers as told."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text

from digest.errors import DigestError, StateError
from digest.model import (
    Accepted,
    Delivery,
    DeliveryState,
    Envelope,
    IssueState,
    Lost,
    Refused,
    Reply,
    SendOutcome,
    Settlement,
    SuppressionReason,
)
from digest.pipeline.approval import approve_automatic
from digest.pipeline.delivery import deliver_issue, deliver_waiting
from digest.pipeline.supply import FRESH_SECONDS
from digest.store.life import witness_of
from tests.fakes import FakeMailer, FakeMailSession
from tests.pipeline.delivery_scene import READERS, Scene, fill, opened

Tag = TypeVar("Tag")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(tmp_path) as made:
        fill(made)
        yield made


def answer(code: int, text: str) -> Callable[[Envelope], SendOutcome]:
    return lambda _envelope: Refused(reply=Reply(code=code, text=text))


def test_everybody_gets_one_message_and_the_issue_is_sent(scene: Scene) -> None:
    """A run hands over one message for each recipient and closes the issue; again, none."""
    done = deliver_issue(scene.app, scene.kept)
    assert done.finished
    assert len(set(scene.recipients())) == len(scene.recipients()) == READERS
    assert scene.kept.state is IssueState.SENT
    with pytest.raises(StateError):
        deliver_issue(scene.app, scene.kept)
    assert len(scene.mailer.sent) == READERS


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (554, "5.7.1 Relay access denied"),
        (550, "Access denied - bad reputation"),
        (535, "5.7.8 Authentication credentials invalid"),
        (421, "4.3.2 Shutting down"),
    ],
    ids=["relay-denied", "reputation", "login", "shutting-down"],
)
def test_a_server_that_refuses_everything_fails_nobody(scene: Scene, code: int, text: str) -> None:
    """The run stops for that reason, nobody is failed, and a later run sends to all."""
    scene.mailer.outcome = answer(code, text)
    stopped = deliver_issue(scene.app, scene.kept)
    assert text in stopped.stopped
    assert DeliveryState.FAILED not in scene.counts()
    assert scene.app.store.audience.suppressions() == ()
    scene.mailer.outcome = None
    scene.clock.now += timedelta(hours=6)
    assert deliver_issue(scene.app, scene.kept).finished
    assert scene.counts() == {DeliveryState.SENT: READERS}


def test_a_refusal_among_acceptances_is_final(scene: Scene) -> None:
    """A 554 for some, while others are accepted, fails those: it was about them."""
    bad = {"r03@reader.example", "r04@reader.example"}

    def outcome(envelope: Envelope) -> SendOutcome | None:
        refused = Refused(reply=Reply(code=554, text="5.7.1 content rejected"))
        return refused if envelope.recipient in bad else None

    scene.mailer.outcome = outcome  # type: ignore[assignment]  # None means accept
    assert deliver_issue(scene.app, scene.kept).finished
    assert scene.counts() == {DeliveryState.SENT: READERS - 2, DeliveryState.FAILED: 2}


def test_an_unsubscribe_in_mid_run_takes_effect_on_the_next_message(scene: Scene) -> None:
    """Whoever leaves while the run goes on gets nothing, and is counted as suppressed."""
    leaver = "r39@reader.example"
    ids = {s.subscriber.address: s.subscriber.id for s in scene.app.store.audience.subscriptions()}

    def leave(_delivery: Delivery, _settlement: Settlement) -> None:
        scene.app.store.audience.unsubscribe(
            ids[leaver], newsletter=scene.kept.issue.key.newsletter, now=scene.clock()
        )

    done = deliver_issue(scene.app, scene.kept, on_settled=leave)
    assert leaver not in scene.recipients()
    assert done.tally[DeliveryState.SUPPRESSED] == 1
    assert done.finished


@pytest.mark.parametrize("what", ["unsubscribe", "suppress", "pause"])
def test_a_change_takes_effect_within_the_group_that_was_begun(scene: Scene, what: str) -> None:
    """Whoever leaves just as the first of a slow window goes gets nothing, though it was begun."""
    store, kept = scene.app.store, scene.kept
    leaver, now = "r15@reader.example", scene.clock()
    ids = {s.subscriber.address: s.subscriber.id for s in store.audience.subscriptions()}
    changes: dict[str, Callable[[], object]] = {
        "unsubscribe": lambda: store.audience.unsubscribe(
            ids[leaver], newsletter=kept.issue.key.newsletter, now=now
        ),
        "suppress": lambda: store.audience.suppress(
            leaver, reason=SuppressionReason.COMPLAINT, now=now
        ),
        "pause": lambda: store.issues.change_state(
            kept.id, to=IssueState.PAUSED, allowed=(IssueState.SENDING,), now=now
        ),
    }

    def slowly(envelope: Envelope) -> SendOutcome:
        if envelope.recipient.startswith("r00"):
            changes[what]()
            time.sleep(2 * FRESH_SECONDS)
        return Accepted(reply=Reply(code=250, text="2.0.0 ok"))

    scene.mailer.outcome = slowly
    done = deliver_issue(scene.app, kept)
    assert "r00@reader.example" in scene.recipients()
    assert leaver not in scene.recipients()
    if what == "pause":
        assert len(scene.recipients()) == 1
        assert scene.counts() == {DeliveryState.SENT: 1, DeliveryState.QUEUED: READERS - 1}
    else:
        assert done.tally[DeliveryState.SUPPRESSED] == 1
        assert done.finished


def test_stop_drains_and_a_second_run_completes(scene: Scene) -> None:
    """After `stop` nothing new is started, no claim is left, and the rest follows later."""
    stop = threading.Event()

    def fifth(_envelope: Envelope) -> SendOutcome | None:
        if len(scene.mailer.sent) == 4:
            stop.set()
        return None

    scene.mailer.outcome = fifth  # type: ignore[assignment]  # None means accept
    first = deliver_issue(scene.app, scene.kept, stop=stop)
    assert len(scene.mailer.sent) == 5
    assert not first.finished
    assert scene.app.store.ledger.owners() == ()
    assert deliver_issue(scene.app, scene.kept).finished
    assert len(set(scene.recipients())) == len(scene.recipients()) == READERS


def test_a_message_lost_after_the_data_keeps_its_id(scene: Scene) -> None:
    """An uncertain message is sent again, later, with the Message-ID it had."""
    tried: list[Envelope] = []

    def once(envelope: Envelope) -> SendOutcome | None:
        if envelope.recipient == "r07@reader.example" and not tried:
            tried.append(envelope)
            return Lost(reason="connection reset", uncertain=True)
        return None

    scene.mailer.outcome = once  # type: ignore[assignment]  # None means accept
    deliver_issue(scene.app, scene.kept)
    assert scene.counts()[DeliveryState.UNCERTAIN] == 1
    scene.clock.now += timedelta(hours=6)
    assert deliver_issue(scene.app, scene.kept).finished
    again = next(e for e in scene.mailer.sent if e.recipient == tried[0].recipient)
    assert again.content == tried[0].content


def test_a_late_issue_waits_for_a_person(scene: Scene) -> None:
    """Approved but not started for longer than `late_after`: only an explicit send starts it."""
    scene.clock.now += timedelta(days=2)
    assert list(deliver_waiting(scene.app)) == []
    assert scene.mailer.sent == []
    assert deliver_issue(scene.app, scene.kept).finished


def test_a_late_draft_is_not_approved_by_itself(scene: Scene) -> None:
    """A draft that fell due too long ago is left to an editor, whatever the newsletter says."""
    assert list(approve_automatic(scene.app)) == []


def test_a_lost_connection_is_one_loss_however_much_was_on_it(scene: Scene) -> None:
    """Five messages lost together count once, and the rest goes over a new connection."""
    lost: list[str] = []

    class Breaking(FakeMailSession):
        """Takes five messages and breaks with all of them in flight, the first time."""

        def stream(self, jobs: Iterable[tuple[Tag, Envelope]]) -> Iterator[tuple[Tag, SendOutcome]]:
            if lost:
                yield from super().stream(jobs)
                return
            tags = list(islice(jobs, 5))
            lost.extend(envelope.recipient for _, envelope in tags)
            for position, (tag, _) in enumerate(tags):
                yield tag, Lost(reason="connection reset", uncertain=position == 0)

    @dataclass
    class Mailer(FakeMailer):
        def connect(self, relay: str = "") -> FakeMailSession:
            return Breaking(self, relay)

    mailer = Mailer()
    app = replace(scene.app, mailer=mailer)
    done = deliver_issue(app, scene.kept)
    assert not done.stopped
    assert done.tally[DeliveryState.SENT] == READERS - 5
    assert done.tally[DeliveryState.UNCERTAIN] == 1
    assert done.tally[DeliveryState.QUEUED] == 4
    scene.clock.now += timedelta(hours=6)
    done = deliver_issue(app, scene.kept)
    assert done.finished
    assert done.tally.uncertain_once == 1
    got = [envelope.recipient for envelope in mailer.sent]
    assert len(got) == len(set(got)) == READERS


def test_a_refusal_is_one_attempt_though_it_was_on_probation(scene: Scene) -> None:
    """What is deferred first and becomes final later was tried once."""

    def outcome(envelope: Envelope) -> SendOutcome | None:
        refused = Refused(reply=Reply(code=554, text="5.7.1 content rejected"))
        return refused if envelope.recipient == "r03@reader.example" else None

    scene.mailer.outcome = outcome  # type: ignore[assignment]  # None means accept
    assert deliver_issue(scene.app, scene.kept).finished
    with scene.store.database.reading() as connection:
        attempts = connection.execute(text("SELECT attempts, state FROM deliveries")).all()
    assert sorted(attempts) == [(1, "failed")] + [(1, "sent")] * (READERS - 1)


def test_nothing_is_sent_from_a_database_in_doubt(scene: Scene) -> None:
    """A copy waits for a person's word, says so, and goes on afterwards."""
    scene.store.life.advance()
    witness_of(scene.store.database.file or Path()).unlink()
    halted = deliver_issue(scene.app, scene.kept)
    assert "digest resume --after-restore" in halted.stopped
    assert [each.stopped for each in deliver_waiting(scene.app)] == [halted.stopped]
    assert scene.mailer.sent == []
    assert scene.kept.state is IssueState.APPROVED
    scene.store.life.trust()
    assert deliver_issue(scene.app, scene.kept).finished


def test_a_run_that_broke_is_recovered_by_the_next_of_the_same_process(scene: Scene) -> None:
    """A service that lives on does not wait for the lease of a run that ended without a word."""
    stuck = DigestError("a bug")

    def breaks(_envelope: Envelope) -> SendOutcome:
        raise stuck

    scene.mailer.outcome = breaks
    with pytest.raises(DigestError, match="a bug"):
        deliver_issue(scene.app, scene.kept)
    scene.mailer.outcome = None
    assert deliver_issue(scene.app, scene.kept).finished
    assert scene.recipients() == sorted(set(scene.recipients()))
    assert len(scene.recipients()) == READERS
