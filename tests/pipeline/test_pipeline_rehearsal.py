"""Test mode over a real store: every message to one address, and the ledger none the wiser."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import pytest

from digest.app import App
from digest.compose.render import IssueRenderer
from digest.errors import StateError
from digest.model import (
    Consent,
    Envelope,
    IssueState,
    KeptIssue,
    NewSubscriber,
    PlacedBy,
    Placement,
    Refused,
    Reply,
    SendOutcome,
    Variant,
)
from digest.pipeline.approval import approve_issue
from digest.pipeline.delivery import Delivered, deliver_issue
from digest.pipeline.editing import reopen_issue
from digest.pipeline.preflight import Manner
from digest.pipeline.rehearsal import Rehearsed, rehearse, send_waiting
from digest.resources import TEMPLATES
from digest.store import SqlStore, open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import PUBLIC_URL, FakeWorld, fake_config, fake_world

NOW = ISSUE.key.period.end + timedelta(hours=1)
OFFLINE = Manner(offline=True, warnings_pass=True)
QA = "qa@quay.example"
READERS = {
    "ann@r.example": ("Ann <b>Bold</b>", Variant()),
    "bob@r.example": ("", Variant(topics=("around town",))),
    "nobody@r.example": ("", Variant(topics=("nothing of the kind",))),
}


@dataclass
class Scene:
    world: FakeWorld
    store: SqlStore
    test_mode: str = QA
    feedback: dict[str, object] = field(default_factory=dict)

    @property
    def app(self) -> App:
        config = self.world.app.config
        deliver = config.settings.deliver.model_copy(update={"test_mode": self.test_mode})
        feedback = config.settings.feedback.model_copy(update=self.feedback)
        changes = {"deliver": deliver, "feedback": feedback}
        settings = config.settings.model_copy(update=changes)
        renderer = IssueRenderer(folders=(TEMPLATES,), public_url=PUBLIC_URL)
        config = replace(config, settings=settings)
        return replace(self.world.app, config=config, store=self.store, renderer=renderer)

    @property
    def kept(self) -> KeptIssue:
        return self.store.issues.get(ISSUE.slug)

    def run(self) -> list[Delivered | Rehearsed]:
        self.world.mailer.sent.clear()
        return list(send_waiting(self.app))

    def messages(self) -> list[EmailMessage]:
        parsed = (
            message_from_bytes(each.content, policy=policy.default)
            for each in self.world.mailer.sent
        )
        return [message for message in parsed if isinstance(message, EmailMessage)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    config = fake_config(tmp_path, newsletters=[NEWSLETTER], smtp={"connections": 1})
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    made = Scene(world=fake_world(config, now=NOW), store=store)
    rows = [
        NewSubscriber(address=address, name=name, consent=Consent.CONFIRMED, variant=variant)
        for address, (name, variant) in READERS.items()
    ]
    store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
    assert ISSUE.lead
    # A lead without a topic is for everybody.
    placement = Placement(topic="sport", by=PlacedBy.RULE, reason="r")
    issue = replace(ISSUE, lead=replace(ISSUE.lead, placement=placement), also_published=())
    store.issues.add(issue, now=NOW)
    approve_issue(made.app, ISSUE.slug, by="Ada", manner=OFFLINE)
    yield made
    store.close()


def test_every_message_goes_to_the_test_address(scene: Scene) -> None:
    """Envelope and To name it; a banner in both parts names the reader."""
    (done,) = scene.run()
    assert isinstance(done, Rehearsed)
    assert (done.rehearsal.sent, done.rehearsal.finished) == (2, True)
    assert {each.recipient for each in scene.world.mailer.sent} == {QA}
    first, second = scene.messages()
    for message, reader in ((first, "ann@r.example"), (second, "bob@r.example")):
        assert message["To"].addresses[0].addr_spec == QA
        assert message["Subject"].startswith("[TEST MODE] ")
        for kind in ("html", "plain"):
            body = message.get_body(preferencelist=(kind,))
            assert body is not None
            assert "TEST MODE: this message is meant for" in body.get_content()
            assert reader in body.get_content()
    html = first.get_body(preferencelist=("html",))
    assert html is not None
    assert "<b>Bold" not in html.get_content()
    assert first["Message-ID"] != second["Message-ID"]


def test_each_reader_gets_the_copy_that_they_would(scene: Scene) -> None:
    """Who chose a topic sees it alone; who chose nothing that is told would get no mail."""
    scene.run()
    everything, town = (str(each.get_body(preferencelist=("plain",))) for each in scene.messages())
    assert "bakery" in town
    assert len(town) < len(everything)


def test_its_links_end_nobodys_subscription(scene: Scene) -> None:
    """They are the links of a test, the same whoever the message is meant for."""
    scene.run()
    assert len({str(each["List-Unsubscribe"]) for each in scene.messages()}) == 1


def test_its_bounces_and_complaints_are_nobodys(scene: Scene) -> None:
    """The return path carries no reader's token, and the Feedback-ID says that it is a test."""
    scene.feedback = {"bounce_address": "bounces@quay.example", "verp": True}
    scene.run()
    assert {each.sender for each in scene.world.mailer.sent} == {"bounces@quay.example"}
    assert {str(each["Feedback-ID"]).split(":")[2] for each in scene.messages()} == {"test"}


