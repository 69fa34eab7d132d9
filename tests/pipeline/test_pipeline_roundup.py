"""Roundups from the store and back: started, quoted, edited, checked, rendered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.app import App
from digest.compose.render import IssueRenderer
from digest.curate.editing.galley import write_galley
from digest.errors import ConfigError, StateError, UnknownNameError
from digest.model import Approval, Feed, FeedState, Issue, IssueKind, IssueState, Origin, Verdict
from digest.pipeline.approval import approve_automatic, approve_issue
from digest.pipeline.drafting import draft_due_issues
from digest.pipeline.editing import import_galley
from digest.pipeline.roundup import (
    Asked,
    count_votes,
    pick_quote,
    quotables,
    roundup_lacks,
    start_roundup,
)
from digest.resources import TEMPLATES
from digest.store import open_store
from tests.core.tidewell import FEED, NEWSLETTER, year
from tests.fakes import fake_config, fake_world

NOW = datetime(2019, 12, 20, 9, tzinfo=UTC)
YEAR = Asked(year=2019)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A publication that collected the town's year, over a real store."""
    config = fake_config(tmp_path, newsletters=[NEWSLETTER], feeds=[Feed(url=FEED)])
    store = open_store(f"sqlite:///{tmp_path}/town.db")
    entries = [kept.entry for kept in year()]
    entries[0] = replace(entries[0], published_at=datetime(2018, 12, 20, tzinfo=UTC))
    store.feeds.save_refresh(FeedState(url=FEED, last_ok_at=NOW), entries, now=NOW)
    yield replace(fake_world(config, now=NOW).app, store=store)
    store.close()


def test_a_roundup_is_kept_as_a_draft_with_its_reasons(app: App) -> None:
    """The store has the draft, and what became of each post of the year."""
    started = start_roundup(app, NEWSLETTER, YEAR)
    kept = app.store.issues.get("tidewell-roundup-2019")
    assert kept == started.kept
    assert (kept.issue.kind, kept.state) == (IssueKind.ROUNDUP, IssueState.DRAFT)
    choices = app.store.issues.choices(kept.id)
    assert len(choices) == 10
    assert sum(choice.verdict is Verdict.TOLD for choice in choices) == 5
    assert started.covered > 0.95
    assert "ten blog posts" in kept.issue.intro.value


def test_a_window_is_not_counted_as_a_year(app: App, tmp_path: Path) -> None:
    """Where nothing older than the year is known, the intro names no number."""
    old = next(kept for kept in year() if kept.entry.key.id == "before")
    window = replace(app.config, newsletters={"tidewell": NEWSLETTER})
    store = open_store(f"sqlite:///{tmp_path}/window.db")
    entries = [kept.entry for kept in year() if kept.entry.key != old.entry.key][5:]
    store.feeds.save_refresh(FeedState(url=FEED, last_ok_at=NOW), entries, now=NOW)
    started = start_roundup(
        replace(app, config=window, store=store), NEWSLETTER, replace(YEAR, pick=3)
    )
    store.close()
    assert started.covered < 0.95
    assert "blog posts in 2019" not in started.kept.issue.intro.value
    assert any("does not cover 2019" in each for each in started.draft.warnings)


def test_too_few_posts_say_what_to_ask_for(app: App) -> None:
    """A year with nine posts has no fifteen; the error names the command that works."""
    with pytest.raises(StateError, match=r"2019 has 9 posts .* --year 2019 --pick 9"):
        start_roundup(app, NEWSLETTER, replace(YEAR, pick=15))
    with pytest.raises(StateError, match="2011 has no post"):
        start_roundup(app, NEWSLETTER, Asked(year=2011))
    assert app.store.issues.issues(kind=IssueKind.ROUNDUP) == ()


def test_a_second_start_asks_for_again_and_keeps_what_was_written(app: App) -> None:
    """A draft is not made over by accident; --again keeps its editors' words and quotes."""
    first = start_roundup(app, NEWSLETTER, YEAR).kept
    with pytest.raises(StateError, match="--again"):
        start_roundup(app, NEWSLETTER, YEAR)
    quoted = pick_quote(app, first.issue.slug, "1", 1)
    again = start_roundup(app, NEWSLETTER, replace(YEAR, pick=6, again=True)).kept
    assert len(again.issue.sections) == 6
    assert quoted.issue.stories[0].quotes == again.issue.stories[0].quotes != ()


def test_an_approved_roundup_is_not_made_over(app: App) -> None:
    """--again is for drafts."""
    kept = start_roundup(app, NEWSLETTER, YEAR).kept
    app.store.issues.change_state(
        kept.id, to=IssueState.CANCELLED, allowed=(IssueState.DRAFT,), now=NOW
    )
    with pytest.raises(StateError, match="already, and cancelled"):
        start_roundup(app, NEWSLETTER, replace(YEAR, again=True))


@pytest.mark.parametrize(
    "name",
    ["1", "Dredging the basin: who pays?", "DREDGING", "dredger", f"{FEED}#dredger"],
    ids=["number", "title", "part of the title", "id", "key"],
)
def test_a_candidate_is_picked_word_for_word_and_once(app: App, name: str) -> None:
    """A picked quote comes from the feed; picking it again changes nothing."""
    slug = start_roundup(app, NEWSLETTER, YEAR).kept.issue.slug
    offered = quotables(app, app.store.issues.get(slug), name)[0].candidates
    kept = pick_quote(app, slug, name, 1)
    quotes = kept.issue.stories[0].quotes
    assert [quote.text.value for quote in quotes] == [offered[0].text]
    assert quotes[0].text.origin is Origin.FEED
    assert pick_quote(app, slug, name, 1) == kept


