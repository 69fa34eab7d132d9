"""The last look over a real store: held, replaced, sent; outages and races."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.errors import StateError
from digest.model import (
    Consent,
    Entry,
    EntryKey,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    IssueState,
    KeptIssue,
    LastLookAction,
    LookOutcome,
    NewSubscriber,
    Period,
    Topic,
    Trouble,
)
from digest.pipeline.approval import approve_automatic, approve_issue
from digest.pipeline.delivery import deliver_waiting
from digest.pipeline.drafting import draft_now
from digest.pipeline.editing import reopen_issue
from digest.pipeline.holds import is_held
from digest.pipeline.lastlook import LookedAgain, last_looks, look_again
from digest.pipeline.preflight import BY_ITSELF
from digest.store import SqlStore, open_store
from tests.core.harbour import NEWSLETTER
from tests.fakes import FakeWorld, fake_config, fake_world

NOW = datetime(2026, 6, 18, 7, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FEED = "https://harbour.net/feed"
GONE = FetchFailed(reason="HTTP 404", status=404)
LOST = FetchFailed(reason="cannot connect")
WORDS = ("Ferry", "Lighthouse", "Market", "Regatta", "Library", "Orchestra")


def url(number: int) -> str:
    return f"https://harbour.net/news/{WORDS[number].lower()}"


def entry(number: int, title: str = "") -> Entry:
    word = WORDS[number]
    return Entry(
        key=EntryKey(feed=FEED, id=str(number)),
        title=title or f"{word} opens again",
        url=url(number),
        fingerprint=f"{number}{title}",
        published_at=NOW - timedelta(hours=number + 1),
        summary=f"The {word.lower()} was closed for {number + 2} years.",
    )


@dataclass
class Scene:
    """An approved issue of three stories, with three more that it lists, and one reader."""

    world: FakeWorld
    store: SqlStore
    now: datetime = NOW
    action: LastLookAction = LastLookAction.HOLD

    @property
    def app(self) -> App:
        config = self.world.app.config
        deliver = config.settings.deliver.model_copy(update={"last_look_action": self.action})
        settings = config.settings.model_copy(update={"deliver": deliver})
        config = replace(config, settings=settings)
        return replace(self.world.app, config=config, store=self.store, clock=lambda: self.now)

    @property
    def kept(self) -> KeptIssue:
        return self.store.issues.issues()[0]

    @property
    def told(self) -> list[str]:
        return [str(story.headline).split()[0] for story in self.kept.issue.stories]

    def page(self, number: int, result: Fetched | FetchFailed | None = None) -> None:
        there = Fetched(url=url(number), body=b"<title>A page</title>")
        self.world.fetcher.results[url(number)] = result or there

    def looks(self, *, later: timedelta = timedelta(hours=1)) -> list[LookedAgain]:
        self.now = NOW + later
        return list(last_looks(self.app))

    def sent(self) -> int:
        list(deliver_waiting(self.app))
        return len(self.world.mailer.sent)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    newsletter = replace(
        NEWSLETTER,
        feeds=(FEED,),
        topics=(Topic(id="town", name="Town", max_stories=3),),
        default_topic="town",
        rules=(),
        min_stories=1,
        max_stories=3,
    )
    config = fake_config(tmp_path, newsletters=[newsletter], feeds=[Feed(url=FEED)])
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    made = Scene(world=fake_world(config, now=NOW), store=store)
    entries = [entry(number) for number in range(6)]
    store.feeds.save_refresh(FeedState(url=FEED), entries, now=NOW - timedelta(days=1))
    reader = NewSubscriber(address="reader@reader.example", consent=Consent.CONFIRMED)
    store.audience.subscribe_all([reader], newsletter=newsletter.id, now=NOW)
    for number in range(6):
        made.page(number)
    drafted = draft_now(made.app, newsletter, Period(start=NOW - timedelta(days=7), end=NOW))
    assert drafted.issue
    approve_issue(made.app, drafted.issue.issue.slug, by="Ada", manner=BY_ITSELF)
    yield made
    store.close()


def first(scene: Scene) -> int:
    """Which post a section's first story tells."""
    return WORDS.index(scene.told[1])


def test_an_issue_that_is_all_right_goes_out(scene: Scene) -> None:
    """It is looked at once, nothing is found, and its mail leaves."""
    (looked,) = scene.looks()
    assert looked.look.outcome is LookOutcome.PASSED
    assert (looked.look.links, looked.look.found) == (6, ())
    assert scene.looks() == []
    assert scene.sent() == 1


def test_what_was_just_approved_is_not_looked_at_again(scene: Scene) -> None:
    """Its pre-flight was the look."""
    assert scene.looks(later=timedelta(minutes=5)) == []


def test_a_story_that_is_gone_holds_the_issue(scene: Scene) -> None:
    """Nothing goes out until a person comes; the runner-up is proposed; the look is kept."""
    number = first(scene)
    scene.page(number, GONE)
    (looked,) = scene.looks()
    (found,) = looked.look.found
    assert (looked.look.outcome, found.trouble) == (LookOutcome.HELD, Trouble.GONE)
    assert found.runner_up
    assert found.runner_up_title.split()[0] not in scene.told
    assert is_held(scene.app, scene.kept)
    assert [scene.sent(), scene.looks(), scene.sent()] == [0, [], 0]
    assert scene.store.preflight.look(scene.kept.id) == looked.look