def test_the_real_run_can_follow(scene: Scene) -> None:
    """The ledger is empty and the issue approved; without test mode everybody gets theirs."""
    scene.run()
    assert scene.store.ledger.tally(scene.kept.id).total == 0
    assert scene.kept.state is IssueState.APPROVED
    assert scene.run() == []
    scene.test_mode = ""
    (done,) = scene.run()
    assert isinstance(done, Delivered)
    assert done.finished
    assert sorted(each.recipient for each in scene.world.mailer.sent) == [
        "ann@r.example",
        "bob@r.example",
    ]


def test_a_new_approval_or_address_is_rehearsed_again(scene: Scene) -> None:
    """Once each, however often the schedule runs."""
    assert len(scene.run()) == 1
    scene.test_mode = "other@quay.example"
    assert [len(scene.run()), len(scene.run())] == [1, 0]
    reopen_issue(scene.app, ISSUE.slug)
    later = replace(scene.app, clock=lambda: NOW + timedelta(minutes=1))
    approve_issue(later, ISSUE.slug, by="Ada", manner=OFFLINE)
    assert len(scene.run()) == 1


def test_no_reader_gets_an_issue_in_test_mode(scene: Scene) -> None:
    """Nor one that is half sent; such an issue is not rehearsed either."""
    with pytest.raises(StateError, match="test_mode"):
        deliver_issue(scene.app, scene.kept)
    scene.store.ledger.freeze(scene.kept.id, newsletter="weekly", now=NOW)
    assert scene.run() == []
    with pytest.raises(StateError, match="only approved"):
        rehearse(scene.app, scene.kept, address=QA)
    assert scene.world.mailer.sent == []


def test_a_server_that_takes_nothing_ends_a_rehearsal(scene: Scene) -> None:
    """It says why, and counts what failed."""

    def refuse(_envelope: Envelope) -> SendOutcome:
        return Refused(reply=Reply(code=550, text="no"))

    scene.world.mailer.outcome = refuse
    done = rehearse(scene.app, scene.kept, address=QA).rehearsal
    assert (done.sent, done.failed) == (0, 2)
    scene.world.mailer.down = True
    done = rehearse(scene.app, scene.kept, address=QA).rehearsal
    assert "refused" in done.stopped
    assert not done.finished
    assert scene.store.ledger.rehearsal(scene.kept.id) == done


def test_a_rehearsal_drains(scene: Scene) -> None:
    """Asked to end, it sends no more and says so."""
    stop = Event()
    stop.set()
    done = rehearse(scene.app, scene.kept, address=QA, stop=stop).rehearsal
    assert (done.sent, done.finished) == (0, False)