def test_what_is_not_there_cannot_be_picked(app: App) -> None:
    """Posts and candidates that do not exist are errors that name what there is."""
    slug = start_roundup(app, NEWSLETTER, YEAR).kept.issue.slug
    with pytest.raises(UnknownNameError):
        pick_quote(app, slug, "no such post", 1)
    with pytest.raises(UnknownNameError):
        pick_quote(app, slug, "the", 1)
    with pytest.raises(StateError, match="no candidate 9"):
        pick_quote(app, slug, "1", 9)


def test_a_digest_is_no_roundup(app: App) -> None:
    """What is for roundups refuses a digest."""
    drafted = draft_due_issues(app)[0].issue
    assert drafted is not None
    with pytest.raises(StateError, match="is no roundup"):
        pick_quote(app, drafted.issue.slug, "1", 1)


def test_the_text_file_finishes_a_roundup(app: App) -> None:
    """Headings and hooks by the file, quotes by number: then nothing is lacking."""
    slug = start_roundup(app, NEWSLETTER, YEAR).kept.issue.slug
    for number in range(1, 6):
        pick_quote(app, slug, str(number), 1)
    lines = []
    for line in write_galley(app.store.issues.get(slug)).splitlines():
        if line.startswith("#auto heading"):
            lines.append(f'heading = "Words of {len(lines)}"')
        elif line.startswith("#auto hook"):
            lines.append(f'hook = "The world did {len(lines)} things."')
        elif line.startswith("#auto closing"):
            lines.append('closing = "That was our year."')
        else:
            lines.append(line)
    import_galley(app, slug, "\n".join(lines).encode(), name="year.toml", by="Ada")
    assert roundup_lacks(app, app.store.issues.get(slug)) == ()


def test_votes_are_counted_and_decide(app: App, tmp_path: Path) -> None:
    """The winner of the vote is the first section and has a blurb; faults are all told."""
    votes = {"ada.csv": "Ada,ferry,1\nAda,pool,2\n", "bo.csv": "Bo,ferry,1\n"}
    counted = count_votes(app, NEWSLETTER, 2019, votes)
    assert [[entry.key.id for entry in tied] for tied in counted] == [["ferry"], ["pool"]]
    issue = start_roundup(app, NEWSLETTER, replace(YEAR, votes=votes)).kept.issue
    assert issue.stories[0].entries[0].id == "ferry"
    assert issue.sections[0].background.value
    wrong = {str(tmp_path): "Ada,nowhere,1\nAda,ferry,first\n"}
    with pytest.raises(ConfigError) as caught:
        start_roundup(app, NEWSLETTER, replace(YEAR, votes=wrong, again=True))
    assert len(caught.value.problems) == 2


def test_no_roundup_is_approved_without_an_editor(app: App) -> None:
    """An automatic newsletter's roundup waits for a person all the same."""
    newsletter = replace(NEWSLETTER, approval=Approval.AUTOMATIC)
    automatic = replace(app, config=replace(app.config, newsletters={"tidewell": newsletter}))
    start_roundup(automatic, newsletter, YEAR)
    assert list(approve_automatic(automatic)) == []


def test_an_unfinished_roundup_is_not_approved(app: App) -> None:
    """Not by a person either: what it lacks is named, and the command that lists it all."""
    slug = start_roundup(app, NEWSLETTER, YEAR).kept.issue.slug
    with pytest.raises(StateError, match=f"not finished: .*digest roundup finish {slug}"):
        approve_issue(app, slug, by="Ada")


def test_it_leaves_the_weekly_issue_alone(app: App) -> None:
    """A roundup uses no entries up: the week's issue has them all the same."""
    before = draft_due_issues(app)
    start_roundup(app, NEWSLETTER, YEAR)
    assert draft_due_issues(app) == ()
    kept = app.store.feeds.entry(year()[9].entry.key)
    assert kept is not None
    assert not kept.used_in
    assert before


def finished(app: App) -> Issue:
    slug = start_roundup(app, NEWSLETTER, YEAR).kept.issue.slug
    for number in range(1, 6):
        pick_quote(app, slug, str(number), 1)
    return app.store.issues.get(slug).issue


@pytest.mark.parametrize("quoted", [True, False], ids=["with quotes", "as drafted"])
def test_the_classic_theme_shows_a_roundup(app: App, *, quoted: bool) -> None:
    """Headings, lead-ins, quotes, closing, wish and help lines stand in both parts."""
    issue = finished(app) if quoted else start_roundup(app, NEWSLETTER, YEAR).kept.issue
    renderer = IssueRenderer(folders=(TEMPLATES,), public_url="https://letters.example")
    rendered = renderer.render(issue, NEWSLETTER)
    flat = " ".join(rendered.text.split())
    for part in (rendered.html, flat):
        for section in issue.sections:
            story = section.stories[0]
            assert section.heading.value in part
            assert story.lead_in.value in part
            assert story.url in part
            assert f"Read “{story.headline.value}”" in part
        assert part.count("call the Tidewell Harbour Line") >= len(issue.stories)
        assert issue.wish.value in part
        assert ("“…volunteers from the Ropewalk Trust" in part) is quoted