def test_a_held_issue_goes_out_once_the_page_is_back(scene: Scene) -> None:
    """A person looks again, and the hold is off."""
    number = first(scene)
    scene.page(number, GONE)
    scene.looks()
    scene.page(number)
    assert look_again(scene.app, scene.kept).look.outcome is LookOutcome.PASSED
    assert scene.sent() == 1


def test_a_new_approval_takes_the_hold_off(scene: Scene) -> None:
    """What a person approved with the findings before them goes out."""
    scene.page(first(scene), GONE)
    scene.looks()
    slug = scene.kept.issue.slug
    reopen_issue(scene.app, slug)
    with pytest.raises(StateError):
        look_again(scene.app, scene.kept)
    # The pre-flight knows that a page is gone; its rule is another test's.
    draft, rendering = scene.kept, scene.app.renderer
    newsletter = scene.app.config.newsletter("weekly")
    scene.store.issues.approve(
        draft, rendering.render(draft.issue, newsletter), by="Ada", now=scene.now
    )
    assert scene.sent() == 1


def test_the_runner_up_takes_the_place_where_that_is_wanted(scene: Scene) -> None:
    """Approved anew with bytes that tell it, said who and why; everything else as it was."""
    scene.action = LastLookAction.REPLACE
    before, number, told = scene.kept, first(scene), scene.told
    scene.page(number, GONE)
    (looked,) = scene.looks()
    assert looked.look.outcome is LookOutcome.REPLACED
    now = scene.kept
    assert (now.state, now.approved_at) == (IssueState.APPROVED, LATER)
    assert now.approved_by == "Ada; stories replaced by the last look"
    assert now.approved_digest != before.approved_digest
    assert scene.told == [*told[:1], looked.look.found[0].runner_up_title.split()[0], *told[2:]]
    assert now.edits.drops[0].why.startswith("the last look: gone, its page is not found")
    assert scene.looks() == []
    assert scene.sent() == 1
    assert WORDS[number].encode() not in scene.world.mailer.sent[0].content


def test_a_runner_up_that_is_gone_too_stands_in_for_nobody(scene: Scene) -> None:
    """The next one does; where none is left, the issue goes out shorter."""
    scene.action = LastLookAction.REPLACE
    left_out = [number for number, word in enumerate(WORDS) if word not in scene.told]
    for number in (first(scene), *left_out):
        scene.page(number, GONE)
    (looked,) = scene.looks()
    assert looked.look.outcome is LookOutcome.REPLACED
    assert looked.look.found[0].runner_up is None
    assert len(scene.told) == 2


def test_where_every_story_is_gone_a_person_decides(scene: Scene) -> None:
    """An issue of nothing is never approved by itself."""
    scene.action = LastLookAction.REPLACE
    for number in range(6):
        scene.page(number, GONE)
    (looked,) = scene.looks()
    assert looked.look.outcome is LookOutcome.HELD
    assert "too few stories" in looked.look.note
    assert scene.sent() == 0


def test_what_is_not_fit_with_its_stand_in_stays_a_draft(scene: Scene) -> None:
    """It waits for a person, and the schedule does not approve it either."""
    scene.action = LastLookAction.REPLACE
    scene.page(first(scene), GONE)
    scene.world.renderer.page = (
        '<html><body>{title} {stories}<img src="x.png"><script>1</script></body></html>'
    )
    (looked,) = scene.looks()
    assert looked.look.outcome is LookOutcome.HELD
    assert "could not be approved" in looked.look.note
    assert scene.kept.state is IssueState.DRAFT
    assert list(approve_automatic(scene.app)) == []
    assert scene.sent() == 0


def test_an_outage_takes_no_story_for_gone(scene: Scene) -> None:
    """Where most links cannot be reached at all, the look says so, and the issue goes out."""
    for number in range(6):
        scene.page(number, LOST)
    (looked,) = scene.looks()
    assert (looked.look.outcome, looked.look.found) == (LookOutcome.PASSED, ())
    assert "network" in looked.look.note
    assert scene.sent() == 1


def test_send_only_says_what_was_found(scene: Scene) -> None:
    """With `last_look_action = "send"` the findings are kept and the issue goes."""
    scene.action = LastLookAction.SEND
    scene.page(first(scene), GONE)
    (looked,) = scene.looks()
    assert looked.look.outcome is LookOutcome.PASSED
    assert looked.look.found[0].trouble is Trouble.GONE
    assert scene.sent() == 1


def test_feeds_are_asked_once_more(scene: Scene) -> None:
    """A retraction that only the feed tells is found; a changed title is told and holds nothing."""
    number = first(scene)
    word = WORDS[number]
    other = WORDS.index(scene.told[2])
    titles = {number: f"Retracted: {word} opens again", other: f"{WORDS[other]} opens again soon"}
    items = "".join(
        f"<item><guid isPermaLink='false'>{each}</guid><link>{url(each)}</link>"
        f"<title>{titles.get(each, f'{WORDS[each]} opens again')}</title></item>"
        for each in range(6)
    )
    body = f"<rss version='2.0'><channel><title>H</title>{items}</channel></rss>".encode()
    scene.world.fetcher.results[FEED] = Fetched(url=FEED, body=body)
    (looked,) = scene.looks()
    found = {each.trouble: each.grave for each in looked.look.found}
    assert found == {Trouble.RETRACTED: True, Trouble.RETITLED: False}
    assert looked.look.outcome is LookOutcome.HELD
