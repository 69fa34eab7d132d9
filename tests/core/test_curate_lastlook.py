"""The last look's decisions: what became of a story, when it is looked at, who stands in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.lastlook import (
    Seen,
    is_look_due,
    is_outage,
    judge,
    look_lines,
    page_title,
    runners_up,
    stand_in,
)
from digest.model import (
    Choice,
    Entry,
    IssueState,
    KeptIssue,
    LastLook,
    LinkCheck,
    LookOutcome,
    PlacedBy,
    Placement,
    ScorePart,
    StoryTrouble,
    Trouble,
    Verdict,
)
from tests.core.harbour import ISSUE

NOW = datetime(2026, 6, 18, 9, tzinfo=UTC)
AHEAD = timedelta(minutes=10)
STORY = ISSUE.sections[0].stories[0]
PLAIN = replace(STORY, url="https://quay.net/2026/bakery")
ENTRY = Entry(
    key=STORY.entries[0], title="A bakery that runs on the tide", url=PLAIN.url, fingerprint="f"
)
LINK = LinkCheck(url=PLAIN.url, checked_at=NOW, final_url=PLAIN.url)


def seen(*, title: str = "", summary: str = "", page: str = "", **link: object) -> Seen:
    """The bakery's story, its entry now called that and its page answering so."""
    now = replace(ENTRY, title=title or ENTRY.title, summary=summary)
    check = replace(LINK, **link)  # type: ignore[arg-type]  # fields by name
    return Seen(story=PLAIN, link=check, page_title=page, before=ENTRY, now=now)


def kind(found: StoryTrouble | None) -> tuple[Trouble, bool] | None:
    return (found.trouble, found.grave) if found else None


GONE, UNREACHABLE = (Trouble.GONE, True), (Trouble.UNREACHABLE, False)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({}, None),
        ({"failure": "HTTP 404", "status": 404, "final_url": ""}, GONE),
        ({"failure": "HTTP 410", "status": 410, "final_url": ""}, GONE),
        ({"failure": "HTTP 451", "status": 451, "final_url": ""}, GONE),
        ({"failure": "no such host", "unresolved": True, "final_url": ""}, GONE),
        ({"final_url": "https://quay.net/"}, GONE),
        ({"final_url": "https://www.quay.net/de/"}, GONE),
        ({"final_url": "https://quay.net/index.html"}, GONE),
        ({"final_url": "https://quay.net/2026/bakery/"}, None),
        ({"final_url": "https://quay.net/?p=77"}, None),
        ({"failure": "HTTP 403", "status": 403, "final_url": ""}, None),
        ({"failure": "HTTP 429", "status": 429, "final_url": ""}, None),
        ({"failure": "HTTP 503", "status": 503, "final_url": ""}, UNREACHABLE),
        ({"failure": "timed out", "final_url": ""}, UNREACHABLE),
    ],
    ids=lambda value: (
        str(value.get("final_url") or value.get("failure", "there"))
        if isinstance(value, dict)
        else None
    ),
)
def test_a_page_that_is_gone_is_told_from_one_that_is_shy(
    link: dict[str, object], expected: tuple[Trouble, bool] | None
) -> None:
    """Gone by status, by name or by a redirect to the front page; refusals of robots are none."""
    assert kind(judge(seen(**link))) == expected


def test_a_front_page_that_was_one_from_the_start_is_fine() -> None:
    """A story whose own address is a front page did not fall back to it."""
    story = replace(PLAIN, url="https://quay.net/")
    link = replace(LINK, url=story.url, final_url="https://www.quay.net/")
    assert judge(Seen(story=story, link=link)) is None


@pytest.mark.parametrize(
    "title",
    [
        "RETRACTED: A bakery that runs on the tide",
        "A bakery that runs on the tide [withdrawn]",
        "Article rétracté : A bakery that runs on the tide",
        "Zurückgezogen: A bakery that runs on the tide",
        "Retirado: A bakery that runs on the tide",
        "سحب: A bakery that runs on the tide",
        "تم سَحب المقال",
    ],
)
def test_a_retraction_is_known_in_several_languages(title: str) -> None:
    """A title that says now that the story was taken back is grave."""
    assert kind(judge(seen(title=title))) == (Trouble.RETRACTED, True)


