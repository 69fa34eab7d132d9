"""Edits, applied to what the program says."""

from dataclasses import replace

import pytest
from hypothesis import given

from digest.curate.editing.edits import apply, undo
from digest.model import (
    NO_EDITS,
    Drop,
    Edits,
    Issue,
    Move,
    Origin,
    PlacedBy,
    Quote,
    SectionOrder,
    StoryQuotes,
    TextEdit,
    TextField,
    Wording,
)
from tests.core.editing import EDITS, NEWSLETTER, issue, key


def shape(text: Issue) -> dict[str, list[str]]:
    """The lead, the sections and the list, by the ids of their stories."""
    parts = {section.topic: section.stories for section in text.sections}
    told = {"lead": (text.lead,) if text.lead else (), **parts, "also": text.also_published}
    return {name: [each.entries[0].id for each in stories] for name, stories in told.items()}


def test_no_edits_change_nothing() -> None:
    """An issue that nobody touched is what the program made."""
    assert apply(NO_EDITS, issue(), newsletter=NEWSLETTER).issue == issue()


@given(edits=EDITS)
def test_edits_applied_twice_are_applied_once(edits: Edits) -> None:
    """Whatever was edited, doing it again to the result changes nothing."""
    once = apply(edits, issue(), newsletter=NEWSLETTER).issue
    assert apply(edits, once, newsletter=NEWSLETTER).issue == once


@given(edits=EDITS)
def test_no_story_is_lost_or_doubled(edits: Edits) -> None:
    """Every story stands in one place, but for those that were dropped."""
    result = shape(apply(edits, issue(), newsletter=NEWSLETTER).issue)
    found = sorted(each for stories in result.values() for each in stories)
    dropped = {drop.entry.id for drop in edits.drops}
    assert found == sorted({str(number) for number in range(1, 9)} - dropped)


@pytest.mark.parametrize(
    ("edits", "changes"),
    [
        pytest.param(Edits(drops=(Drop(entry=key(3)),)), {"town": ["2", "4"]}, id="drop"),
        pytest.param(Edits(drops=(Drop(entry=key(1)),)), {"lead": []}, id="drop-lead"),
        pytest.param(Edits(drops=(Drop(entry=key(50)),)), {"sea": ["6"]}, id="drop-copy"),
        pytest.param(
            Edits(moves=(Move(entry=key(3), topic="sea"),)),
            {"town": ["2", "4"], "sea": ["5", "6", "3"]},
            id="move",
        ),
        pytest.param(
            Edits(moves=(Move(entry=key(3), topic="sport"),)),
            {"town": ["2", "4"], "sport": ["3"]},
            id="move-to-a-topic-without-a-section",
        ),
        pytest.param(Edits(moves=(Move(entry=key(7), topic="sea"),)), {}, id="move-listed"),
        pytest.param(
            Edits(pins=(key(7),)), {"town": ["2", "3", "4", "7"], "also": ["8"]}, id="pin"
        ),
        pytest.param(
            Edits(lead=key(5)),
            {"lead": ["5"], "town": ["1", "2", "3", "4"], "sea": ["6"]},
            id="lead",
        ),
        pytest.param(
            Edits(lead=key(8)),
            {"lead": ["8"], "town": ["1", "2", "3", "4"], "also": ["7"]},
            id="lead-from-the-list",
        ),
        pytest.param(
            Edits(orders=(SectionOrder(section="town", entries=(key(4), key(9), key(2))),)),
            {"town": ["4", "2", "3"]},
            id="order",
        ),
    ],
)
def test_stories_stand_where_editors_put_them(edits: Edits, changes: dict[str, list[str]]) -> None:
    """Each kind of edit does what it says, and leaves the other places alone."""
    before = shape(issue())
    assert shape(apply(edits, issue(), newsletter=NEWSLETTER).issue) == before | changes


def test_sections_stand_in_the_order_given() -> None:
    """Those that are not named follow as they came."""
    result = apply(Edits(sections=("sea", "moon")), issue()).issue
    assert [section.topic for section in result.sections] == ["sea", "town"]


def test_a_section_without_stories_goes() -> None:
    """Nobody reads a heading over nothing."""
    drops = (Drop(entry=key(5)), Drop(entry=key(6)))
    assert [part.topic for part in apply(Edits(drops=drops), issue()).issue.sections] == ["town"]


def test_a_moved_story_says_who_moved_it() -> None:
    """Its placement is the editor's, with the editor's name."""
    moves = (Move(entry=key(3), topic="sea"),)
    result = apply(Edits(moves=moves, by="Ada"), issue()).issue
    placement = result.sections[1].stories[-1].placement
    assert placement is not None
    assert (placement.topic, placement.by) == ("sea", PlacedBy.EDITOR)
    assert placement.reason == "moved by Ada"


