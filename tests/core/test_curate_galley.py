"""Galleys: written, marked up and read again."""

import re

import pytest
from hypothesis import given

from digest.curate.editing.edits import apply
from digest.curate.editing.galley import Amended, amend, galley_of, read_galley, write_galley
from digest.curate.editing.texts import texts_of
from digest.model import (
    Drop,
    Edits,
    EntryKey,
    KeptIssue,
    Move,
    Origin,
    Quote,
    SectionOrder,
    StoryQuotes,
    TextEdit,
    TextField,
    Wording,
)
from tests.core.editing import EDITS, NEWSLETTER, issue, kept, key

KNOWN = {str(key(number)): key(number) for number in range(1, 60)}


def edited(edits: Edits) -> KeptIssue:
    """The issue with edits in it, as the store would hold it."""
    return kept(apply(edits, issue(), newsletter=NEWSLETTER).issue, edits)


def marked(before: KeptIssue, text: str, *, by: str = "Ada") -> Amended:
    """What comes of a galley with that text."""
    read = read_galley("issue.toml", text.encode())
    assert read.problems == ()
    assert read.value is not None
    return amend(before, read.value, newsletter=NEWSLETTER, known=KNOWN, by=by)


def block(text: str, number: int) -> str:
    """The block of a story, with its heading."""
    pattern = (
        rf"\n\[\S+\]\npost = \"{re.escape(str(key(number)))}\"\n(?:(?!\n\[|\n# Listed)[\s\S])*"
    )
    found = re.search(pattern, text)
    assert found
    return found[0]


def without(text: str, number: int) -> str:
    return text.replace(block(text, number), "")


def after(text: str, number: int, added: str) -> str:
    """The text with something added behind a story's block."""
    there = block(text, number)
    return text.replace(there, there + added)


@given(edits=EDITS)
def test_a_galley_reads_as_it_was_written(edits: Edits) -> None:
    """Whatever was edited, the file holds it."""
    before = edited(edits)
    read = read_galley("issue.toml", write_galley(before).encode())
    assert read.problems == ()
    assert read.value is not None
    assert read.value.galley == galley_of(before)


@given(edits=EDITS)
def test_an_untouched_galley_changes_nothing(edits: Edits) -> None:
    """Edits and provenance come back exactly, what names a post that is gone too."""
    before = edited(edits)
    result = marked(before, write_galley(before), by="somebody else")
    assert (result.edits, result.issue) == (before.edits, before.issue)
    assert (result.moves, result.warnings) == ((), ())


@given(edits=EDITS)
def test_deleting_every_line_of_an_editors_gives_the_programs_words_back(edits: Edits) -> None:
    """A text is reset by deleting it, whatever it is."""
    before = edited(Edits(texts=edits.texts))
    result = marked(before, write_galley(kept()))
    gone = {key(9), key(10)}
    assert all(edit.entry in gone or edit.section == "sport" for edit in result.edits.texts)
    assert Origin.EDITED not in {text.origin for text in texts_of(result.issue).values()}


def test_program_and_feed_words_are_comments_and_an_editors_are_not() -> None:
    """Each text shows whose it is, and an edited one what it replaced."""
    edit = TextEdit(
        field=TextField.HEADLINE, entry=key(2), value="Mine", source="Headline 2",
        source_origin=Origin.FEED,
    )  # fmt: skip
    lines = write_galley(edited(Edits(texts=(edit,)))).split("\n")
    assert '#auto excerpt = "Excerpt 2."' in lines
    at = lines.index('#feed headline = "Headline 2"')
    assert lines[at + 1] == 'headline = "Mine"'


def test_a_text_is_changed_by_taking_the_mark_away() -> None:
    """The edit knows what it replaced, and whose that was."""
    before = kept()
    text = write_galley(before).replace('#feed headline = "Headline 2"', 'headline = "Mine"')
    result = marked(before, text)
    assert result.edits == Edits(
        by="Ada",
        texts=(
            TextEdit(
                field=TextField.HEADLINE,
                entry=key(2),
                value="Mine",
                source="Headline 2",
                source_origin=Origin.FEED,
            ),
        ),
    )
    assert result.issue.sections[0].stories[0].headline.value == "Mine"
    assert result.issue.preheader.value.startswith("Mine")


def test_a_deleted_text_is_the_programs_again() -> None:
    """Its words come back as they were, and whose they were."""
    edit = TextEdit(
        field=TextField.HEADLINE, entry=key(2), value="Mine", source="Headline 2",
        source_origin=Origin.FEED,
    )  # fmt: skip
    before = edited(Edits(texts=(edit,)))
    result = marked(before, write_galley(before).replace('headline = "Mine"\n', ""))
    assert result.edits.texts == ()
    assert result.issue.sections == issue().sections


