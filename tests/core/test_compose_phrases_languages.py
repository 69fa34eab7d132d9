"""The shipped catalogues: plurals as CLDR has them, dates, marks; every text in every language."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import digest
from digest.compose.phrases import Phrases, phrases_for
from digest.config.catalogue_checks import known_texts
from digest.config.catalogues import check_catalogues, read_words
from digest.config.pofile import PoFile, parse_po
from digest.curate.inbox_row import inbox_row
from digest.curate.roundup.phrases import LEAD_INS, NAMED, NUMBERS, roundup_phrases
from digest.model import TextKey
from digest.model.catalogue import MONTHS, WEEKDAYS, placeholders
from digest.resources import TEMPLATES
from digest.web.problems import PROBLEM_WORDS
from tests.core.harbour import ISSUE, NEWSLETTER

LANGUAGES = ("ar", "de", "en", "fr")
# CLDR 45, cardinal rules for whole numbers, one list for each of gettext's forms in turn:
# en, de: one is 1. fr: one is 0 and 1 (its "many", from a million, is said like "other").
# ar: zero 0, one 1, two 2, few n % 100 in 3–10, many n % 100 in 11–99, other the rest.
CLDR = {
    "en": ([1], [0, 2, 3, 11, 21, 100, 101]),
    "de": ([1], [0, 2, 3, 11, 21, 100, 101]),
    "fr": ([0, 1], [2, 3, 11, 21, 100, 101]),
    "ar": (
        [0],
        [1],
        [2],
        [3, 10, 103, 110, 1003],
        [11, 26, 99, 111, 1011],
        [100, 101, 102, 200, 1000],
    ),
}


def phrases(language: str) -> Phrases:
    return phrases_for(read_words(language))


def shipped(language: str) -> PoFile:
    path = TEMPLATES / "locale" / language / "LC_MESSAGES" / "digest.po"
    return parse_po(path.read_text(encoding="utf-8"))


def test_the_shipped_catalogues_are_sound() -> None:
    """Nothing is wrong in them, and these languages are there."""
    assert check_catalogues([TEMPLATES]) == ()
    assert sorted(each.name for each in (TEMPLATES / "locale").iterdir()) == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    """All catalogues have the same texts, each with every placeholder, unless a form is a word."""
    english, other = shipped("en"), shipped(language)

    assert known_texts(other) == known_texts(english)
    for message in other.messages:
        assert all(message.forms.values()), message.key
        used = [placeholders(form) for form in message.forms.values()]
        wanted = placeholders(message.key.text) | placeholders(message.plural)
        # One, two and none are said in words where a language does so.
        assert any(names == wanted for names in used) or message.key.context == "date"


@pytest.mark.parametrize(
    ("language", "number", "form"),
    [
        pytest.param(language, number, form, id=f"{language}-{number}")
        for language, groups in CLDR.items()
        for form, numbers in enumerate(groups)
        for number in numbers
    ],
)
def test_counts_take_the_form_that_cldr_says(language: str, number: int, form: int) -> None:
    """Each count has its cardinal category's form."""
    message = next(m for m in shipped(language).messages if m.key.text == "{number} story")

    assert phrases(language).stories(number) == message.forms[form].format(number=number)


def texts_in(source: str) -> Iterator[TextKey]:
    """The texts that a module asks its catalogue for by a literal."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in {"text", "counted"} or not node.args:
            continue
        text = node.args[0]
        context = [n.value for n in node.keywords if n.arg == "context"]
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            said = context[0].value if context and isinstance(context[0], ast.Constant) else ""
            yield TextKey(text=text.value, context=str(said))


def test_the_catalogues_hold_what_the_program_says() -> None:
    """No text in the code or on a page is missing in them, and none is there in vain."""
    package = Path(digest.__file__).parent
    files = [file for file in package.rglob("*.py") if "store" not in file.parts]  # SQL is no text
    said = {key for file in files for key in texts_in(file.read_text("utf-8"))}
    for page in (TEMPLATES / "web").glob("*.html"):
        literals = re.findall(r'say\("([^"]+)"', page.read_text("utf-8"))
        said |= {TextKey(text=text) for text in literals}
    said |= {TextKey(text=text) for text in (*MONTHS, *WEEKDAYS, *LEAD_INS, *NAMED)}
    said |= {TextKey(text=text, context="number") for text in NUMBERS}
    said |= {TextKey(text=text) for words in PROBLEM_WORDS for text in (words.title, words.text)}
    said |= {
        TextKey(text=form, context="date")
        for form in ("{weekday} {day} {month} {year}", "{day} {month} {year}", "{day} {month}", "1")
    }
    said.add(TextKey(text=NEWSLETTER.subject))

    assert said == set(known_texts(shipped("en")).texts)


@pytest.mark.parametrize(
    ("language", "full", "short"),
    [
        ("en", "Monday 1 June 2026", "18 June"),
        ("fr", "lundi 1er juin 2026", "18 juin"),
        ("de", "Montag, 1. Juni 2026", "18. Juni"),
        ("ar", "الاثنين، 1 يونيو 2026", "18 يونيو"),
    ],
)
def test_dates(language: str, full: str, short: str) -> None:
    """A day is written as the language does."""
    words = phrases(language)

    assert words.issue_date(date(2026, 6, 1)) == full
    assert words.story_date(date(2026, 6, 18), issue_day=date(2026, 7, 1)) == short


@pytest.mark.parametrize(
    ("language", "full"),
    [
        ("en-US", "Thursday, January 1, 2026"),
        ("de-AT", "Donnerstag, 1. Jänner 2026"),
        ("fr-CA", "jeudi 1er janvier 2026"),
        ("ar-SY", "الخميس، 1 كانون الثاني 2026"),
        ("ja", "2026年1月1日木曜日"),
        ("es", "jueves, 1 de enero de 2026"),
        ("th", "วันพฤหัสบดี 1 มกราคม 2026"),
        ("xx", "Thursday 1 January 2026"),
    ],
)
def test_dates_of_regions_and_other_languages(language: str, full: str) -> None:
    """With the extra i18n they are the CLDR's; a form that asks for an era stays English."""
    pytest.importorskip("babel")
    assert phrases(language).issue_date(date(2026, 1, 1)) == full


