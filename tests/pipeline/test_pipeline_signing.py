"""Signing in the pipeline: every mail by the keys of its sender's domain, or none at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from types import ModuleType

import pytest

from digest.app import App
from digest.config import DkimSettings
from digest.deliver.signing.dkim import DkimKey, Keyring
from digest.deliver.signing.keyring import open_keyring
from digest.errors import ConfigError
from digest.model import Consent, IssueState, NewSubscriber
from digest.pipeline.approval import approve_issue
from digest.pipeline.checkup import Health, examine
from digest.pipeline.delivery import deliver_issue, send_test
from digest.store import open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.dkim_oracle import new_keys, verdicts
from tests.fakes import FakeMailer, fake_config, fake_world

SENDER = NEWSLETTER.sender.address.rpartition("@")[2]


class Scene:
    """An approved issue with three readers, and the mail server that takes it."""

    def __init__(self, app: App, mailer: FakeMailer) -> None:
        self.app = app
        self.mailer = mailer


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    world = fake_world(fake_config(tmp_path, newsletters=[NEWSLETTER]))
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    now = ISSUE.key.period.end + timedelta(hours=1)
    app = replace(world.app, store=store, clock=lambda: now)
    rows = [
        NewSubscriber(address=f"r{number}@reader.example", consent=Consent.CONFIRMED)
        for number in range(3)
    ]
    store.audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=now)
    store.issues.add(ISSUE, now=now)
    approve_issue(
        app,
        ISSUE.slug,
        by="editor",
        reasons=dict.fromkeys(("one-story-topic", "preheader-first"), "a sample"),
    )
    yield Scene(app, world.mailer)
    store.close()


def keys(domain: str) -> tuple[DkimKey, ...]:
    return tuple(replace(key, domain=domain) for key in new_keys())


def test_issues_and_tests_are_signed(scene: Scene, dkimpy: ModuleType) -> None:
    """All readers' mails and a test mail carry a valid signature of each key."""
    own = keys(SENDER)
    app = replace(scene.app, keyring=Keyring(keys=(*own, *keys("elsewhere.example"))))
    kept = app.store.issues.get(ISSUE.slug)
    send_test(app, kept, app.store.issues.rendering(kept.id), address="me@reader.example")
    deliver_issue(app, kept)
    assert len(scene.mailer.sent) == 4
    for envelope in scene.mailer.sent:
        assert verdicts(dkimpy, envelope.content, own) == [True, True]


def test_mail_of_another_domain_is_not_signed(scene: Scene) -> None:
    """A key of a domain that the mail is not from would help nobody, and is left out."""
    app = replace(scene.app, keyring=Keyring(keys=keys("elsewhere.example")))
    deliver_issue(app, app.store.issues.get(ISSUE.slug))
    assert all(b"DKIM-Signature" not in envelope.content for envelope in scene.mailer.sent)


def test_feedback_id_tells_issue_newsletter_kind_and_sender(scene: Scene) -> None:
    """Complaints are counted by issue, newsletter, kind and sender, the same for all readers."""
    kept = scene.app.store.issues.get(ISSUE.slug)
    deliver_issue(scene.app, kept)
    values = {message_from_bytes(envelope.content)["Feedback-ID"] for envelope in scene.mailer.sent}
    (value,) = values
    issue, newsletter, kind, sender = value.split(":")
    assert (issue, newsletter, kind) == (ISSUE.slug, NEWSLETTER.id, "digest")
    assert 5 <= len(sender) <= 15


def test_a_key_that_is_gone_stops_the_run_before_it_begins(scene: Scene, tmp_path: Path) -> None:
    """Nobody is frozen and nothing goes out unsigned; the check-up says the same."""
    table = DkimSettings(domain=SENDER, selector="gone", key="gone.pem")
    settings = scene.app.config.settings.model_copy(update={"dkim": (table,)})
    config = replace(scene.app.config, settings=settings)

    class Broken(Keyring):
        def keys_for(self, domain: str) -> tuple[DkimKey, ...]:
            return open_keyring(config).keys_for(domain)

    app = replace(scene.app, config=config, keyring=Broken())
    with pytest.raises(ConfigError, match="does not exist"):
        deliver_issue(app, app.store.issues.get(ISSUE.slug))
    assert app.store.issues.get(ISSUE.slug).state is IssueState.APPROVED
    assert scene.mailer.sent == []
    troubles = [each for each in examine(app).findings if each.health is Health.TROUBLE]
    assert [each.subject for each in troubles] == ["signing"]
    assert str(tmp_path / "gone.pem") in troubles[0].text
