"""An approved issue over a real SQLite store, with readers and a mail server to script."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from digest.app import App
from digest.model import Consent, DeliveryState, KeptIssue, NewSubscriber
from digest.pipeline.approval import approve_issue
from digest.pipeline.preflight import BY_ITSELF
from digest.store import SqlStore, open_store
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

    def __init__(self, app: App, store: SqlStore, clock: Clock, mailer: FakeMailer) -> None:
        self.app = app
        self.store = store
        self.clock = clock
        self.mailer = mailer

    @property
    def kept(self) -> KeptIssue:
        return self.app.store.issues.get(ISSUE.slug)

    def counts(self) -> dict[DeliveryState, int]:
        return dict(self.app.store.ledger.tally(self.kept.id).counts)

    def recipients(self) -> list[str]:
        return sorted(envelope.recipient for envelope in self.mailer.sent)


@contextmanager
def opened(
    directory: Path, *, feedback: dict[str, object] | None = None, **smtp: object
) -> Iterator[Scene]:
    """The scene over the store of that directory, as a process of its own would open it."""
    smtp = {"connections": 1, **smtp}
    config = fake_config(directory, newsletters=[NEWSLETTER], smtp=smtp, feedback=feedback or {})
    world = fake_world(config)
    store = open_store(f"sqlite:///{directory}/digest.db")
    clock = Clock()
    try:
        yield Scene(replace(world.app, store=store, clock=clock), store, clock, world.mailer)
    finally:
        store.close()


def fill(scene: Scene, *, readers: int = READERS) -> None:
    """Subscribe so many readers, and approve the issue."""
    rows = [
        NewSubscriber(address=f"r{number:02}@reader.example", consent=Consent.CONFIRMED)
        for number in range(readers)
    ]
    audience, now = scene.app.store.audience, scene.clock()
    audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=now)
    scene.app.store.issues.add(ISSUE, now=now)
    approve_issue(scene.app, ISSUE.slug, by="editor", manner=BY_ITSELF)