@pytest.mark.parametrize(
    ("language", "text", "quoted"),
    [
        ("en", "He said “no”", "“He said ‘no’”"),
        ("fr", "Il a dit « non »", "«\xa0Il a dit “non”\xa0»"),
        ("fr", "« Non »", "«\xa0Non\xa0»"),
        ("de", "Er sagte „nein“", "„Er sagte ‚nein‘“"),
        ("de", "So “much” is left alone", "„So “much” is left alone“"),
        ("ar", "«نعم»", "«نعم»"),
    ],
)
def test_quotes_have_their_languages_marks(language: str, text: str, quoted: str) -> None:
    """The language's marks stand outside, its inner ones inside, and never twice."""
    assert phrases(language).quote(text) == quoted


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("fr", "The night ferry returns after eleven years away et 8 autres articles"),
        ("ar", "The night ferry returns after eleven years away و8 مقالات أخرى"),
        ("de", "The night ferry returns after eleven years away und 8 weitere Beiträge"),
    ],
)
def test_the_usual_subject_is_translated(language: str, subject: str) -> None:
    """The subject that a newsletter has by default is said in its language."""
    newsletter = replace(NEWSLETTER, words=read_words(language))

    assert inbox_row(newsletter, ISSUE.stories, day=date(2026, 6, 18)).subject == subject


@pytest.mark.parametrize(
    ("language", "dated"), [("fr", "18 juin 2026"), ("de", "18. Juni 2026"), ("en", "18 June 2026")]
)
def test_the_date_in_a_subject(language: str, dated: str) -> None:
    """A subject's date is in words, not ISO 8601."""
    newsletter = replace(NEWSLETTER, subject="{name}, {date}", words=read_words(language))

    row = inbox_row(newsletter, ISSUE.stories, day=date(2026, 6, 18))

    assert row.subject == f"The Harbour Letter, {dated}"


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Five blog posts that told the story of\xa02019"),
        ("fr", "Cinq articles de blog qui ont raconté\xa02019"),
        ("de", "Fünf Blogbeiträge, die 2019 erzählt\xa0haben"),
        ("ar", "خمس تدوينات روت حكاية عام\xa02019"),
    ],
)
def test_a_roundups_title(language: str, title: str) -> None:
    """Count word, noun and year, in the language's order and plural."""
    words = roundup_phrases(read_words(language))

    assert words.headline("", count=5, noun="", year=2019) == title


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_roundups_lead_ins_end_in_a_colon(language: str) -> None:
    """What leads to a quote ends so in every language, and leaves no placeholder."""
    words = roundup_phrases(read_words(language))
    for turn in range(len(LEAD_INS)):
        for subject, title in (("eels", "Eels"), ("", "Eels"), ("", "Eels?")):
            line = words.lead_in(turn, month=3, subject=subject, title=title)
            assert line.endswith(":")
            assert "{" not in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_roundups_intro_is_filled(language: str) -> None:
    """Counts, examples and years stand in it, and no placeholder is left."""
    words = roundup_phrases(read_words(language))
    known = words.known(2019, count=73, noun="", examples=words.examples(("a", "b", "c", "d")))
    intro = words.intro(2019, stories=5, known=known)

    assert known in intro
    assert "70" in known
    assert "{" not in intro + words.preheader(2019, "eels")
