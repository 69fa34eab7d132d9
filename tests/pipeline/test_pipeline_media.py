"""Pictures that nothing shows: deleted once they are old, and never one that is shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.compose.pictures import picture_places
from digest.model import (
    HostedPicture,
    Image,
    Issue,
    IssueKey,
    IssueState,
    MediaPurged,
    Period,
    PictureSlot,
    PictureVisit,
    PreparedPicture,
    RenderedIssue,
)
from digest.pipeline.media import purge_media
from digest.store import open_store
from tests.core.harbour import ISSUE, story
from tests.fakes import fake_app, fake_config

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=91)
PAGE = RenderedIssue(subject="s", preheader="p", html="", text="", digest="d" * 64)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    made = fake_app(fake_config(tmp_path))
    made = replace(made, store=open_store(f"sqlite:///{tmp_path}/digest.db"), clock=lambda: NOW)
    yield made
    made.close()


def told(name: str, *, days: int = 0) -> Issue:
    """An issue of one story with a picture of that name."""
    at = ISSUE.key.period.start + timedelta(days=days)
    key = IssueKey(newsletter="weekly", period=Period(start=at, end=at + timedelta(days=1)))
    lead = replace(story(days, name), image=Image(url=f"https://a.example/{name}.png"))
    return replace(ISSUE, key=key, slug=f"weekly-{name}", lead=lead, sections=(), also_published=())


def had(app: App, name: str, *, at: datetime = OLD, made: datetime = OLD) -> str:
    """Make and keep the picture of that name; its hash. ``at`` is when it was last asked for."""
    picture = PreparedPicture(body=name.encode(), media_type="image/png", width=9, height=9)
    (place,) = picture_places(told(name))
    hosted = HostedPicture(
        hash=picture.hash, media_type="image/png", width=9, height=9, size=len(picture.body)
    )
    visit = PictureVisit(slot=place.slot, visited_at=made, picture=hosted)
    app.store.media.keep(visit, picture)
    app.store.media.keep(replace(visit, visited_at=at))
    return picture.hash


def test_only_what_nothing_shows_is_deleted(app: App) -> None:
    """A dropped story's goes; a draft's, a frozen page's and a fresh one stay; twice is as once."""
    dropped = had(app, "dropped")
    drafted, frozen, fresh, asked = (
        had(app, "drafted"),
        had(app, "frozen"),
        had(app, "fresh", at=NOW, made=NOW),
        had(app, "asked", at=NOW),
    )
    named = had(app, "named")
    app.store.issues.add(told("drafted"), now=NOW)
    sent = app.store.issues.add(told("other", days=1), now=NOW)
    assert sent
    page = f'<img src="https://letters.example/media/{frozen}.png">'
    app.store.issues.approve(sent, replace(PAGE, web=page), by="Ed", now=NOW)
    for to in (IssueState.SENDING, IssueState.SENT):
        app.store.issues.change_state(sent.id, to=to, allowed=tuple(IssueState), now=NOW)
    pasted = told("pasted", days=2)
    assert pasted.lead
    image = Image(url=f"https://letters.example/media/{named}.png")
    app.store.issues.add(replace(pasted, lead=replace(pasted.lead, image=image)), now=NOW)

    dry = purge_media(app, dry_run=True)
    assert dry == MediaPurged(pictures=1, size=len("dropped"), left=5, dry_run=True)
    assert app.store.media.file(dropped)
    assert purge_media(app) == replace(dry, dry_run=False)
    assert app.store.media.file(dropped) is None
    assert all(map(app.store.media.file, (drafted, frozen, fresh, asked, named)))
    assert purge_media(app) == MediaPurged(pictures=0, size=0, left=5)


def test_what_was_deleted_is_asked_for_anew(app: App) -> None:
    """Its visit is forgotten with it, also where a server's "unchanged" comes too late."""
    had(app, "dropped")
    (place,) = picture_places(told("dropped"))
    visit = app.store.media.visits([place.slot])[place.slot]
    purge_media(app)
    assert app.store.media.visits([place.slot]) == {}
    app.store.media.keep(replace(visit, visited_at=NOW))
    assert app.store.media.visits([place.slot]) == {}


def test_failures_of_long_ago_are_forgotten(app: App) -> None:
    """They are about pictures that nobody asks for any more."""
    slots = [PictureSlot(url=f"https://a.example/{n}", width=9, height=9) for n in range(2)]
    for slot, at in zip(slots, (OLD, NOW), strict=True):
        app.store.media.keep(PictureVisit(slot=slot, visited_at=at, remark="is a web page"))
    purge_media(app)
    assert list(app.store.media.visits(slots)) == [slots[1]]


def test_a_picture_of_today_stays_whatever_is_configured(app: App) -> None:
    """A draft counts on what was asked for within a day."""
    images = app.config.settings.images.model_copy(update={"keep": timedelta(minutes=1)})
    settings = app.config.settings.model_copy(update={"images": images})
    hasty = replace(app, config=replace(app.config, settings=settings))
    today = had(app, "today", at=NOW - timedelta(hours=3), made=NOW - timedelta(hours=3))
    assert purge_media(hasty).pictures == 0
    assert app.store.media.file(today)