@pytest.mark.parametrize(
    "said",
    [
        {"title": "Correction: A bakery that runs on the tide"},
        {"title": "A bakery that runs on the tide (corrected)"},
        {"summary": "The oven is new. Correction: it is forty years old."},
        {"summary": "Berichtigung: Der Ofen ist alt."},
        {"summary": "Rectificatif : le four est vieux."},
        {"summary": "تصحيح: الفرن قديم."},
        {"page": "Corrected: A bakery that runs on the tide | Quay"},
    ],
    ids=str,
)
def test_a_notice_of_a_correction_is_grave(said: dict[str, str]) -> None:
    """In the title, the summary or the page's own title."""
    assert kind(judge(seen(**said))) == (Trouble.CORRECTED, True)


@pytest.mark.parametrize(
    "said",
    [
        {"summary": "The market correction went on, and prices fell."},
        {"summary": "She withdrew to the oven. Nothing was retracted but the awning."},
        {"title": "A bakery, that runs on the tide!"},
        {"page": "Home | Quay"},
        {"page": "Just a moment..."},
    ],
    ids=str,
)
def test_words_that_are_no_notices_are_nothing(said: dict[str, str]) -> None:
    """Running text about corrections, punctuation, and what pages are called otherwise."""
    assert judge(seen(**said)) is None


def test_what_was_known_at_approval_is_no_news() -> None:
    """A story that was about a retraction all along, or had its correction by then, is fine."""
    about = replace(ENTRY, title="Tide study retracted", summary="Correction: by one author.")
    link = replace(LINK)
    known = Seen(story=PLAIN, link=link, page_title=about.title, before=about, now=about)
    assert judge(known) is None


def test_another_title_is_told_and_another_story_is_grave() -> None:
    """Small changes of a title are told; one that shares little with the old one is grave."""
    near = judge(seen(title="The bakery that runs on the tide opens a shop"))
    far = judge(seen(title="Council bans ovens on Quay Street"))
    assert kind(near) == (Trouble.RETITLED, False)
    assert kind(far) == (Trouble.RETITLED, True)


def test_in_an_outage_links_say_nothing() -> None:
    """More than half unreached is our own network; what feeds say counts all the same."""
    lost = replace(LINK, failure="no such host", unresolved=True)
    refused = replace(LINK, failure="HTTP 404", status=404)
    assert is_outage([lost, lost, refused])
    assert not is_outage([lost, refused])
    assert not is_outage([])
    gone = seen(failure="no such host", unresolved=True)
    assert judge(gone, outage=True) is None
    assert kind(judge(seen(title="Retracted", failure="x"), outage=True)) == (
        Trouble.RETRACTED,
        True,
    )


@given(st.binary(max_size=400))
def test_any_page_has_some_title(body: bytes) -> None:
    """Whatever bytes a page begins with, its title is a line of text."""
    assert "\n" not in page_title(body)


def test_a_title_is_read_as_people_see_it() -> None:
    """Entities, line breaks and attributes do not matter."""
    page = b'<html><head><TITLE lang="en">Tides\n &amp; eels</title><title>no</title>'
    assert page_title(page) == "Tides & eels"


APPROVED = KeptIssue(
    id=1,
    issue=replace(ISSUE, send_at=NOW),
    state=IssueState.APPROVED,
    revision=2,
    created_at=NOW - timedelta(days=1),
    approved_at=NOW - timedelta(hours=9),
)
LOOK = LastLook(
    approved_at=NOW - timedelta(hours=9),
    looked_at=NOW - timedelta(minutes=5),
    outcome=LookOutcome.PASSED,
)


@pytest.mark.parametrize(
    ("kept", "look", "due"),
    [
        (APPROVED, None, True),
        (replace(APPROVED, state=IssueState.DRAFT), None, False),
        (replace(APPROVED, state=IssueState.SENDING), None, False),
        (replace(APPROVED, issue=replace(ISSUE, send_at=NOW + AHEAD)), None, True),
        (replace(APPROVED, issue=replace(ISSUE, send_at=NOW + 2 * AHEAD)), None, False),
        (replace(APPROVED, approved_at=NOW), None, True),
        (replace(APPROVED, issue=ISSUE, approved_at=NOW), None, False),
        (replace(APPROVED, issue=ISSUE), None, True),
        (APPROVED, LOOK, False),
        (APPROVED, replace(LOOK, looked_at=NOW - 3 * AHEAD), True),
        (
            APPROVED,
            replace(LOOK, looked_at=NOW - 3 * AHEAD, outcome=LookOutcome.HELD),
            False,
        ),
        (APPROVED, replace(LOOK, approved_at=NOW - timedelta(days=1)), True),
    ],
    ids=[
        "its-time-came",
        "a-draft",
        "under-way",
        "ten-minutes-ahead",
        "too-early",
        "just-approved-with-a-time",
        "just-approved-without-one",
        "approved-long-ago",
        "looked-at",
        "looked-at-long-ago",
        "held-long-ago",
        "approved-again",
    ],
)
def test_when_an_issue_is_looked_at(kept: KeptIssue, look: LastLook | None, due: bool) -> None:  # noqa: FBT001 - a table
    """Ahead of its time, once for each approval, and again where it waited since."""
    assert is_look_due(kept, look, now=NOW, ahead=AHEAD) is due


