"""What comes back changes the reader it is proven to be about, once, and nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from digest.app import App
from digest.model import (
    Consent,
    Envelope,
    IssueState,
    NewSubscriber,
    SuppressionReason,
)
from digest.pipeline.approval import approve_issue
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.feedback import Effect, Taken, take_feedback
from digest.pipeline.letters import sample_envelope
from digest.pipeline.preflight import BY_ITSELF
from digest.store import open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.core.returned_mails import complaint, reply, status_report
from tests.fakes import fake_config, fake_world

BOUNCES = "bounces@news.example"
READERS = 10


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = ISSUE.key.period.end + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Scene:
    """A publication whose issues were sent, and their envelopes by recipient."""

    app: App
    clock: Clock
    sent: list[Envelope]
    issues: int = 0

    def send(self) -> None:
        """One more issue, a week later."""
        key = ISSUE.key
        shift = timedelta(days=7 * self.issues)
        period = replace(key.period, start=key.period.start + shift, end=key.period.end + shift)
        slug = f"weekly-{self.issues}"
        issue = replace(ISSUE, key=replace(key, period=period), slug=slug)
        self.issues += 1
        self.clock.now = period.end + timedelta(hours=1)
        self.app.store.issues.add(issue, now=self.clock())
        self.sent.clear()
        deliver_issue(self.app, approve_issue(self.app, slug, by="editor", manner=BY_ITSELF))

    def to(self, reader: str) -> Envelope:
        return next(one for one in self.sent if one.recipient.startswith(reader))

    def bounce(self, reader: str, diagnostic: str, *, mail: str = "", header: bool = True) -> Taken:
        """A report on the last issue's mail to a reader, sent to its return path."""
        envelope = self.to(reader)
        text = status_report(diagnostic, status="5.0.0", recipient=f"rfc822; {envelope.recipient}")
        returned = envelope.content.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
        start = text.index("From: The Weekly")
        text = text[:start] + (returned if header else "From: x@y.example") + "\n--cut here--\n"
        text = text.replace("bounces@news.example", envelope.sender, 1)
        text = text.replace("report.1", f"{mail or reader}.{self.issues}")
        return take_feedback(self.app, text.encode())

    def suppressed(self) -> dict[str, SuppressionReason]:
        return {one.address: one.reason for one in self.app.store.audience.suppressions()}


def make(tmp_path: Path, **feedback: object) -> Scene:
    table = {"bounce_address": BOUNCES, "guard_minimum": 1000} | feedback
    config = fake_config(
        tmp_path, newsletters=[NEWSLETTER], smtp={"connections": 1}, feedback=table
    )
    world = fake_world(config)
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    clock = Clock()
    rows = [
        NewSubscriber(address=f"r{number}@reader.example", consent=Consent.CONFIRMED)
        for number in range(READERS)
    ]
    store.audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=clock())
    app = replace(world.app, store=store, clock=clock)
    scene = Scene(app=app, clock=clock, sent=world.mailer.sent)
    scene.send()
    return scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = make(tmp_path)
    yield made
    made.app.store.close()


def test_every_mail_has_a_return_path_of_its_own(scene: Scene) -> None:
    """Ours, with a token; a sample has none to give away."""
    senders = {one.sender for one in scene.sent}
    assert len(senders) == READERS
    assert all(one.startswith("bounces+") and one.endswith("@news.example") for one in senders)
    kept = scene.app.store.issues.get("weekly-0")
    rendering = scene.app.store.issues.rendering(kept.id)
    sample = sample_envelope(scene.app, kept, rendering, recipient="editor@news.example")
    assert sample.sender == BOUNCES


def test_a_dead_address_is_suppressed_and_the_mail_counts_once(scene: Scene) -> None:
    """At once; the second reading of the same mail changes and says nothing new."""
    first = scene.bounce("r3", "550 5.1.1 no such user", header=False)
    assert [(one.effect, one.issue) for one in first.outcomes] == [(Effect.SUPPRESSED, "weekly-0")]
    assert scene.suppressed() == {"r3@reader.example": SuppressionReason.HARD_BOUNCE}
    scene.app.store.audience.release("r3@reader.example")
    assert scene.bounce("r3", "550 5.1.1 no such user", header=False).known
    assert scene.suppressed() == {}


@pytest.mark.parametrize("diagnostic", ["550 5.1.1 no such user", "552 5.2.2 full"])
def test_a_forged_report_changes_nobody(scene: Scene, diagnostic: str) -> None:
    """Neither a guessed token nor a guessed Message-ID is proof."""
    text = status_report(diagnostic, status="5.1.1", recipient="rfc822; r1@reader.example")
    text = text.replace("<weekly-2026-06-18.7@news.example>", "<weekly-0.1@news.example>")
    for number, to in enumerate((BOUNCES, f"bounces+{'a' * 34}@news.example", "x@y.example")):
        forged = text.replace("bounces@news.example", to, 1).replace("report.1", f"r.{number}")
        taken = take_feedback(scene.app, forged.encode())
        assert [one.effect for one in taken.outcomes] == [Effect.UNPROVEN]
    assert scene.suppressed() == {}


