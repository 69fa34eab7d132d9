"""Explanations and differences: any post can be asked for, told or not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.curate.explaining.differences import DifferenceKind, differences
from digest.curate.explaining.explain import explain, find_choices, near_choices
from digest.model import (
    Choice,
    EntryKey,
    Issue,
    IssueKey,
    Period,
    PlacedBy,
    Placement,
    ScorePart,
    Section,
    Story,
    Verdict,
    Wording,
)

LAW = Placement(topic="law", by=PlacedBy.RULE, reason="tag = 'law'")


def choice(number: int, title: str, verdict: Verdict, points: float = 0.0) -> Choice:
    score = (ScorePart(name="recency", value=points, weight=1.0),) if points else ()
    return Choice(
        entry=EntryKey(feed="https://a.example/feed", id=f"post-{number}"),
        title=title,
        source="A",
        verdict=verdict,
        reason="because",
        placement=LAW if points else None,
        score=score,
    )


LEAD = choice(1, "Harbour bridge closes", Verdict.LEAD, 0.9)
TOLD = choice(2, "Library opens on Sundays", Verdict.TOLD, 0.5)
LISTED = choice(3, "Harbour dues rise", Verdict.LISTED, 0.4)
OLD = choice(4, "The storm of 1953", Verdict.LEFT_OUT)
COPY = replace(choice(5, "Bridge closed!", Verdict.MERGED), told_by=LEAD.entry, placement=LAW)
CHOICES = (LEAD, TOLD, LISTED, OLD, COPY)


def test_a_listed_post_stands_beside_the_cut() -> None:
    """What was not told shows the lowest score that was, and its own place."""
    found = explain(LISTED, CHOICES)
    assert (found.rank, found.rivals, found.cut) == (3, 3, TOLD)


def test_a_copy_is_explained_by_its_story() -> None:
    """A merged entry has the score of the story it belongs to, and the story its copies."""
    assert explain(COPY, CHOICES).story == LEAD
    assert explain(LEAD, CHOICES).merged == (COPY,)
    assert explain(COPY, CHOICES).merged == ()


def test_what_was_never_ranked_has_no_rank() -> None:
    """An entry from outside the period has a reason and no score."""
    found = explain(OLD, CHOICES)
    assert (found.rank, found.rivals, found.story) == (0, 0, OLD)


def test_pins_are_no_cut() -> None:
    """A story that an editor wanted says nothing of the score that was needed."""
    pinned = replace(TOLD, decided_by="Noor")
    assert explain(LISTED, (LEAD, pinned, LISTED)).cut == LEAD


@pytest.mark.parametrize(
    ("post", "found"),
    [
        pytest.param("post-3", [LISTED], id="id"),
        pytest.param("https://a.example/feed#post-4", [OLD], id="key"),
        pytest.param("HARBOUR bridge", [LEAD], id="words"),
        pytest.param("harbour", [LEAD, LISTED], id="several"),
        pytest.param("storm 1953", [OLD], id="words apart"),
        pytest.param("tramway", [], id="none"),
        pytest.param("", [], id="empty"),
        pytest.param("?!", [], id="marks"),
    ],
)
def test_posts_are_found(post: str, found: list[Choice]) -> None:
    """A post is named by id, key or words of its title, in any letter case."""
    assert list(find_choices(post, CHOICES)) == found


def test_a_known_key_goes_before_words() -> None:
    """An entry that is meant by its URL is the only one."""
    assert find_choices("harbour", CHOICES, keys={TOLD.entry}) == (TOLD,)


def test_what_comes_near() -> None:
    """A misspelt title leads to the titles it may mean, the likeliest first."""
    assert near_choices("harbor brigde", CHOICES)[0] == LEAD
    assert near_choices("zzz", CHOICES) == ()


def story(number: int) -> Story:
    return Story(
        entries=(EntryKey(feed="https://a.example/feed", id=f"post-{number}"),),
        url=f"https://a.example/{number}",
        headline=Wording(value=f"Story {number}"),
        excerpt=Wording(value=""),
        source="A",
        published_at=datetime(2026, 11, 20, tzinfo=UTC),
    )


def issue(*, lead: int = 1, law: tuple[int, ...] = (), also: tuple[int, ...] = ()) -> Issue:
    period = Period(
        start=datetime(2026, 11, 19, tzinfo=UTC), end=datetime(2026, 11, 26, tzinfo=UTC)
    )
    stories = tuple(map(story, law))
    return Issue(
        key=IssueKey(newsletter="weekly", period=period),
        slug="weekly-2026-11-26",
        title=Wording(value="Weekly"),
        subject=Wording(value="Weekly"),
        preheader=Wording(value=""),
        lead=story(lead),
        sections=(Section(topic="law", heading=Wording(value="Law"), stories=stories),),
        also_published=tuple(map(story, also)),
    )


def test_the_same_issue_does_not_differ() -> None:
    """An issue has no difference to itself."""
    assert differences(issue(law=(2, 3)), issue(law=(2, 3))) == ()


def test_in_out_moved_and_ranked_anew() -> None:
    """Each story that differs is told once, with where it was, where it is, and why."""
    before = issue(law=(2, 3, 4), also=(5, 6))
    after = issue(law=(4, 2, 5), also=(7,))
    found = differences(before, after, choices=(replace(LISTED, reason="over the limit"),))
    assert [(each.kind, each.headline, each.before, each.after) for each in found] == [
        (DifferenceKind.OUT, "Story 3", "Law 2", ""),
        (DifferenceKind.OUT, "Story 6", "also published 2", ""),
        (DifferenceKind.IN, "Story 7", "", "also published 1"),
        (DifferenceKind.RANKED, "Story 2", "Law 1", "Law 2"),
        (DifferenceKind.RANKED, "Story 4", "Law 3", "Law 1"),
        (DifferenceKind.MOVED, "Story 5", "also published 1", "Law 3"),
    ]
    assert found[0].why == "over the limit"
    assert found[1].why == "not among the entries of its period any more"


def test_a_story_that_only_moves_up_is_not_ranked_anew() -> None:
    """When the first story goes, the others keep their order, and are no difference."""
    found = differences(issue(law=(2, 3, 4)), issue(law=(3, 4)))
    assert [each.kind for each in found] == [DifferenceKind.OUT]
