"""Catalogues: the words that the program itself puts into mails and pages, by language.

A text's key is its English wording, as in gettext; without a translation, that is what is said.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DATE = "date"
"""The context of forms of dates."""
FULL_DATE = "{weekday} {day} {month} {year}"
LONG_DATE = "{day} {month} {year}"
DAY_AND_MONTH = "{day} {month}"
FIRST_OF_MONTH = "1"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TextKey:
    """What a text is looked up by: its English wording, and where it stands if that matters."""

    text: str
    context: str = ""


def one_or_many(number: int) -> int:
    """The plural form of English: the first for one, else the second."""
    return 0 if number == 1 else 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """One source of texts in a language, and the one to ask for what it does not have.

    ``texts`` has a form for each plural of its language, or one; ``plural`` numbers the form that
    a count takes (CLDR's cardinal categories, in gettext's order).
    """

    language: str = "en"
    texts: Mapping[TextKey, tuple[str, ...]] = field(default_factory=dict)
    plural: Callable[[int], int] = one_or_many
    fallback: "Catalogue | None" = None

    def text(self, text: str, /, *, context: str = "", **fill: object) -> str:
        """A text in this language, its braced names filled in."""
        key = TextKey(text=text, context=context)
        holder = self._holder(key)
        return fill_in(holder.texts[key][0] if holder else text, fill)

    def counted(self, one: str, many: str, number: int, /, **fill: object) -> str:
        """A text that depends on a count, in the form that this count takes.

        ``{number}`` is the count; ``one`` and ``many`` are the English forms.
        """
        key = TextKey(text=one)
        holder = self._holder(key)
        forms, plural = (holder.texts[key], holder.plural) if holder else ((), one_or_many)
        return fill_in((forms or (one, many))[plural(number)], {"number": number} | fill)

    def month(self, number: int) -> str:
        """A month's name, as it stands in a date; ``number`` is 1 to 12."""
        return self.text(MONTHS[number - 1])

    def date(self, form: str, day: date) -> str:
        """A day in one of the forms above."""
        first = day.day == 1
        return self.text(
            form,
            context=DATE,
            weekday=self.text(WEEKDAYS[day.weekday()]),
            day=self.text(FIRST_OF_MONTH, context=DATE) if first else day.day,
            month=self.month(day.month),
            month_number=day.month,
            year=day.year,
        )

    def _holder(self, key: TextKey) -> "Catalogue | None":
        """The nearest catalogue that has a text: each counts by its own language's rule."""
        source: Catalogue | None = self
        while source and key not in source.texts:
            source = source.fallback
        return source


ENGLISH = Catalogue()
"""The words as the program has them."""


def fill_in(form: str, fill: Mapping[str, object]) -> str:
    """A text with its braced names filled in, in one pass; names that have no value stay."""
    return _PLACEHOLDER.sub(lambda name: str(fill.get(name[1], name[0])), form)


def placeholders(form: str) -> frozenset[str]:
    """The braced names of a text."""
    return frozenset(_PLACEHOLDER.findall(form))
