"""The guard over a delivery run: what mail servers refuse at hand-over stops an issue."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digest.model import Accepted, DeliveryState, Envelope, IssueState, Refused, Reply, SendOutcome
from digest.pipeline.delivery import Delivered, deliver_issue
from tests.pipeline.delivery_scene import READERS, Scene, fill, opened

GUARD: dict[str, object] = {"guard_minimum": 10, "guard_hard": 0.2, "guard_policy": 0.2}
DEAD = Refused(reply=Reply(code=550, text="5.1.1 no such user"))
BLOCKED = Refused(reply=Reply(code=554, text="5.7.1 blocked for spam"))
FULL = Refused(reply=Reply(code=552, text="5.2.2 mailbox full"))
YES = Accepted(reply=Reply(code=250, text="2.0.0 ok"))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(tmp_path, feedback=GUARD, window=1) as made:
        fill(made)
        yield made


def every(nth: int, refusal: Refused) -> Callable[[Envelope], SendOutcome]:
    """A server that refuses one recipient in so many."""

    def outcome(envelope: Envelope) -> SendOutcome:
        return YES if int(envelope.recipient[1:3]) % nth else refusal

    return outcome


def run(scene: Scene, outcome: Callable[[Envelope], SendOutcome]) -> Delivered:
    scene.mailer.outcome = outcome
    return deliver_issue(scene.app, scene.kept)


@pytest.mark.parametrize("refusal", [DEAD, BLOCKED], ids=["dead-addresses", "policy"])
def test_too_many_refusals_pause_the_issue(scene: Scene, refusal: Refused) -> None:
    """As soon as enough was tried to tell: the rest stays in the queue, and the run says why."""
    done = run(scene, every(3, refusal))
    assert scene.kept.state is IssueState.PAUSED
    assert "guard" in done.stopped
    assert not done.finished
    counts = scene.counts()
    assert counts[DeliveryState.QUEUED] >= READERS - 15
    assert sum(counts.values()) == READERS
    assert scene.app.store.feedback.tripped(scene.kept.id) in done.stopped


def test_a_person_may_go_on(scene: Scene) -> None:
    """Resumed, the issue goes to everybody who is left, whatever is refused."""
    run(scene, every(3, DEAD))
    issues = scene.app.store.issues
    issues.change_state(
        scene.kept.id, to=IssueState.SENDING, allowed=(IssueState.PAUSED,), now=scene.clock()
    )
    assert run(scene, every(3, DEAD)).finished
    counts = scene.counts()
    assert counts == {DeliveryState.FAILED: 14, DeliveryState.SENT: READERS - 14}


@pytest.mark.parametrize(("nth", "refusal"), [(10, DEAD), (2, FULL)], ids=["few-dead", "many-full"])
def test_what_is_no_sign_of_a_bad_list_stops_nothing(
    scene: Scene, nth: int, refusal: Refused
) -> None:
    """A few dead addresses, or full mailboxes however many, are everyday life."""
    assert run(scene, every(nth, refusal)).finished
    assert scene.kept.state is IssueState.SENT


def test_refusals_of_an_earlier_run_count(tmp_path: Path) -> None:
    """Half of the refusals by a process that ended, half by the next: together they are many."""
    with opened(tmp_path, feedback=GUARD | {"guard_minimum": 30}) as scene:
        fill(scene)
        tried, stop = 0, threading.Event()

        def half(envelope: Envelope) -> SendOutcome:
            nonlocal tried
            tried += 1
            if tried == 20:
                stop.set()
            return every(3, DEAD)(envelope)

        scene.mailer.outcome = half
        deliver_issue(scene.app, scene.kept, stop=stop)
        assert scene.kept.state is IssueState.SENDING
    with opened(tmp_path, feedback=GUARD | {"guard_minimum": 30}) as scene:
        run(scene, every(3, DEAD))
        assert scene.kept.state is IssueState.PAUSED