def test_a_return_path_is_good_for_its_own_reader_alone(scene: Scene) -> None:
    """Whoever bounces their own mail under another's name suppresses themselves."""
    text = status_report("550 5.1.1 no", status="5.1.1", recipient="rfc822; r1@reader.example")
    forged = text.replace("bounces@news.example", scene.to("r2").sender, 1)
    take_feedback(scene.app, forged.encode())
    assert set(scene.suppressed()) == {"r2@reader.example"}


def test_soft_bounces_suppress_after_so_many_issues(scene: Scene) -> None:
    """The fourth issue in a row does; a report more on the same issue does not count."""
    for number in range(4):
        assert scene.suppressed() == {}
        taken = scene.bounce("r4", "552 5.2.2 mailbox full")
        if number < 3:
            assert [one.effect for one in taken.outcomes] == [Effect.COUNTED]
            scene.bounce("r4", "552 5.2.2 mailbox full", mail="again")
            scene.send()
    assert scene.suppressed() == {"r4@reader.example": SuppressionReason.SOFT_BOUNCES}


def test_a_mail_that_arrives_starts_the_count_again(scene: Scene) -> None:
    """Three soft bounces, an issue of which nothing came back, and three more."""
    for number in range(7):
        if number != 3:
            scene.bounce("r5", "552 5.2.2 mailbox full")
        scene.send()
    assert scene.suppressed() == {}


def test_a_complaint_ends_the_subscription(tmp_path: Path) -> None:
    """Suppressed and unsubscribed, by the unsubscribe link that came back in the mail."""
    scene = make(tmp_path, bounce_address="")
    header = scene.to("r6").content.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    text = complaint(recipient="")
    start, end = text.index("From: The Weekly"), text.index("Ahoy.")
    taken = take_feedback(scene.app, f"{text[:start]}{header}\n\n{text[end:]}".encode())
    assert [(one.effect, one.issue) for one in taken.outcomes] == [(Effect.SUPPRESSED, "weekly-0")]
    assert scene.suppressed() == {"r6@reader.example": SuppressionReason.COMPLAINT}
    ended = [
        one.subscriber.address
        for one in scene.app.store.audience.subscriptions()
        if one.consent is Consent.UNSUBSCRIBED
    ]
    assert ended == ["r6@reader.example"]
    scene.app.store.close()


def test_a_returned_header_proves_as_a_return_path_does(tmp_path: Path) -> None:
    """Without VERP, reports that bring our header back still count."""
    scene = make(tmp_path, verp=False)
    assert {one.sender for one in scene.sent} == {BOUNCES}
    assert scene.bounce("r7", "550 5.1.1 no", header=False).outcomes[0].effect is Effect.UNPROVEN
    taken = scene.bounce("r7", "550 5.1.1 no", mail="with-header")
    assert taken.outcomes[0].effect is Effect.SUPPRESSED
    scene.app.store.close()


def test_delays_refusals_and_machines_suppress_nobody(scene: Scene) -> None:
    """What is no word on the address leaves the reader alone."""
    scene.bounce("r8", "550 5.7.1 blocked")
    message = message_from_bytes(scene.to("r8").content)
    answer = reply("Automatic reply: away", "I am away.", f"In-Reply-To: {message['Message-ID']}")
    assert not take_feedback(scene.app, answer.encode()).outcomes
    assert scene.suppressed() == {}


def test_the_guard_pauses_an_issue_once(tmp_path: Path) -> None:
    """Too many dead addresses stop what is still going out; a person may go on."""
    scene = make(tmp_path, guard_minimum=READERS, guard_hard=0.2)
    issues = scene.app.store.issues
    kept = issues.get("weekly-0")
    back = {"allowed": tuple(IssueState), "now": scene.clock()}
    issues.change_state(kept.id, to=IssueState.SENDING, **back)
    assert not scene.bounce("r1", "550 5.1.1 no such user").paused
    assert scene.bounce("r2", "550 5.1.1 no such user").paused == "weekly-0"
    assert issues.get("weekly-0").state is IssueState.PAUSED
    issues.change_state(kept.id, to=IssueState.SENDING, **back)
    assert not scene.bounce("r3", "550 5.1.1 no such user").paused
    assert issues.get("weekly-0").state is IssueState.SENDING
    scene.app.store.close()
