"""Rules about an issue's texts."""

from dataclasses import replace

import pytest

from digest.model import Issue, Origin, Severity, Wording
from tests.core.harbour import ISSUE, section, story
from tests.core.preflights import LEAD_KEY, found, proof, retold

B, W = Severity.BLOCKER, Severity.WARNING


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Dear @@NAME@@, hello", B),
        ("Dear {{ name }}", B),
        ("{% if x %}", B),
        ("Lorem ipsum dolor", B),
        ("The number is TK.", B),
        ("TKTK", B),
        ("The Tk toolkit and an @ sign {set}", None),
        ("https://example.net/TK", None),
    ],
)
def test_leftovers_are_found_with_story_and_field(text: str, severity: Severity | None) -> None:
    """What was to be filled in is a blocker at its story and field."""
    findings = found("leftovers", proof(retold(excerpt=text)))
    assert [each.severity for each in findings] == ([severity] if severity else [])
    assert all((each.place.entry, each.place.field) == (LEAD_KEY, "excerpt") for each in findings)


def test_a_publishers_own_tk_is_a_warning() -> None:
    """A feed may write of TK Maxx; an automatic issue is not held for it."""
    issue = retold(headline=Wording(value="TK Maxx opens", origin=Origin.FEED))
    assert [each.severity for each in found("leftovers", proof(issue))] == [W]


def test_what_a_template_left_is_found_in_the_parts() -> None:
    """A leftover that stands in no text of the issue is told once for all parts."""
    findings = found("leftovers", proof(text="Hello {{ name }}", html="<p>Hello {{ name }}</p>"))
    assert [(each.place.part, each.excerpt) for each in findings] == [("text", "{{ name }}")]


@pytest.mark.parametrize(
    ("rule", "issue", "count"),
    [
        ("empty-heading", ISSUE, 0),
        ("empty-heading", replace(ISSUE, sections=(section(" ", story(2, "A")),)), 1),
        ("empty-heading", retold(headline=""), 1),
        ("empty-section", ISSUE, 0),
        ("empty-section", replace(ISSUE, sections=(section("Sea"),)), 1),
        ("empty-section", replace(ISSUE, lead=None, sections=()), 1),
        ("excerpt-length", retold(excerpt="word " * 61), 1),
        ("excerpt-length", retold(excerpt="word " * 60), 0),
        ("heading-words", replace(ISSUE, sections=(section("a b c d e f g", story(2, "A")),)), 1),
        (
            "heading-words",
            replace(ISSUE, sections=(section("The Tide!", story(2, "the tide")),)),
            1,
        ),
    ],
)
def test_sections_and_stories(rule: str, issue: Issue, count: int) -> None:
    """Headings are there and short, sections have stories, excerpts end."""
    assert len(found(rule, proof(issue))) == count


@pytest.mark.parametrize(("words", "count"), [(49, 1), (50, 0), (5_000, 0), (5_001, 1)], ids=str)
def test_word_counts(words: int, count: int) -> None:
    """An issue has 50 to 5,000 words; addresses are none."""
    text = "word " * words + "https://a.net/long"
    assert len(found("word-count", proof(text=text))) == count


def test_reading_time_is_told() -> None:
    """The reading time is advice, rounded up to whole minutes."""
    (told,) = found("reading-time", proof(text="word " * 231))
    assert "2 minutes" in told.what
    assert told.severity is Severity.ADVICE


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("He said “yes” and “no”.", "en", ""),
        ("He said “yes.", "en", "not closed"),
        ("He said yes”.", "en", "not opened"),
        ("“He said “yes” to her”", "en", "within"),
        ("“He said ‘yes’ to her”", "en", ""),
        ("“It goes on and on…", "en", ""),
        ("Er sagte „ja“.", "de", ""),
        ("Er sagte „ja.", "de", "not closed"),
        ("Han sade ”ja”.", "sv", ""),
        ("Il dit « oui.", "fr", "not closed"),
    ],
)
def test_quotation_marks(text: str, language: str, said: str) -> None:
    """Marks that lack their partner or repeat inside are found, by the language's own kinds."""
    findings = found("quotation-marks", proof(retold(excerpt=text), language=language))
    assert [said in each.what for each in findings] == ([True] if said else [])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One  two", 1),
        ("The end.Start again", 1),
        ("\N{NO-BREAK SPACE}Heading", 1),
        ("Node.js at www.Site.Com and 3.Five", 0),
        ("One two. Three", 0),
    ],
)
def test_spacing(text: str, count: int) -> None:
    """Double spaces, glued words and no-break spaces at the edges are advice."""
    findings = found("spacing", proof(retold(excerpt=text)))
    assert len(findings) == count
    assert all(each.severity is Severity.ADVICE for each in findings)


def test_glued_links_are_found() -> None:
    """A link whose text runs into the next word is told with both."""
    (told,) = found("spacing", proof(html='<p><a href="https://a.net">the report</a>says</p>'))
    assert told.excerpt == "the reportsays"
