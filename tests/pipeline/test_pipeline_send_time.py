"""The time of sending: held back by the schedule, by nobody who asks, and never twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from digest.app import App
from digest.model import Approval, Consent, IssueState, NewSubscriber
from digest.pipeline.approval import approve_automatic, approve_issue
from digest.pipeline.delivery import deliver_issue, deliver_waiting
from digest.pipeline.editing import reopen_issue
from digest.pipeline.preflight import BY_ITSELF
from digest.store import open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import FakeMailer, fake_config, fake_world

HOUR = timedelta(hours=1)
CUT_OFF = ISSUE.key.period.end
SENDS_AT = CUT_OFF + timedelta(days=2)


class Scene:
    """A draft that is to go out two days after its period's end, and one reader."""

    def __init__(self, app: App, mailer: FakeMailer) -> None:
        self._app = app
        self.mailer = mailer
        self.now = CUT_OFF + HOUR

    @property
    def app(self) -> App:
        return replace(self._app, clock=lambda: self.now)

    def run(self) -> int:
        """How many messages there are after a run of the schedule."""
        list(approve_automatic(self.app))
        list(deliver_waiting(self.app))
        return len(self.mailer.sent)

    def approve(self) -> None:
        approve_issue(self.app, ISSUE.slug, by="editor", manner=BY_ITSELF)

    def move(self, to: IssueState, *allowed: IssueState) -> None:
        kept = self.app.store.issues.get(ISSUE.slug)
        assert self.app.store.issues.change_state(kept.id, to=to, allowed=allowed, now=self.now)

    def date(self) -> datetime:
        """The Date of the newest message."""
        message = message_from_bytes(self.mailer.sent[-1].content)
        return parsedate_to_datetime(str(message["Date"]))


@pytest.fixture(params=[Approval.EDITOR, Approval.AUTOMATIC])
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    newsletter = replace(NEWSLETTER, approval=request.param)
    config = fake_config(tmp_path, newsletters=[newsletter], smtp={"connections": 1})
    world = fake_world(config)
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    scene = Scene(replace(world.app, store=store), world.mailer)
    reader = NewSubscriber(address="reader@reader.example", consent=Consent.CONFIRMED)
    store.audience.subscribe_all([reader], newsletter=newsletter.id, now=scene.now)
    store.issues.add(replace(ISSUE, send_at=SENDS_AT), now=scene.now)
    yield scene
    store.close()


def test_approving_early_does_not_send_early(scene: Scene) -> None:
    """However often the schedule runs, nothing goes before its time; then it goes once."""
    scene.approve()
    for now in (scene.now, SENDS_AT - HOUR, SENDS_AT - timedelta(seconds=1)):
        scene.now = now
        assert scene.run() == 0
    scene.now = SENDS_AT
    assert [scene.run(), scene.run()] == [1, 1]
    assert scene.date() == SENDS_AT


def test_what_a_person_reopened_waits_for_a_person(scene: Scene) -> None:
    """Even where the schedule approves by itself: it would take the person's work for finished."""
    scene.approve()
    reopen_issue(scene.app, ISSUE.slug)
    scene.now = SENDS_AT
    assert scene.run() == 0
    scene.approve()
    assert scene.run() == 1


def test_who_says_send_does_not_wait(scene: Scene) -> None:
    """An explicit send goes at once, with the Date of its approval; the schedule adds nothing."""
    scene.approve()
    deliver_issue(scene.app, scene.app.store.issues.get(ISSUE.slug))
    assert scene.date() == scene.now.replace(microsecond=0)
    scene.now = SENDS_AT + HOUR
    assert scene.run() == 1


def test_a_pause_before_the_time_does_not_bring_it_forward(scene: Scene) -> None:
    """Paused and resumed before anything went out, it still waits for its time."""
    scene.approve()
    scene.move(IssueState.PAUSED, IssueState.APPROVED)
    scene.move(IssueState.SENDING, IssueState.PAUSED)
    assert scene.run() == 0
    scene.now = SENDS_AT
    assert scene.run() == 1


def test_lateness_is_counted_from_the_time_of_sending(scene: Scene) -> None:
    """Days between cut-off and sending do not make an issue late, for approval nor for sending."""
    late_after = scene.app.config.settings.deliver.late_after
    assert SENDS_AT - scene.now > late_after
    scene.now = SENDS_AT + late_after - HOUR
    list(approve_automatic(scene.app))
    if scene.app.store.issues.get(ISSUE.slug).state is IssueState.DRAFT:
        scene.approve()
    assert scene.run() == 1


def test_an_early_approval_is_not_late_when_its_time_comes(scene: Scene) -> None:
    """What was approved days before goes out at its time without being asked again."""
    scene.approve()
    scene.now = SENDS_AT + HOUR
    assert scene.run() == 1


def test_a_missed_time_waits_for_a_person(scene: Scene) -> None:
    """An issue that could not go out for long after its time is left to ``digest send``."""
    scene.approve()
    scene.now = SENDS_AT + scene.app.config.settings.deliver.late_after + HOUR
    assert scene.run() == 0
