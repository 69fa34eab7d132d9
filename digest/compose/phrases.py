"""The words a digest adds to its stories: dates, counts and labels, in the newsletter's language.

The wordings here are English; catalogues translate them (:mod:`digest.model.catalogue`). Templates
see :class:`Phrases` as ``phrases``.
"""

import re
from dataclasses import dataclass
from datetime import date

from digest.compose.bidi import CONTROLS
from digest.model import Catalogue
from digest.model.catalogue import DAY_AND_MONTH, FULL_DATE, LONG_DATE

_RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "syrc", "thaa"})

_SPEAKS_FOR_ITSELF = re.compile(
    r"©|\(c\)|(photo|photograph|photographie|image|picture|illustration|drawing|credit|crédit"
    r"|courtesy|artist|foto|bild|صورة|الصورة|تصوير)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's words: labels that stand as they are, and what is said of a number or day.

    ``list_separator`` stands between names in a row.
    """

    words: Catalogue
    also_published: str
    also_covered: str
    list_separator: str
    follows: str
    unsubscribe: str
    preferences: str
    view_in_browser: str
    in_this_issue: str
    follow: str
    other_issues: str
    previous_issue: str
    next_issue: str
    all_issues: str

    def issue_date(self, day: date) -> str:
        """An issue's day in full: "Thursday 18 June 2026"."""
        return self.words.date(FULL_DATE, day)

    def story_date(self, day: date, *, issue_day: date) -> str:
        """A story's day: "17 June", with its year where that is not the issue's."""
        same_year = day.year == issue_day.year
        return self.words.date(DAY_AND_MONTH if same_year else LONG_DATE, day)

    def stories(self, number: int) -> str:
        """How many stories there are: "5 stories"."""
        return self.words.counted("{number} story", "{number} stories", number)

    def reading_time(self, minutes: int) -> str:
        """How long a story takes: "3 minute read"."""
        return self.words.counted("{number} minute read", "{number} minute read", minutes)

    def read(self, title: str) -> str:
        """A link's label, naming the story it leads to."""
        return self.words.text("Read “{title}”", title=title)

    def why(self, name: str) -> str:
        """Why a reader gets a newsletter that does not say so itself."""
        return self.words.text("You get this because you subscribed to {name}.", name=name)

    def quote(self, text: str) -> str:
        """A quote in its marks; marks of the same kind inside it become the inner kind."""
        marks = self.words.text("“ ” ‘ ’", context="quotation marks")
        opens, closes, inner_opens, inner_closes = marks.split(" ")
        first, last = opens.strip(), closes.strip()
        if text.startswith(first) and text.endswith(last) and text.count(first) == 1:
            text = text.removeprefix(first).removesuffix(last).strip()
        if first in text:
            text = re.sub(rf"{re.escape(first)}\s*", inner_opens, text)
            text = re.sub(rf"\s*{re.escape(last)}", inner_closes, text)
        return f"{opens}{text}{closes}"

    def photo(self, credit: str) -> str:
        """A picture's credit line, announced as one where its own words do not."""
        if _SPEAKS_FOR_ITSELF.match(credit.lstrip(CONTROLS)):
            return credit
        return self.words.text("Image: {credit}", credit=credit)

    def more(self, number: int) -> str:
        """How many there are besides those named: "and 3 more"; nothing for none."""
        if number <= 0:
            return ""
        return self.words.counted("and {number} more", "and {number} more", number)

    def issue_of(self, day: str) -> str:
        """Which issue told something: "issue of 11 June"."""
        return self.words.text("issue of {day}", day=day)

    def part(self, number: int, count: int) -> str:
        """Which part of how many: "1 of 5"."""
        return self.words.text("{number} of {count}", number=number, count=count)

    def visit(self, name: str) -> str:
        """A button that leads to the publication's own site."""
        return self.words.text("More from {name}", name=name)


def phrases_for(words: Catalogue) -> Phrases:
    """The words for mails, of a catalogue."""
    return Phrases(
        words=words,
        also_published=words.text("Also published"),
        also_covered=words.text("Also covered by"),
        list_separator=words.text(", ", context="between names"),
        follows=words.text("Follows:"),
        unsubscribe=words.text("Unsubscribe"),
        preferences=words.text("Preferences"),
        view_in_browser=words.text("View in browser"),
        in_this_issue=words.text("In this issue"),
        follow=words.text("Find us elsewhere"),
        other_issues=words.text("Other issues"),
        previous_issue=words.text("Previous issue"),
        next_issue=words.text("Next issue"),
        all_issues=words.text("All issues"),
    )


def direction(language: str) -> str:
    """Which way a BCP 47 language is written: ``ltr`` or ``rtl``.

    A script subtag decides where there is one ("az-Arab", "ks-Deva"), else the language does.
    """
    first, *rest = language.lower().replace("_", "-").split("-")
    script = next((part for part in rest if len(part) == len("arab") and part.isalpha()), None)
    from_right = script in _RIGHT_TO_LEFT_SCRIPTS if script else first in _RIGHT_TO_LEFT
    return "rtl" if from_right else "ltr"
