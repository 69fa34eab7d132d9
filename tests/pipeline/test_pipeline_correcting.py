"""Corrections over a real store: who is told, what the archive says, and never twice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_string, policy
from pathlib import Path

import pytest

from digest.app import App
from digest.compose.render import IssueRenderer
from digest.errors import StateError, UnknownNameError
from digest.model import (
    Consent,
    IssueKind,
    IssueState,
    Lost,
    NewSubscriber,
    PlacedBy,
    Placement,
    SuppressionReason,
    Variant,
    Volume,
)
from digest.pipeline.approval import approve_automatic, approve_issue
from digest.pipeline.correcting import Corrected, Wrong, correct_issue
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.editing import rebuild_issue
from digest.pipeline.preflight import Manner
from digest.resources import TEMPLATES
from digest.store import SqlStore, open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import PUBLIC_URL, FakeMailer, fake_config, fake_world

NOW = ISSUE.key.period.end + timedelta(hours=1)
OFFLINE = Manner(offline=True, warnings_pass=True)
TOPIC = ISSUE.sections[0].topic
OTHER = ISSUE.sections[1].topic
THIRD = ISSUE.sections[0].stories[2]
READERS = {
    "all@r.example": Variant(),
    "town@r.example": Variant(topics=(TOPIC,)),
    "sea@r.example": Variant(topics=(OTHER,)),
    "short@r.example": Variant(volume=Volume.SHORT),
    "left@r.example": Variant(),
    "bounced@r.example": Variant(),
    "unsure@r.example": Variant(),
    "failed@r.example": Variant(),
}


@dataclass
class Scene:
    """An issue that went out to readers who chose differently."""

    app: App
    store: SqlStore
    mailer: FakeMailer

    def correct(self, story: str = THIRD.url, **more: str) -> Corrected:
        wrong = Wrong(story=story, text="It was not so.", by="Ada", **more)
        return correct_issue(self.app, ISSUE.slug, wrong)

    def send(self, slug: str) -> list[str]:
        """Approve and send a correction; who gets it."""
        self.mailer.sent.clear()
        kept = approve_issue(self.app, slug, by="Ada", manner=OFFLINE)
        deliver_issue(self.app, kept)
        return sorted(envelope.recipient.split("@")[0] for envelope in self.mailer.sent)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    config = fake_config(tmp_path, newsletters=[NEWSLETTER], smtp={"connections": 1})
    world = fake_world(config, now=NOW)
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    renderer = IssueRenderer(folders=(TEMPLATES,), public_url=PUBLIC_URL)
    app = replace(world.app, store=store, renderer=renderer)
    rows = [
        NewSubscriber(address=address, consent=Consent.CONFIRMED, variant=variant)
        for address, variant in READERS.items()
    ]
    store.audience.subscribe_all(rows, newsletter="weekly", now=NOW)
    placed = [
        replace(
            part,
            stories=tuple(
                replace(
                    story,
                    placement=Placement(topic=part.topic, by=PlacedBy.RULE, reason="r"),
                )
                for story in part.stories
            ),
        )
        for part in ISSUE.sections
    ]
    store.issues.add(replace(ISSUE, sections=tuple(placed)), now=NOW)
    made = Scene(app=app, store=store, mailer=world.mailer)
    kept = approve_issue(app, ISSUE.slug, by="Ada", manner=OFFLINE)
    refusals = {"unsure@r.example": Lost(reason="cut", uncertain=True)}
    world.mailer.outcome = lambda envelope: refusals.get(envelope.recipient)
    store.audience.suppress("failed@r.example", reason=SuppressionReason.MANUAL, now=NOW)
    deliver_issue(app, kept)
    world.mailer.outcome = None
    store.audience.release("failed@r.example")
    people = {each.subscriber.address: each.subscriber for each in store.audience.subscriptions()}
    store.audience.unsubscribe(people["left@r.example"].id, newsletter="weekly", now=NOW)
    store.audience.suppress("bounced@r.example", reason=SuppressionReason.HARD_BOUNCE, now=NOW)
    yield made
    store.close()


def test_exactly_those_who_got_the_story_are_told(scene: Scene) -> None:
    """Not who chose other topics or the short form, nor who left, bounced or never got it."""
    done = scene.correct()
    assert done.readers == 3
    assert scene.send(done.correction.issue.slug) == ["all", "town", "unsure"]


def test_a_story_that_short_copies_have_is_put_right_for_them_too(scene: Scene) -> None:
    """The first two of a section are in every form."""
    done = scene.correct(ISSUE.sections[0].stories[0].url)
    assert scene.send(done.correction.issue.slug) == ["all", "short", "town", "unsure"]


def test_a_correction_goes_out_once(scene: Scene) -> None:
    """Sent again, it mails nobody; one under way tells nobody new."""
    slug = scene.correct().correction.issue.slug
    scene.send(slug)
    scene.mailer.sent.clear()
    kept = scene.store.issues.get(slug)
    assert kept.state is IssueState.SENT
    with pytest.raises(StateError):
        deliver_issue(scene.app, kept)
    assert scene.mailer.sent == []


def test_the_mail_says_what_was_wrong(scene: Scene) -> None:
    """In both parts, under its subject, with a way to unsubscribe; the old excerpt is gone."""
    slug = scene.correct().correction.issue.slug
    scene.send(slug)
    content = scene.mailer.sent[0].content.decode()
    message = message_from_string(content, policy=policy.default)
    assert message["Subject"].startswith("Correction: Everything you ever wanted")
    assert content.count("It was not so.") >= 2
    assert message["List-Unsubscribe"]
    assert str(THIRD.excerpt) not in content


def test_what_was_frozen_stays(scene: Scene) -> None:
    """The amendment stands beside the bytes that went out, and uses no entry up."""
    before = scene.store.issues.rendering(1)
    done = scene.correct(title="Another headline")
    assert scene.store.issues.rendering(1) == before
    assert scene.store.issues.amendments(1) == (done.amendment,)
    assert scene.store.issues.amendment_by(done.correction.issue.slug) == done.amendment
    assert scene.store.issues.get("weekly").issue.slug == ISSUE.slug


def test_every_correction_has_a_name_of_its_own(scene: Scene) -> None:
    """Two of one moment are two issues."""
    slugs = [scene.correct().correction.issue.slug for _ in range(2)]
    assert slugs == [f"{ISSUE.slug}-correction-1", f"{ISSUE.slug}-correction-2"]


def test_a_correction_waits_for_its_person(scene: Scene) -> None:
    """The schedule never approves one, and it cannot be made again from a period's entries."""
    slug = scene.correct().correction.issue.slug
    assert scene.store.issues.get(slug).issue.kind is IssueKind.CORRECTION
    assert list(approve_automatic(scene.app)) == []
    with pytest.raises(StateError, match="is a correction"):
        rebuild_issue(scene.app, slug)


@pytest.mark.parametrize(
    ("story", "text", "error", "said"),
    [
        ("submarine", "x", UnknownNameError, "submarine"),
        ("a", "x", StateError, "several"),
        (THIRD.url, "  ", StateError, "what was wrong"),
    ],
)
def test_what_cannot_be_corrected_says_why(
    scene: Scene, story: str, text: str, error: type[Exception], said: str
) -> None:
    """An unknown story, one of several, and nothing said; nothing is amended."""
    with pytest.raises(error, match=said):
        correct_issue(scene.app, ISSUE.slug, Wrong(story=story, text=text))
    assert scene.store.issues.amendments(1) == ()


def test_a_draft_is_edited_and_a_correction_not_corrected(scene: Scene) -> None:
    """Only what went out is corrected, and only by itself."""
    slug = scene.correct().correction.issue.slug
    with pytest.raises(StateError, match="is a correction itself"):
        correct_issue(scene.app, slug, Wrong(story="x", text="y"))