def test_texts_are_replaced_and_marked_as_edited() -> None:
    """A text of the issue, of a section, of a story (by any of its entries) and of a picture."""
    texts = (
        TextEdit(field=TextField.INTRO, value="Good morning."),
        TextEdit(field=TextField.HEADING, section="sea", value="At sea"),
        TextEdit(field=TextField.HEADLINE, entry=key(50), value="Ferry late", source="Headline 5"),
        TextEdit(field=TextField.ALT, entry=key(5), value="A ferry", source="A pier"),
    )
    edited = apply(Edits(texts=texts), issue())
    sea = edited.issue.sections[1]
    ferry = sea.stories[0]
    assert edited.issue.intro == Wording(value="Good morning.", origin=Origin.EDITED)
    assert sea.heading == Wording(value="At sea", origin=Origin.EDITED)
    assert ferry.headline == Wording(value="Ferry late", origin=Origin.EDITED)
    assert ferry.image is not None
    assert ferry.image.alt == "A ferry"


def test_a_text_whose_source_changed_is_flagged_and_stays() -> None:
    """The editor's words are kept; that the feed says something else now is told."""
    edit = TextEdit(field=TextField.HEADLINE, entry=key(2), value="Mine", source="Old headline")
    edited = apply(Edits(texts=(edit,)), issue())
    assert edited.issue.sections[0].stories[0].headline.value == "Mine"
    assert edited.unused == (f"the headline of {key(2)}: its source changed since it was edited",)
    assert apply(Edits(texts=(edit,)), edited.issue).unused == ()


def test_what_names_a_post_that_is_gone_is_reported_once() -> None:
    """One sentence for each post, with all that waits for it; none for what was dropped."""
    edits = Edits(
        lead=key(9),
        pins=(key(9), key(3)),
        texts=(TextEdit(field=TextField.HEADLINE, entry=key(9), value="Mine"),),
        drops=(Drop(entry=key(3)), Drop(entry=key(10))),
    )
    (sentence,) = apply(edits, issue()).unused
    assert sentence == (
        f"{key(9)} is not in the issue; kept for when it is: the lead, its pin, its headline"
    )


def test_the_subject_follows_what_the_issue_tells() -> None:
    """With another lead, the program's subject names that one; an editor's stays."""
    led = apply(Edits(lead=key(5)), issue(), newsletter=NEWSLETTER).issue
    assert led.subject == Wording(value="Headline 5 and 5 more")
    own = TextEdit(field=TextField.SUBJECT, value="Ours", source="Headline 1 and 5 more")
    both = Edits(lead=key(5), texts=(own,))
    assert apply(both, issue(), newsletter=NEWSLETTER).issue.subject.value == "Ours"


def test_the_subject_quotes_an_edited_headline() -> None:
    """What readers see in their inbox is what they find in the issue."""
    edit = TextEdit(field=TextField.HEADLINE, entry=key(1), value="Mine", source="Headline 1")
    led = apply(Edits(texts=(edit,)), issue(), newsletter=NEWSLETTER).issue
    assert led.subject == Wording(value="Mine and 5 more")


def test_quotes_are_the_editors_choice() -> None:
    """Chosen quotes take the place of those that were found."""
    quote = Quote(text=Wording(value="We waited.", origin=Origin.FEED))
    chosen = StoryQuotes(entry=key(50), quotes=(quote,))
    result = apply(Edits(quotes=(chosen,)), issue()).issue
    assert result.sections[1].stories[0].quotes == (quote,)


def test_undone_edits_give_the_programs_words_back() -> None:
    """Value and provenance are those from before."""
    edit = TextEdit(
        field=TextField.HEADLINE,
        entry=key(2),
        value="Mine",
        source="Headline 2",
        source_origin=Origin.FEED,
    )
    chosen = StoryQuotes(entry=key(2), quotes=(Quote(text=Wording(value="x")),))
    edits = Edits(texts=(edit,), quotes=(chosen,))
    edited = apply(edits, issue()).issue
    assert edited != issue()
    assert undo(edits.texts, edits.quotes, edited) == issue()


def test_a_topic_nobody_defined_is_passed_over() -> None:
    """A move to a topic that is gone from the configuration leaves the story where it is."""
    moves = (Move(entry=key(3), topic="moon"),)
    assert apply(Edits(moves=moves), issue(), newsletter=NEWSLETTER).issue == issue()


def test_a_lead_whose_topic_nobody_knows_goes_to_the_first_section() -> None:
    """Issues of an older program have no placements."""
    old = issue()
    assert old.lead is not None
    old = replace(old, lead=replace(old.lead, placement=None))
    assert shape(apply(Edits(lead=key(6)), old).issue)["town"] == ["1", "2", "3", "4"]
