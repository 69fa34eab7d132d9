"""Corrections: which story is meant, the issue that tells it, and the amended page."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.compose.amending import amended
from digest.config.catalogues import read_words
from digest.curate.correcting import Mistake, correction_of, stories_named
from digest.model import Amendment, IssueKind
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER

NOW = datetime(2026, 6, 19, 10, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
BAKERY = ISSUE.sections[0].stories[0]
MISTAKE = Mistake(
    story=BAKERY,
    text="We said that the mill fills twice a day. It fills once.",
    title="A bakery that runs on one tide",
)
AMENDMENT = Amendment(
    issue_id=1,
    entry=BAKERY.entries[0],
    headline=str(BAKERY.headline),
    url=BAKERY.url,
    title=MISTAKE.title,
    text=MISTAKE.text,
    at=NOW,
    by="Ada",
    correction="c",
)


@pytest.mark.parametrize(
    "name",
    [BAKERY.url, str(BAKERY.entries[0]), BAKERY.entries[0].id, "bakery tide", "BAKERY"],
)
def test_a_story_is_named_in_several_ways(name: str) -> None:
    """By URL, key, id or words of its headline."""
    assert stories_named(ISSUE, name) == (BAKERY,)


def test_a_name_of_none_or_of_many_is_no_ones() -> None:
    """Words that several headlines have mean them all; nothing means nothing."""
    assert len(stories_named(ISSUE, "the")) > 1
    assert stories_named(ISSUE, "submarine") == ()
    assert stories_named(ISSUE, " ") == ()


def test_a_correction_tells_what_was_wrong_and_not_what_it_said() -> None:
    """Subject and title say so, then the text, its issue and the bare story; it is due at once."""
    issue = correction_of(ISSUE, MISTAKE, NEWSLETTER, now=NOW)
    assert (issue.kind, issue.slug) == (IssueKind.CORRECTION, f"{ISSUE.slug}-correction-1")
    assert issue.subject.value == "Correction: A bakery that runs on one tide"
    assert issue.intro.value.startswith(MISTAKE.text)
    assert "“A bakery that runs on the tide” in our issue of 18 June 2026." in issue.intro.value
    (story,) = issue.stories
    assert (story.headline.value, story.excerpt.value, story.image) == (MISTAKE.title, "", None)
    assert story.url == BAKERY.url
    assert issue.due_at > ISSUE.due_at
    second = correction_of(ISSUE, replace(MISTAKE, number=2), NEWSLETTER, now=NOW)
    assert second.key != issue.key


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("de", "Korrektur: A bakery"),
        ("fr", "Rectificatif\N{NO-BREAK SPACE}: A bakery"),
        ("ar", "تصحيح: A bakery"),
    ],
)
def test_a_correction_speaks_the_newsletters_language(language: str, subject: str) -> None:
    """Its subject, and the note on the page."""
    words = read_words(language, (TEMPLATES,))
    newsletter = replace(NEWSLETTER, language=language, words=words)
    issue = correction_of(ISSUE, MISTAKE, newsletter, now=NOW)
    assert issue.subject.value.startswith(subject)
    page = amended("<main></main>", [AMENDMENT], words=words, zone=LONDON)
    assert MISTAKE.text in page
    assert "Corrected" not in page


PAGE = f"""<body><main><article class="lead"><h2><a href="https://x.example/">Lead</a></h2></article>
<article class="story"><h3><a href="{BAKERY.url.replace("&", "&amp;")}">{BAKERY.headline}</a></h3>
<p>Twice a day.</p></article><ul><li><a href="https://y.example/">Listed</a></li></ul></main></body>"""


def test_a_note_stands_at_its_story() -> None:
    """Inside its part of the page, dated, and its headline is the right one now."""
    page = amended(PAGE, [AMENDMENT], words=NEWSLETTER.words, zone=LONDON)
    story = page[page.index('class="story"') : page.index("<ul>")]
    assert "Corrected on 19 June 2026: We said that" in story
    assert ">A bakery that runs on one tide</a>" in story
    assert page.count("Corrected on") == 1
    assert page.replace(story, "") == PAGE.replace(
        PAGE[PAGE.index('class="story"') : PAGE.index("<ul>")], ""
    )


def test_a_listed_story_is_noted_in_the_list() -> None:
    """So is one without a link, by its headline."""
    listed = replace(AMENDMENT, url="", headline="Listed", title="", text="No.")
    page = amended(PAGE, [listed], words=NEWSLETTER.words, zone=LONDON)
    assert "No.</p>\n</li>" in page


def test_what_cannot_be_placed_stands_on_top() -> None:
    """And what an editor writes is text, never markup."""
    lost = replace(AMENDMENT, url="https://z.example/", headline="?!", text="<script>x</script>")
    page = amended(PAGE, [lost], words=NEWSLETTER.words, zone=LONDON)
    assert page.startswith('<body><main>\n<p class="support correction" role="note">Corrected')
    assert "<script" not in page


def test_notes_of_one_story_stand_in_order() -> None:
    """A second correction follows the first."""
    again = replace(AMENDMENT, text="It never fills.", title="")
    page = amended(PAGE, [AMENDMENT, again], words=NEWSLETTER.words, zone=LONDON)
    assert page.index("We said") < page.index("It never fills.")
