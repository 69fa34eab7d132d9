"""Delivery runs over a real SQLite ledger, with a mail server that answers as told."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.errors import StateError
from digest.model import (
    Consent,
    Delivery,
    DeliveryState,
    Envelope,
    IssueState,
    KeptIssue,
    Lost,
    NewSubscriber,
    Refused,
    Reply,
    SendOutcome,
    Settlement,
)
from digest.pipeline.approval import approve_automatic, approve_issue
from digest.pipeline.delivery import deliver_issue, deliver_waiting
from digest.pipeline.preflight import BY_ITSELF
from digest.store import open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import FakeMailer, fake_config, fake_world

READERS = 40


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = ISSUE.key.period.end + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now


class Scene:
    """An approved issue with confirmed readers, and a mail server to script."""

    def __init__(self, app: App, clock: Clock, mailer: FakeMailer, kept: KeptIssue) -> None:
        self.app = app
        self.clock = clock
        self.mailer = mailer
        self.slug = kept.issue.slug

    @property
    def kept(self) -> KeptIssue:
        return self.app.store.issues.get(self.slug)

    def counts(self) -> dict[DeliveryState, int]:
        return dict(self.app.store.ledger.tally(self.kept.id).counts)

    def recipients(self) -> list[str]:
        return sorted(envelope.recipient for envelope in self.mailer.sent)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    newsletter = NEWSLETTER
    config = fake_config(tmp_path, newsletters=[newsletter], smtp={"connections": 1})
    world = fake_world(config)
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    clock = Clock()
    app = replace(world.app, store=store, clock=clock)
    rows = [
        NewSubscriber(address=f"r{number:02}@reader.example", consent=Consent.CONFIRMED)
        for number in range(READERS)
    ]
    store.audience.subscribe_all(rows, newsletter=newsletter.id, now=clock())
    store.issues.add(ISSUE, now=clock())
    kept = approve_issue(app, ISSUE.slug, by="editor", manner=BY_ITSELF)
    yield Scene(app, clock, world.mailer, kept)
    store.close()


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
