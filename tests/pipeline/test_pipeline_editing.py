"""Galleys in and out of a store, rebuilding, and taking an approval back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.errors import ConfigError, StateError
from digest.model import (
    Drop,
    Edits,
    Entry,
    EntryKey,
    Feed,
    FeedState,
    IssueKind,
    IssueState,
    KeptIssue,
    Period,
    RenderedIssue,
    Topic,
    Verdict,
)
from digest.pipeline.drafting import draft_now
from digest.pipeline.editing import (
    Imported,
    export_galley,
    import_galley,
    rebuild_issue,
    reopen_issue,
)
from digest.store import open_store
from tests.core.harbour import NEWSLETTER
from tests.fakes import fake_config, fake_world

NOW = datetime(2026, 6, 18, 7, tzinfo=UTC)
FEED = "https://harbour.example/feed"
RENDERING = RenderedIssue(subject="s", preheader="p", html="<p>", text="t", digest="d" * 64)
WORDS = ("Ferry", "Lighthouse", "Market", "Regatta", "Library", "Orchestra")


def key(number: int) -> EntryKey:
    return EntryKey(feed=FEED, id=str(number))


def entry(number: int) -> Entry:
    word = WORDS[number]
    return Entry(
        key=key(number),
        title=f"{word} opens again",
        url=f"https://harbour.example/{word.lower()}",
        fingerprint=str(number),
        published_at=NOW - timedelta(hours=number + 1),
        summary=f"The {word.lower()} was closed for {number + 2} years.",
    )


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A newsletter of two topics, with a draft of four stories in a real store."""
    newsletter = replace(
        NEWSLETTER,
        feeds=(FEED,),
        topics=(Topic(id="town", name="Town"), Topic(id="sea", name="Sea")),
        default_topic="town",
        rules=(),
        min_stories=1,
    )
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    world = fake_world(
        fake_config(tmp_path, newsletters=[newsletter], feeds=[Feed(url=FEED)]), now=NOW
    )
    made = replace(world.app, store=store)
    store.feeds.save_refresh(
        FeedState(url=FEED), [entry(number) for number in range(4)], now=NOW - timedelta(days=1)
    )
    period = Period(start=NOW - timedelta(days=7), end=NOW)
    assert draft_now(made, newsletter, period).issue
    yield made
    store.close()


def draft(app: App) -> KeptIssue:
    return app.store.issues.issues()[0]


def changed(app: App, *changes: tuple[str, str], by: str = "Ada", force: bool = False) -> Imported:
    """Import the draft's galley with parts of its text replaced."""
    slug = draft(app).issue.slug
    text = export_galley(app, slug)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return import_galley(app, slug, text.encode(), name="galley.toml", by=by, force=force)


def drop(app: App, number: int) -> Imported:
    slug = draft(app).issue.slug
    block = f'\n[[dropped]]\npost = "{key(number)}"\nwhy = "an advertisement"\n'
    text = export_galley(app, slug) + block
    return import_galley(app, slug, text.encode(), name="galley.toml", by="Ada")


def test_an_untouched_galley_saves_nothing(app: App) -> None:
    """The revision stays, so that an approval somebody prepared stays good."""
    before = draft(app)
    done = changed(app)
    assert not done.changed
    assert draft(app) == before


def test_a_changed_text_is_saved_with_its_editors_name(app: App) -> None:
    """The draft's text, its edits and its revision change together."""
    done = changed(app, ('#auto intro = ""', 'intro = "Hello."'))
    assert done.kept == draft(app)
    assert done.kept.revision == 2
    assert done.kept.issue.intro.value == "Hello."
    assert done.kept.edits.by == "Ada"


def test_a_dropped_post_is_explained_by_who_dropped_it(app: App) -> None:
    """What became of it is known, and the next issue may tell it."""
    done = drop(app, 2)
    assert done.kept.edits.drops == (Drop(entry=key(2), why="an advertisement"),)
    fate = next(each for each in app.store.issues.choices(done.kept.id) if each.entry == key(2))
    assert (fate.verdict, fate.decided_by) == (Verdict.LEFT_OUT, "Ada")
    assert fate.reason == "dropped by Ada: an advertisement"
    kept = app.store.feeds.entry(key(2))
    assert kept is not None
    assert kept.used_in == ""


def test_a_drop_that_was_taken_back_comes_with_a_rebuild(app: App) -> None:
    """The import says which posts wait for one."""
    drop(app, 2)
    done = changed(app, (f'[[dropped]]\npost = "{key(2)}"\nwhy = "an advertisement"', ""))
    assert done.waiting == (str(key(2)),)
    assert key(2) not in done.kept.issue.entry_keys
    assert key(2) in rebuild_issue(app, done.kept.issue.slug).kept.issue.entry_keys


