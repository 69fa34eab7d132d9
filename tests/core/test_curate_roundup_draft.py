"""A roundup's draft: what the program says, what it leaves to editors, and what it checks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.curate.editing.edits import apply
from digest.curate.editing.galley import amend, read_galley, write_galley
from digest.curate.roundup import (
    Counted,
    RoundupDraft,
    draft_roundup,
    lacks,
    quote_candidates,
    shortlist,
    substance,
)
from digest.curate.roundup.titles import proposed_heading, subject_of
from digest.model import (
    NO_WORDING,
    Edits,
    Entry,
    EntryKey,
    Issue,
    IssueKind,
    IssueState,
    KeptIssue,
    Newsletter,
    Origin,
    Quote,
    StandingText,
    StoryQuotes,
    TextEdit,
    TextField,
    Verdict,
    Wording,
)
from tests.core.tidewell import BODY, HELP, NEWSLETTER, entry, posts, year

NOW = datetime(2019, 12, 20, 9, tzinfo=UTC)
ENTRIES: Mapping[EntryKey, Entry] = {each.entry.key: each.entry for each in year()}


def draft(
    newsletter: Newsletter = NEWSLETTER,
    *,
    pick: int = 5,
    counted: Counted | None = None,
    elected: tuple[str, ...] = (),
) -> RoundupDraft:
    longlisted = posts(newsletter=newsletter)
    votes = [
        frozenset(each.key for each in longlisted.posts if each.key.id == name) for name in elected
    ]
    chosen = shortlist(longlisted, substance(longlisted, elected=votes), pick=pick)
    known = counted or Counted(year=73, total=728)
    return draft_roundup(newsletter, longlisted, chosen, counted=known, now=NOW, elected=votes)


def finished(issue: Issue) -> Issue:
    """The draft as an editor leaves it: everything written and one quote picked in each section."""
    texts = [
        TextEdit(field=field, section=section.topic, value=f"{field} words of {number}")
        for number, section in enumerate(issue.sections)
        for field in (TextField.HEADING, TextField.HOOK)
    ]
    quotes = [
        StoryQuotes(
            entry=story.entries[0],
            quotes=(
                Quote(
                    text=Wording(
                        value=quote_candidates(ENTRIES[story.entries[0]])[0].text,
                        origin=Origin.FEED,
                    )
                ),
            ),
        )
        for story in issue.stories
    ]
    return apply(Edits(texts=tuple(texts), quotes=tuple(quotes)), issue).issue


def said(issue: Issue) -> list[str]:
    return [each.what for each in lacks(issue, NEWSLETTER, ENTRIES)]


def test_the_title_counts_and_keeps_its_last_words_together() -> None:
    """Count word, noun and period; a no-break space before the last word."""
    issue = draft().issue
    assert issue.title.value == "Five blog posts that told the story of\xa02019"
    assert issue.kind is IssueKind.ROUNDUP
    assert issue.slug == "tidewell-roundup-2019"
    assert issue.send_at == NOW
    own = replace(
        NEWSLETTER, standing=StandingText(title="Our {count} {noun} of {year}", noun="tales")
    )
    assert draft(own, pick=3).issue.title.value == "Our three tales of\xa02019"


def test_the_intro_counts_and_names_four_examples_that_are_not_featured() -> None:
    """About 75 words, "over 70", and examples from posts that are not told."""
    made = draft()
    intro = made.issue.intro.value
    assert "over 70 blog posts in 2019" in intro
    assert "everything from a market hall without a roof" not in intro.lower()  # too long
    assert 55 <= len(intro.split()) <= 90
    subjects = [subject_of(ENTRIES[story.entries[0]]) for story in made.issue.stories]
    assert not any(subject in intro for subject in subjects if subject)


def test_what_is_not_known_is_left_out_and_said() -> None:
    """Without coverage of the year there is no number, and the closing waits for one."""
    made = draft(counted=Counted())
    assert "over 70" not in made.issue.intro.value
    assert "We wrote about everything from" in made.issue.intro.value
    assert "TK" in made.issue.closing.value
    assert any("does not cover 2019" in each for each in made.warnings)
    assert any("{total}" in each for each in made.warnings)
    assert any(each.startswith("TK stands for") for each in said(made.issue))


def test_closing_and_wish_come_from_standing_text() -> None:
    """Their braces are filled: since when, how many, and the next year."""
    issue = draft().issue
    assert issue.closing.value == "Since 2014 we have published over 700 posts about our town."
    assert issue.wish.value == "A calm and prosperous 2020 to all of you."


def test_sections_are_for_editors_to_write() -> None:
    """Headings are proposals that are no titles, hooks are empty, no quote is inserted."""
    issue = draft().issue
    assert len(issue.sections) == 5
    for section in issue.sections:
        story = section.stories[0]
        assert section.heading.origin is Origin.AUTO
        assert section.heading.value != story.headline.value
        assert section.hook == NO_WORDING
        assert story.quotes == ()
    headings = [section.heading.value for section in issue.sections if section.heading.value]
    assert len(set(headings)) == len(headings)


def test_lead_ins_name_the_month_and_their_verbs_take_turns() -> None:
    """Each ends in a colon and has its post's month on the publication's clock."""
    lead_ins = {story.entries[0].id: story.lead_in.value for story in draft(pick=8).issue.stories}
    assert all(each.endswith(":") for each in lead_ins.values())
    assert "June" in lead_ins["reef"]
    assert "asked “Who will heat the tidal pool?”" in lead_ins["pool"]
    assert len({each.split(" ", 2)[2][:12] for each in lead_ins.values()}) > 3


def test_a_post_of_new_years_eve_is_of_the_month_of_its_clock() -> None:
    """Half past eleven at night on the last of June in UTC is July in London."""
    kept = year()
    late = replace(kept[6], dated_at=datetime(2019, 6, 30, 23, 30, tzinfo=UTC))
    longlisted = posts([late])
    chosen = shortlist(longlisted, substance(longlisted), pick=1)
    made = draft_roundup(NEWSLETTER, longlisted, chosen, counted=Counted(), now=NOW)
    assert "July" in made.issue.stories[0].lead_in.value


def test_the_picture_at_the_top_is_not_shown_twice() -> None:
    """The hero has its credit and is taken from its story; help lines are with every story."""
    issue = draft().issue
    assert issue.hero is not None
    assert issue.hero.credit == "Ines Okafor"
    assert issue.hero not in [story.image for story in issue.stories]
    assert all(story.support == (HELP,) for story in issue.stories)


def test_related_posts_are_listed_with_their_reason() -> None:
    """Posts on a featured topic that are not featured go to the list, two to a topic at most."""
    made = draft()
    told = {story.entries[0] for story in made.issue.stories}
    listed = [story.entries[0] for story in made.issue.also_published]
    assert listed
    assert told.isdisjoint(listed)
    reasons = [each.reason for each in made.choices if each.verdict is Verdict.LISTED]
    assert len(reasons) == len(listed)
    assert all(each.startswith("related: on ") for each in reasons)


def test_winners_of_a_vote_get_a_blurb() -> None:
    """What was voted for has a background to rewrite; what was not has none."""
    made = draft(elected=("ferry", "pool"))
    backgrounds = {
        section.stories[0].entries[0].id: section.background.value
        for section in made.issue.sections
    }
    assert backgrounds["ferry"].startswith("Anybody who has stood on the quay")
    assert [name for name, text in backgrounds.items() if text] == ["ferry", "pool"]


def test_a_fresh_draft_says_everything_it_lacks() -> None:
    """Five headings, five hooks and five quotes are to do; a finished one lacks nothing."""
    issue = draft().issue
    assert said(issue).count("the hook is to be written") == 5
    assert said(issue).count("no quote is picked") == 5
    assert said(finished(issue)) == []


def test_a_changed_quote_is_not_verbatim_any_more() -> None:
    """An editor's word in the middle of a quote is found."""
    issue = finished(draft().issue)
    story = issue.stories[0]
    text = story.quotes[0].text.value.replace("donated", "old")
    spoilt = StoryQuotes(entry=story.entries[0], quotes=(Quote(text=Wording(value=text)),))
    found = said(apply(Edits(quotes=(spoilt,)), issue).issue)
    assert len(found) == 1
    assert "is not verbatim" in found[0]