def test_a_deleted_block_drops_its_story() -> None:
    """A drop can be taken back by deleting it from the list of drops."""
    before = kept()
    result = marked(before, without(write_galley(before), 3))
    assert result.edits == Edits(drops=(Drop(entry=key(3)),), by="Ada")
    again = edited(result.edits)
    text = write_galley(again)
    assert f'[[dropped]]\npost = "{key(3)}"' in text
    back = marked(again, text.replace(f'[[dropped]]\npost = "{key(3)}"\n', ""))
    assert back.edits.drops == ()


def test_a_moved_block_moves_its_story() -> None:
    """Under another section: a move, with the place in it; the moves are known as new."""
    before = kept()
    text = write_galley(before)
    result = marked(before, after(without(text, 3), 5, block(text, 3)))
    move = Move(entry=key(3), topic="sea")
    assert result.moves == (move,)
    assert result.edits.moves == (move,)
    assert [each.entries[0] for each in result.issue.sections[1].stories] == [
        key(5), key(3), key(6)
    ]  # fmt: skip


def test_blocks_in_another_order_are_an_order() -> None:
    """Only of the section that was changed."""
    before = kept()
    text = write_galley(before)
    result = marked(before, after(without(text, 2), 4, block(text, 2)))
    order = SectionOrder(section="town", entries=(key(3), key(4), key(2)))
    assert result.edits == Edits(orders=(order,), by="Ada")


def test_sections_can_change_places() -> None:
    """A whole section is moved with its stories."""
    before = kept()
    text = write_galley(before)
    town, sea = (text.index(f'[[section]]\ntopic = "{each}"') for each in ("town", "sea"))
    end = text.index("# Listed")
    swapped = text[:town] + text[sea:end] + text[town:sea] + text[end:]
    result = marked(before, swapped)
    assert result.edits == Edits(sections=("sea", "town"), by="Ada")
    assert [section.topic for section in result.issue.sections] == ["sea", "town"]


def test_a_story_from_the_list_is_told_once_it_stands_in_a_section() -> None:
    """It is pinned, so that a rebuild tells it too."""
    before = kept()
    text = write_galley(before)
    moved = block(text, 7).replace("[[also]]", "[[section.story]]")
    result = marked(before, after(without(text, 7), 4, moved))
    assert result.edits == Edits(pins=(key(7),), by="Ada")
    assert result.issue.sections[0].stories[-1].entries == (key(7),)


def test_another_story_under_lead_leads() -> None:
    """The old one goes where its block was put."""
    before = kept()
    text = write_galley(before)
    old, new = block(text, 1), block(text, 5)
    told = old.replace("[lead]", "[[section.story]]")
    swapped = text.replace(new, "\n").replace(old, new.replace("[[section.story]]", "[lead]"))
    result = marked(before, after(swapped, 2, told.rstrip("\n") + "\n"))
    assert result.problems == ()
    assert result.edits.lead == key(5)
    assert result.issue.lead is not None
    assert result.issue.lead.entries[0] == key(5)
    assert result.issue.subject.value == "Headline 5 and 5 more"
    town = [each.entries[0] for each in result.issue.sections[0].stories]
    assert town == [key(2), key(1), key(3), key(4)]


def test_pins_are_set_and_taken_away() -> None:
    """``pin`` under a post, and ``[[pinned]]`` for one that is not there."""
    before = kept()
    post = f'post = "{key(3)}"\n'
    text = write_galley(before).replace(post, f"{post}pin = true\n")
    result = marked(before, f'{text}\n[[pinned]]\npost = "{key(40)}"\n')
    assert result.edits == Edits(pins=(key(3), key(40)), by="Ada")
    again = edited(result.edits)
    bare = write_galley(again).replace("pin = true\n", "")
    assert marked(again, bare).edits.pins == (key(40),)


def test_quotes_are_chosen_and_given_back() -> None:
    """A known quote keeps its provenance; deleting the list brings the program's back."""
    feed = Quote(text=Wording(value="We waited.", origin=Origin.FEED))
    chosen = StoryQuotes(entry=key(2), quotes=(feed,), source=())
    before = edited(Edits(quotes=(chosen,)))
    text = write_galley(before)
    assert 'quotes = [\n  { text = "We waited." },\n]' in text
    more = text.replace("},\n]", '},\n  { pivot = "Then:", text = "It came." },\n]')
    result = marked(before, more)
    (now,) = result.edits.quotes
    assert now.quotes[0] == feed
    assert now.quotes[1].pivot == Wording(value="Then:", origin=Origin.EDITED)
    reset = marked(before, text.replace('quotes = [\n  { text = "We waited." },\n]\n', ""))
    assert reset.edits.quotes == ()
    assert reset.issue == issue()


