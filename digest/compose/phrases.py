"""The words a digest adds to its stories: dates, counts and labels, by language.

English is the only catalogue so far. Another is one more :class:`Phrases` in ``_CATALOGUES``;
``plural`` picks a form for a number, so that languages with more than two fit.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "syrc", "thaa"})


def _one_or_many(number: int) -> int:
    return 0 if number == 1 else 1


_SPEAKS_FOR_ITSELF = re.compile(
    r"©|\(c\)|(photo|photograph|image|picture|illustration|drawing|credit|courtesy|artist)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's words. Braced names are filled in; counts come in their plural forms."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    issue_date_form: str
    story_date_form: str
    old_story_date_form: str
    story_forms: tuple[str, ...]
    minute_forms: tuple[str, ...]
    read_form: str
    read_story: str
    why_form: str
    also_published: str
    also_covered: str
    more_forms: tuple[str, ...]
    follows: str
    issue_of_form: str
    photo_form: str
    quote_marks: tuple[str, str, str, str]
    unsubscribe: str
    view_in_browser: str
    in_this_issue: str
    other_issues: str
    previous_issue: str
    next_issue: str
    all_issues: str
    plural: Callable[[int], int] = _one_or_many

    def issue_date(self, day: date) -> str:
        """An issue's day in full: "Thursday 18 June 2026"."""
        return self._dated(self.issue_date_form, day)

    def story_date(self, day: date, *, issue_day: date) -> str:
        """A story's day: "17 June", with its year where that is not the issue's."""
        same_year = day.year == issue_day.year
        return self._dated(self.story_date_form if same_year else self.old_story_date_form, day)

    def stories(self, number: int) -> str:
        """How many stories there are: "5 stories"."""
        return self.story_forms[self.plural(number)].format(number=number)

    def reading_time(self, minutes: int) -> str:
        """How long a story takes: "3 minute read"."""
        return self.minute_forms[self.plural(minutes)].format(number=minutes)

    def read(self, title: str) -> str:
        """A button's label, naming the story it leads to."""
        return self.read_form.format(title=title)

    def why(self, name: str) -> str:
        """Why a reader gets a newsletter that does not say so itself."""
        return self.why_form.format(name=name)

    def quote(self, text: str) -> str:
        """A quote in its marks; marks of the same kind inside it become the inner kind."""
        opens, closes, inner_opens, inner_closes = self.quote_marks
        if text.startswith(opens) and text.endswith(closes) and text.count(opens) == 1:
            text = text.removeprefix(opens).removesuffix(closes)
        return f"{opens}{text.replace(opens, inner_opens).replace(closes, inner_closes)}{closes}"

    def photo(self, credit: str) -> str:
        """A picture's credit line, announced as one where its own words do not."""
        if _SPEAKS_FOR_ITSELF.match(credit):
            return credit
        return self.photo_form.format(credit=credit)

    def more(self, number: int) -> str:
        """How many there are besides those named: "and 3 more"; nothing for none."""
        if number <= 0:
            return ""
        return self.more_forms[self.plural(number)].format(number=number)

    def issue_of(self, day: str) -> str:
        """Which issue told something: "issue of 11 June"."""
        return self.issue_of_form.format(day=day)

    def _dated(self, form: str, day: date) -> str:
        return form.format(
            weekday=self.weekdays[day.weekday()],
            day=day.day,
            month=self.months[day.month - 1],
            year=day.year,
        )


_ENGLISH = Phrases(
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    issue_date_form="{weekday} {day} {month} {year}",
    story_date_form="{day} {month}",
    old_story_date_form="{day} {month} {year}",
    story_forms=("{number} story", "{number} stories"),
    minute_forms=("{number} minute read", "{number} minute read"),
    read_form="Read “{title}”",
    read_story="Read the story",
    why_form="You get this because you subscribed to {name}.",
    also_published="Also published",
    also_covered="Also covered by",
    more_forms=("and {number} more", "and {number} more"),
    follows="Follows:",
    issue_of_form="issue of {day}",
    photo_form="Image: {credit}",
    quote_marks=("“", "”", "‘", "’"),
    unsubscribe="Unsubscribe",
    view_in_browser="View in browser",
    in_this_issue="In this issue",
    other_issues="Other issues",
    previous_issue="Previous issue",
    next_issue="Next issue",
    all_issues="All issues",
)

_CATALOGUES = {"en": _ENGLISH}


def phrases_for(language: str) -> Phrases:
    """The words for a BCP 47 language tag, by its first subtag; English where there are none."""
    return _CATALOGUES.get(language.lower().split("-")[0], _ENGLISH)


def direction(language: str) -> str:
    """Which way a BCP 47 language is written: ``ltr`` or ``rtl``.

    A script subtag decides where there is one ("az-Arab", "ks-Deva"), else the language does.
    """
    first, *rest = language.lower().replace("_", "-").split("-")
    script = next((part for part in rest if len(part) == len("arab") and part.isalpha()), None)
    from_right = script in _RIGHT_TO_LEFT_SCRIPTS if script else first in _RIGHT_TO_LEFT
    return "rtl" if from_right else "ltr"
