"""A desk for tests: what it opens, and the issues it shows."""

from dataclasses import dataclass, field

from digest.app import App
from digest.errors import DigestError
from digest.model import KeptIssue
from digest.web.desk import AppSource
from tests.acceptance.web_world import (
    NEWSLETTER,
    issue,
)
from tests.fakes import NOW, FakeWorld


@dataclass
class Desk:
    """What a desk opens: an App, or an error."""

    world: FakeWorld
    error: DigestError | None = None
    opened: int = 0
    stores: list[App] = field(default_factory=list)

    def open(self) -> App:
        self.opened += 1
        if self.error:
            raise self.error
        return self.world.app

    @property
    def source(self) -> AppSource:
        return AppSource(directory=self.world.app.config.directory, open=self.open)


DRAFT = "/issues/coast-2024-05-16"


def add(world: FakeWorld, number: int) -> KeptIssue:
    kept = world.store.issues.add(issue(number), now=NOW)
    assert kept
    return kept


def approve(world: FakeWorld, kept: KeptIssue) -> KeptIssue:
    rendering = world.renderer.render(kept.issue, NEWSLETTER)
    return world.store.issues.approve(kept, rendering, by="Ed", now=NOW)