def test_a_changed_comment_is_pointed_out() -> None:
    """Whoever forgets to take the mark away is told so, with the line."""
    before = kept()
    text = write_galley(before).replace('#feed headline = "Headline 2"', '#feed headline = "Mine"')
    result = marked(before, text)
    assert result.edits == Edits()
    (warning,) = result.warnings
    assert warning.line == text.split("\n").index('#feed headline = "Mine"') + 1
    assert "still a comment" in str(warning)


def test_a_post_that_is_gone_is_named_and_the_rest_is_applied() -> None:
    """The file may be older than the issue."""
    before = kept()
    text = write_galley(before).replace(f"{key(4)}", "https://harbour.example/feed#44")
    text = text.replace('#auto intro = ""', 'intro = "Hello."')
    result = marked(before, text)
    (warning,) = result.warnings
    assert warning.message.startswith("https://harbour.example/feed#44 is not in the issue")
    assert result.issue.intro.value == "Hello."


def test_an_older_file_takes_nothing_away() -> None:
    """What it lacks may have come since: stories, pins and texts stay, and that is said."""
    edit = TextEdit(field=TextField.INTRO, value="Hello.")
    before = edited(Edits(pins=(key(2),), texts=(edit,), drops=(Drop(entry=key(6)),)))
    old = without(write_galley(kept(revision=2)), 3)
    result = marked(before, old.replace('#auto title = "Harbour Weekly"', 'title = "H. W."'))
    assert [each.value for each in result.edits.texts] == ["Hello.", "H. W."]
    assert (result.edits.pins, result.edits.drops) == (before.edits.pins, before.edits.drops)
    assert any("came after the file was written" in each.message for each in result.warnings)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param('topic = "sea"', 'topic = "see"', "there is no topic 'see'", id="topic"),
        pytest.param("[[also]]", "[[allso]]", "there is no such", id="table"),
        pytest.param("#feed headline =", "headlin =", "there is no such key", id="key"),
        pytest.param("revision = 3", 'revision = "x"', "revision", id="type"),
        pytest.param("revision = 3", "revision = ", "not valid TOML", id="syntax"),
        pytest.param(f'"{key(2)}"', f'"{key(3)}"', "stands in the file twice", id="twice"),
        pytest.param('topic = "sea"', 'topic = "town"', "stands in the file twice", id="section"),
        pytest.param('#auto intro = ""', 'alt = "x"', "there is no picture here", id="picture"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(old: str, new: str, words: str) -> None:
    """File, line, field and what is wrong; nothing is applied."""
    text = write_galley(kept())
    assert old in text
    read = read_galley("issue.toml", text.replace(old, new, 1).encode())
    problems = read.problems
    if read.value:
        amended = amend(kept(), read.value, newsletter=NEWSLETTER, known=KNOWN)
        problems = amended.problems
    assert problems
    assert words in str(problems[0])
    assert problems[0].file == "issue.toml"
    assert problems[0].line is not None


def test_a_lead_without_a_successor_is_refused() -> None:
    """Putting the lead under a section says nothing about who leads instead."""
    text = write_galley(kept())
    old = block(text, 1)
    told = old.replace("[lead]", "[[section.story]]").replace("\n# Listed", "")
    result = marked(kept(), after(text.replace(old, "\n"), 2, told))
    assert [problem.message for problem in result.problems] == ["no story leads the issue"]


def test_a_told_story_cannot_be_moved_to_the_list() -> None:
    """There is no edit for that, and the message says what there is."""
    text = write_galley(kept())
    moved = block(text, 6).replace("[[section.story]]", "[[also]]")
    result = marked(kept(), after(without(text, 6), 8, moved))
    assert "delete the block to drop it" in str(result.problems[0])


def test_a_key_may_hold_anything_but_is_one_line() -> None:
    """Ids of feeds are texts like others."""
    odd = EntryKey(feed=FEED_WITH_HASH, id='a"b\\c\n#d')
    edits = Edits(drops=(Drop(entry=odd, why="two\nlines"),))
    before = kept(issue(), edits)
    read = read_galley("f", write_galley(before).encode())
    assert read.value is not None
    assert read.value.galley == galley_of(before)


FEED_WITH_HASH = "https://harbour.example/feed#x"
