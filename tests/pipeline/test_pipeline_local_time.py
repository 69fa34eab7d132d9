"""Local time through whole runs: each reader once, at their own time, whenever runs happen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from digest.app import App
from digest.model import IssueState, NewSubscriber
from digest.pipeline.approval import approve_issue
from digest.pipeline.delivery import Delivered, deliver_issue, deliver_waiting
from digest.pipeline.preflight import BY_ITSELF
from digest.pipeline.timing import opens_at
from digest.store import open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import FakeMailer, fake_config, fake_world

HOUR = timedelta(hours=1)
DUE = ISSUE.key.period.end + timedelta(minutes=30)
TOKYO, HOME, LIMA = DUE - 8 * HOUR, DUE, DUE + 6 * HOUR


class Scene:
    """An approved issue that was closed a day before; readers in Tokyo, Lima and at home."""

    def __init__(self, app: App, mailer: FakeMailer) -> None:
        self._app = app
        self.mailer = mailer
        self.now = DUE - 20 * HOUR

    @property
    def app(self) -> App:
        return replace(self._app, clock=lambda: self.now)

    @property
    def state(self) -> IssueState:
        return self.app.store.issues.get(ISSUE.slug).state

    def run(self, at: datetime) -> list[str]:
        """Who has been sent to after a run of the schedule."""
        self.now = at
        list(deliver_waiting(self.app))
        return [envelope.recipient.partition("@")[0] for envelope in self.mailer.sent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    newsletter = replace(NEWSLETTER, schedule=replace(NEWSLETTER.schedule, local_time=True))
    world = fake_world(fake_config(tmp_path, newsletters=[newsletter], smtp={"connections": 1}))
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    scene = Scene(replace(world.app, store=store), world.mailer)
    rows = [
        NewSubscriber(address="tokyo@reader.example", time_zone="Asia/Tokyo"),
        NewSubscriber(address="home@reader.example"),
        NewSubscriber(address="lima@reader.example", time_zone="America/Lima"),
    ]
    store.audience.subscribe_all(rows, newsletter=newsletter.id, now=scene.now)
    store.issues.add(replace(ISSUE, send_at=DUE), now=scene.now)
    approve_issue(scene.app, ISSUE.slug, by="editor", manner=BY_ITSELF)
    yield scene
    store.close()


def test_each_reader_gets_it_once_by_their_own_clock(scene: Scene) -> None:
    """However often runs happen, nobody is early, nobody is twice; it is sent after the last."""
    assert opens_at(scene.app, scene.app.store.issues.get(ISSUE.slug)) == TOKYO
    seen = []
    for hours in range(-20, 10):
        seen.append(len(scene.run(DUE + hours * HOUR - timedelta(seconds=1))))
        scene.run(DUE + hours * HOUR)
        if hours == 1:
            assert scene.state is IssueState.SENDING
    assert scene.run(DUE + 10 * HOUR) == ["tokyo", "home", "lima"]
    assert [seen.index(count) - 20 for count in (1, 2, 3)] == [-7, 1, 7]
    assert scene.state is IssueState.SENT
    dates = [
        parsedate_to_datetime(str(message_from_bytes(one.content)["Date"]))
        for one in scene.mailer.sent
    ]
    assert dates == [TOKYO, HOME, LIMA]


def test_runs_in_between_say_nothing_and_a_send_says_when_it_goes_on(scene: Scene) -> None:
    """While everybody who is left waits, a run has nothing to tell."""
    scene.now = TOKYO
    (done,) = deliver_waiting(scene.app)
    assert (done.finished, done.next_at) == (False, HOME)
    scene.now = TOKYO + HOUR
    assert list(deliver_waiting(scene.app)) == []
    asked = deliver_issue(scene.app, scene.app.store.issues.get(ISSUE.slug))
    assert isinstance(asked, Delivered)
    assert (asked.tally.open, asked.next_at) == (2, HOME)


def test_late_is_counted_from_the_newsletter_s_own_time(scene: Scene) -> None:
    """A run that comes hours after the first zone still goes; one long after the issue waits."""
    assert scene.run(DUE + 11 * HOUR) == ["tokyo", "home", "lima"]


def test_an_issue_that_was_begun_is_not_held_for_being_late(scene: Scene) -> None:
    """What a zone got, the others get too; what nobody got waits for a person."""
    scene.run(TOKYO)
    assert len(scene.run(DUE + 40 * HOUR)) == 3


def test_an_issue_that_nobody_got_in_time_waits_for_a_person(scene: Scene) -> None:
    """As without local time: ``late_after`` the newsletter's time, nothing starts by itself."""
    assert scene.run(DUE + 40 * HOUR) == []
    assert deliver_issue(scene.app, scene.app.store.issues.get(ISSUE.slug)).finished


def test_who_moves_meanwhile_gets_it_as_frozen(scene: Scene) -> None:
    """A zone that changes after the issue was begun changes nothing of that issue."""
    scene.run(TOKYO)
    people = {
        one.subscriber.address: one.subscriber for one in scene.app.store.audience.subscriptions()
    }
    moved = people["lima@reader.example"].id
    assert scene.app.store.audience.locate(moved, time_zone="Europe/London")
    assert scene.run(HOME) == ["tokyo", "home"]
    assert len(scene.run(LIMA)) == 3