def test_an_issue_by_its_readers_clocks_is_looked_at_ahead_of_the_first() -> None:
    """The first reader's time counts, where it comes before that of the newsletter."""
    kept = replace(APPROVED, issue=replace(ISSUE, send_at=NOW + 20 * AHEAD))
    assert not is_look_due(kept, None, now=NOW, ahead=AHEAD)
    assert is_look_due(kept, None, now=NOW, ahead=AHEAD, opens_at=NOW + AHEAD)


def choice(number: int, topic: str, points: float, **changes: object) -> Choice:
    made = Choice(
        entry=replace(STORY.entries[0], id=f"c{number}"),
        title=f"Post {number}",
        source="Quay",
        verdict=Verdict.LEFT_OUT,
        reason="beyond the cap",
        placement=Placement(topic=topic, by=PlacedBy.RULE, reason="r"),
        score=(ScorePart(name="freshness", value=points, weight=1),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


TOPIC = ISSUE.sections[0].topic
TROUBLE = StoryTrouble(
    entry=STORY.entries[0],
    headline=str(STORY.headline),
    trouble=Trouble.GONE,
    what="its page is not found (404)",
    grave=True,
)


def test_the_runner_up_is_the_next_of_its_topic() -> None:
    """By rank; nothing of another topic, nothing told, and nothing an editor took out."""
    choices = [
        choice(1, TOPIC, 0.2),
        choice(2, TOPIC, 0.9),
        choice(3, TOPIC, 0.8, verdict=Verdict.LISTED),
        choice(4, "elsewhere", 1.0),
        choice(5, TOPIC, 1.0, verdict=Verdict.TOLD),
        choice(6, TOPIC, 1.0, decided_by="Ada"),
        choice(7, TOPIC, 1.0, score=()),
    ]
    assert [key.id for key in runners_up(TROUBLE, ISSUE, choices)] == ["c2", "c3", "c1"]


def test_another_source_of_the_story_goes_before_other_stories() -> None:
    """Where its page is gone; not where the story itself was retracted."""
    other = replace(STORY.entries[0], id="other")
    told = replace(STORY, entries=(*STORY.entries, other))
    section = replace(ISSUE.sections[0], stories=(told, *ISSUE.sections[0].stories[1:]))
    issue = replace(ISSUE, sections=(section, *ISSUE.sections[1:]))
    choices = [choice(1, TOPIC, 0.2)]
    assert [key.id for key in runners_up(TROUBLE, issue, choices)] == ["other", "c1"]
    retracted = replace(TROUBLE, trouble=Trouble.RETRACTED)
    assert [key.id for key in runners_up(retracted, issue, choices)] == ["c1"]


def test_a_stand_in_takes_the_place_and_nothing_else_moves() -> None:
    """In a section, as the lead or in the list; a listed one is listed no longer."""
    listed = ISSUE.also_published[0]
    after = stand_in(ISSUE, TROUBLE.entry, listed)
    assert after.sections[0].stories == (listed, *ISSUE.sections[0].stories[1:])
    assert after.also_published == ISSUE.also_published[1:]
    assert ISSUE.lead
    assert stand_in(ISSUE, ISSUE.lead.entries[0], listed).lead == listed
    assert stand_in(ISSUE, ISSUE.lead.entries[0], None).lead is None
    assert stand_in(ISSUE, choice(1, "x", 1).entry, listed) == ISSUE


def test_a_section_that_lost_its_only_story_goes() -> None:
    """No heading is left over nothing."""
    alone = replace(ISSUE, sections=(replace(ISSUE.sections[0], stories=(STORY,)),))
    assert stand_in(alone, TROUBLE.entry, None).sections == ()


def test_what_was_found_reads_as_sentences() -> None:
    """The outcome first, then each story with what could stand in for it."""
    found = replace(TROUBLE, runner_up=choice(1, TOPIC, 1).entry, runner_up_title="Post 1")
    look = replace(LOOK, outcome=LookOutcome.HELD, links=9, unreached=1, found=(found,), note="n")
    first, second = look_lines(look)
    assert first == "last look 2026-06-18 08:55 UTC: held (9 links asked, 1 without an answer); n"
    assert second.startswith("gone: “A bakery that runs on the tide” – its page is not found")
    assert second.endswith("; could stand in: “Post 1”")
