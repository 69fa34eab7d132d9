"""Dates, counts and labels."""

from datetime import date

import pytest

from digest.compose.phrases import direction, phrases_for
from digest.model import ENGLISH

PHRASES = phrases_for(ENGLISH)


def test_an_issue_date_is_in_full() -> None:
    """Weekday, day, month, year."""
    assert PHRASES.issue_date(date(2026, 6, 18)) == "Thursday 18 June 2026"


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 1, 1), "1 January"), (date(2025, 12, 31), "31 December 2025")],
    ids=["this year", "another year"],
)
def test_a_story_date_has_its_year_where_it_differs(day: date, expected: str) -> None:
    """The year is said when it is not the issue's."""
    assert PHRASES.story_date(day, issue_day=date(2026, 1, 2)) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 stories"), (1, "1 story"), (2, "2 stories"), (21, "21 stories")],
)
def test_counts_take_their_plural(number: int, expected: str) -> None:
    """One story, two stories."""
    assert PHRASES.stories(number) == expected


def test_other_words() -> None:
    """Reading times, buttons, credits and the reason in the footer."""
    assert PHRASES.reading_time(3) == "3 minute read"
    assert PHRASES.read("Tides {x}") == "Read “Tides {x}”"
    assert PHRASES.photo("Ines") == "Image: Ines"
    assert PHRASES.why("Harbour") == "You get this because you subscribed to Harbour."


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("FA", "rtl"),
        ("ur_PK", "rtl"),
        ("az-Arab", "rtl"),
        ("ks-Deva-IN", "ltr"),
        ("ar-Latn", "ltr"),
        ("de-1996", "ltr"),
    ],
)
def test_direction(language: str, expected: str) -> None:
    """The script decides where a tag names one, the language otherwise."""
    assert direction(language) == expected


@pytest.mark.parametrize(
    ("credit", "line"),
    [
        ("Ada Fenwick", "Image: Ada Fenwick"),
        ("Photo by Ada Fenwick", "Photo by Ada Fenwick"),
        ("© Harbour Museum", "© Harbour Museum"),
        ("Photogravure Society", "Image: Photogravure Society"),
    ],
    ids=["name", "photo-by", "copyright", "longer-word"],
)
def test_a_credit_is_announced_once(credit: str, line: str) -> None:
    """A credit line that says what it is stands as it is."""
    assert PHRASES.photo(credit) == line
