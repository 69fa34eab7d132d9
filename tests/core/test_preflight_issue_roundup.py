"""Rules about roundups and their quotes."""

from dataclasses import replace

import pytest

from digest.model import Issue, IssueKind, Origin, Quote, Section, Severity, Wording
from tests.core.harbour import ISSUE, story
from tests.core.preflights import entry, found, proof

B, W = Severity.BLOCKER, Severity.WARNING
SOURCE = " ".join(f"word{number}" for number in range(1_000))


def words(count: int) -> str:
    """The first words of the source."""
    return " ".join(SOURCE.split()[:count])


def roundup(
    text: str = "", *, lead_in: str = "In May, Ines wrote:", hook: str = words(20), pivot: str = ""
) -> Issue:
    """A roundup of one section, whose post is quoted."""
    quote = Quote(text=Wording(value=text), pivot=Wording(value=pivot))
    told = replace(
        story(2, "A bakery"),
        lead_in=Wording(value=lead_in),
        quotes=(quote,) if text else (),
    )
    part = Section(
        topic="one",
        heading=Wording(value="On bread", origin=Origin.EDITED),
        stories=(told,),
        hook=Wording(value=hook),
    )
    return replace(ISSUE, kind=IssueKind.ROUNDUP, lead=None, sections=(part,))


@pytest.mark.parametrize(
    ("text", "content", "count"),
    [
        (f"“…{words(50)}”", f"<p>{SOURCE}</p>", 0),
        (f"{words(3)} … word9 word10", f"<p>{SOURCE}</p>", 0),
        ("word0 word2", f"<p>{SOURCE}</p>", 1),
    ],
    ids=["verbatim", "with-a-gap", "altered"],
)
def test_quotes_are_verbatim(text: str, content: str, count: int) -> None:
    """A quote whose words the post does not hold is a blocker at its story."""
    issue = roundup(text)
    made = proof(issue, entries=(entry(issue.stories[0], content=content),))
    findings = found("quote-verbatim", made)
    assert [each.severity for each in findings] == [B] * count
    assert all(each.place.field == "quote" and each.place.entry for each in findings)


def test_a_quote_without_its_post_cannot_be_verified() -> None:
    """A post that is gone blocks as well: nobody can say that the quote is true."""
    (told,) = found("quote-verbatim", proof(roundup("word0 word1")))
    assert "gone" in told.what


@pytest.mark.parametrize(
    ("length", "severity"),
    [(39, [W]), (40, []), (75, []), (76, [W]), (119, [W]), (120, [B])],
    ids=str,
)
def test_quote_lengths(length: int, severity: list[Severity]) -> None:
    """40 to 75 words; from 120 on it is a copy."""
    findings = found("quote-length", proof(roundup(words(length))))
    assert [each.severity for each in findings] == severity


@pytest.mark.parametrize(
    ("body", "there", "count"), [(200, 1_000, 0), (110, 1_000, 1), (200, 300, 1), (100, 300, 2)]
)
def test_quote_shares(body: int, there: int, count: int) -> None:
    """50 quoted words are too many of a body of 110, and of a post of 300."""
    issue = roundup(words(50))
    post = entry(issue.stories[0], content=words(there))
    assert len(found("quote-share", proof(issue, text=words(body), entries=(post,)))) == count


@pytest.mark.parametrize(
    ("rule", "issue", "count"),
    [
        ("quote-missing", roundup(), 1),
        ("quote-missing", roundup("a quote"), 0),
        ("quote-missing", ISSUE, 0),
        ("lead-in-colon", roundup(), 0),
        ("lead-in-colon", roundup(lead_in="In May, Ines wrote"), 1),
        ("lead-in-colon", roundup("a", pivot="And then"), 1),
        ("lead-in-colon", ISSUE, 0),
        ("hook-length", roundup(), 0),
        ("hook-length", roundup(hook=words(19)), 1),
        ("hook-length", ISSUE, 0),
        ("heading-proposed", roundup(), 0),
        ("heading-proposed", ISSUE, 0),
    ],
)
def test_the_form_of_sections(rule: str, issue: Issue, count: int) -> None:
    """Sections of a roundup quote, lead in and hook; a digest's are left alone."""
    assert len(found(rule, proof(issue))) == count


@pytest.mark.parametrize(("promised", "count"), [(1, 0), (5, 1), (None, 0)])
def test_title_counts(promised: int | None, count: int) -> None:
    """A title that promises another number of sections is a blocker."""
    findings = found("title-count", proof(roundup(), promised=promised))
    assert [each.severity for each in findings] == [B] * count


@pytest.mark.parametrize(("length", "count"), [(899, 1), (900, 0), (1_400, 0), (1_401, 1)])
def test_roundup_lengths(length: int, count: int) -> None:
    """A roundup has 900 to 1,400 words, and no other length is asked of it."""
    made = proof(roundup(), text="word " * length)
    assert len(found("roundup-length", made)) == count
    assert found("word-count", made) == ()