def test_a_move_is_a_lesson(app: App) -> None:
    """The post's own title and text are kept with its topic, for the program to learn from."""
    done = changed(app, ('[[section]]\ntopic = "town"', '[[section]]\ntopic = "sea"'))
    lessons = app.store.issues.corrections(NEWSLETTER.id)
    assert lessons == tuple(sorted(done.corrections, key=lambda each: each.entry))
    assert {each.topic for each in lessons} == {"sea"}
    told = {each.entry: each for each in lessons}
    assert told[key(2)].title == "Market opens again"
    assert told[key(2)].text == "The market was closed for 4 years."
    assert (told[key(2)].by, told[key(2)].at) == ("Ada", NOW)


def test_a_rebuild_changes_only_what_nobody_edited(app: App) -> None:
    """New posts come in; an editor's texts, drops and moves stay."""
    slug = draft(app).issue.slug
    drop(app, 1)
    lead = draft(app).issue.lead
    assert lead is not None
    old = f'#feed headline = "{lead.headline}"'
    changed(app, ('#auto intro = ""', 'intro = "Hello."'), (old, 'headline = "Ours"'))
    app.store.feeds.save_refresh(FeedState(url=FEED), [entry(4)], now=NOW)
    before = draft(app)
    rebuilt = rebuild_issue(app, slug)
    issue = rebuilt.kept.issue
    assert rebuilt.before == before.issue
    assert rebuilt.kept.edits == before.edits
    assert key(4) in issue.entry_keys
    assert key(1) not in issue.entry_keys
    assert issue.intro.value == "Hello."
    assert "Ours" in {story.headline.value for story in issue.stories}


def test_a_rebuild_of_what_did_not_change_gives_the_same_issue(app: App) -> None:
    """Twice the same entries and rules, twice the same text."""
    slug = draft(app).issue.slug
    changed(app, ('#auto intro = ""', 'intro = "Hello."'))
    first = rebuild_issue(app, slug).kept
    assert rebuild_issue(app, slug).kept == replace(first, revision=first.revision + 1)


def test_an_edited_text_whose_source_changed_is_named(app: App) -> None:
    """The feed corrects a headline that an editor had rewritten: she keeps hers, and is told."""
    old = '#feed headline = "Market opens again"'
    done = changed(app, (old, 'headline = "Market day"'))
    other = replace(entry(2), title="Market stays closed", fingerprint="new")
    app.store.feeds.save_refresh(FeedState(url=FEED), [other], now=NOW)
    rebuilt = rebuild_issue(app, done.kept.issue.slug)
    assert rebuilt.unused == (f"the headline of {key(2)}: its source changed since it was edited",)
    assert "Market day" in {story.headline.value for story in rebuilt.kept.issue.stories}


def test_a_file_for_another_issue_needs_force(app: App) -> None:
    """With it, what both have is applied, and nothing is dropped for not being in the file."""
    slug = draft(app).issue.slug
    change = (f'issue = "{slug}"', 'issue = "other"')
    text = ('#auto intro = ""', 'intro = "Hello."')
    gone = (str(key(2)), f"{key(2)}9")
    with pytest.raises(ConfigError, match="the file is for other"):
        changed(app, change, text, gone)
    done = changed(app, change, text, gone, force=True)
    assert done.kept.issue.intro.value == "Hello."
    assert key(2) in done.kept.issue.entry_keys
    assert len(done.warnings) == 2


def test_an_approved_issue_is_neither_changed_nor_rebuilt(app: App) -> None:
    """Until it is reopened, which takes the approval and its bytes away."""
    kept = draft(app)
    slug = kept.issue.slug
    app.store.issues.approve(kept, RENDERING, by="Ada", now=NOW)
    with pytest.raises(StateError, match="digest issues reopen"):
        changed(app)
    with pytest.raises(StateError, match="only a draft can be changed"):
        rebuild_issue(app, slug)
    reopened = reopen_issue(app, slug)
    assert (reopened.state, reopened.approved_digest) == (IssueState.DRAFT, "")
    assert reopen_issue(app, slug) == reopened
    assert changed(app, ('#auto intro = ""', 'intro = "Hello."')).changed


def test_what_is_being_sent_is_not_reopened(app: App) -> None:
    """Some readers have it already."""
    kept = draft(app)
    app.store.issues.change_state(
        kept.id, to=IssueState.SENDING, allowed=(IssueState.DRAFT,), now=NOW
    )
    with pytest.raises(StateError, match="is sending"):
        reopen_issue(app, kept.issue.slug)


def test_a_roundup_is_not_rebuilt_from_entries(app: App) -> None:
    """It is made from issues, by its own command."""
    issue = replace(draft(app).issue, kind=IssueKind.ROUNDUP, slug="best-of-2026")
    assert app.store.issues.add(issue, now=NOW)
    with pytest.raises(StateError, match="is a roundup"):
        rebuild_issue(app, "best-of-2026")


def test_edits_without_a_name_are_an_editors(app: App) -> None:
    """Nobody has to say who they are."""
    done = changed(app, ('#auto intro = ""', 'intro = "Hello."'), by="")
    assert done.kept.edits == replace(Edits(), texts=done.kept.edits.texts)