@pytest.mark.parametrize(
    ("quote", "what"),
    [
        pytest.param(
            Quote(text=Wording(value="“The pupils of two schools.")),
            "without its partner",
            id="mark",
        ),
        pytest.param(Quote(text=Wording(value=" ")), "is empty", id="empty"),
        pytest.param(
            Quote(text=Wording(value="the pupils of two schools"), pivot=Wording(value="But")),
            "no colon",
            id="pivot",
        ),
    ],
)
def test_faulty_quotes_are_found(quote: Quote, what: str) -> None:
    """Unpaired marks, empty quotes and pivots without a colon."""
    issue = finished(draft().issue)
    edit = StoryQuotes(entry=issue.stories[0].entries[0], quotes=(quote,))
    assert any(what in each for each in said(apply(Edits(quotes=(edit,)), issue).issue))


def test_a_lost_help_line_is_found() -> None:
    """A story that touches its readers keeps the line that helps them."""
    issue = finished(draft().issue)
    section = issue.sections[0]
    bare = replace(section.stories[0], support=())
    lost = replace(issue, sections=(replace(section, stories=(bare,)), *issue.sections[1:]))
    assert any("help line is lost" in each for each in said(lost))


def test_two_posts_in_one_section_by_the_text_file() -> None:
    """Moving a story's block puts two posts under one heading; the title then counts wrong."""
    issue = draft().issue
    kept = KeptIssue(id=1, issue=issue, state=IssueState.DRAFT, revision=1, created_at=NOW)
    text = write_galley(kept)
    blocks = text.split("[[section]]")
    head, moved = blocks[2].split("[[section.story]]", 1)
    del head
    text = "[[section]]".join([blocks[0], f"{blocks[1]}[[section.story]]{moved}", *blocks[3:]])
    read = read_galley("roundup.toml", text.encode())
    assert read.value is not None, read.problems
    choices = {str(each.entry): each.entry for each in draft().choices}
    amended = amend(kept, read.value, newsletter=NEWSLETTER, known=choices)
    assert amended.problems == ()
    assert [len(section.stories) for section in amended.issue.sections] == [2, 1, 1, 1]
    assert any("promises five, and there are 4 sections" in each for each in said(amended.issue))


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        pytest.param("Dredging the basin: who pays?", "dredging the basin", id="first part"),
        pytest.param("Who pays? Dredging the basin", "dredging the basin", id="a question"),
        pytest.param("An oyster reef takes hold", "", id="a sentence"),
        pytest.param("Tidewell’s trams – a farewell", "Tidewell’s trams", id="a name"),
        pytest.param("GDPR two years on", "GDPR two years on", id="an acronym"),
        pytest.param("A rope walk: on foot", "a rope walk", id="an article"),
        pytest.param("Eels", "", id="one word"),
        pytest.param("“On rope”: what lasts", "on rope", id="marks"),
    ],
)
def test_a_subject_stands_in_a_sentence(title: str, subject: str) -> None:
    """The first telling part of a title, with a small letter unless it is a name."""
    text = f"<p>We asked in Tidewell’s harbour.</p>{BODY}"
    assert subject_of(entry("x", title, content=text)) == subject


def test_a_heading_is_proposed_but_never_the_title() -> None:
    """A topic of two to four words, else words that the text comes back to."""
    made = entry("x", "Sea and shore")
    assert proposed_heading(made, topic="Around town", taken=()) == "Around town"
    again = proposed_heading(made, topic="Sea and shore", taken=())
    assert again
    assert again.lower() != "sea and shore"
    assert proposed_heading(made, topic="Around town", taken=("Around town",)) != "Around town"
