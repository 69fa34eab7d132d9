"""The desk that every test here asks, over fakes and real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.model import IssueState
from digest.web.desk import create_desk_app
from tests.acceptance.desk.desk_world import Desk, add, approve
from tests.acceptance.web_world import (
    FEED,
    NEWSLETTER,
    Client,
    House,
    asked_feed,
    entry,
)
from tests.fakes import NOW, FakeWorld, fake_config, fake_world


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House().open() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    """A newsletter with one draft, one sent issue and two entries waiting."""
    (tmp_path / "media").mkdir()
    (tmp_path / "templates").mkdir()
    config = fake_config(tmp_path, newsletters=[NEWSLETTER], feeds=[FEED], web={"media": "media"})
    made = fake_world(config)
    entries = [
        entry(1, "Ferry crews learn to read the bar", days_ago=-0.05),
        entry(2, "Notes <from> the lamp room", days_ago=-0.02),
    ]
    made.store.feeds.save_refresh(asked_feed(), entries, now=NOW)
    sent = approve(made, add(made, 1))
    made.store.issues.kept[sent.id] = replace(sent, state=IssueState.SENT)
    add(made, 0)
    return made


@pytest.fixture
def desk(world: FakeWorld) -> Desk:
    return Desk(world=world)


@pytest.fixture
def client(house: House, desk: Desk) -> Iterator[Client]:
    with house.serving(create_desk_app(desk.source)) as made:
        yield made
