"""The words of a roundup's draft: title, intro, lead-ins and numbers, by language.

English is the only catalogue so far. Another is one more :class:`RoundupPhrases` in
``_CATALOGUES``. Braced names are filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_EXACT_BELOW = 20
_HUNDREDS_ABOVE = 500
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
TO_COME = "TK"
"""Stands where something is not known: no issue can go out with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundupPhrases:
    """One language's words.

    ``lead_ins`` (for posts with a subject) and ``named`` (for those with a title only) take turns
    from section to section. ``asked`` is for titles that ask.

    ``numbers`` are the counts from one on that are written as words. ``intro`` has what is always
    said, ``intro_count`` and ``intro_examples`` what is said where it is known.
    """

    months: tuple[str, ...]
    numbers: tuple[str, ...]
    title: str
    noun: str
    over: str
    intro: str
    intro_count: str
    intro_count_alone: str
    intro_examples: str
    pair: str
    two_pairs: str
    lead_ins: tuple[str, ...]
    asked: str
    named: tuple[str, ...]
    preheader: str

    def number(self, count: int) -> str:
        """A count as one writes it: in a word where it has one."""
        return self.numbers[count - 1] if 0 < count <= len(self.numbers) else str(count)

    def about(self, count: int) -> str:
        """A count as one says it: exact below 20, else "over" the tens, above 500 the hundreds."""
        if count < _EXACT_BELOW:
            return self.number(count)
        step = 100 if count > _HUNDREDS_ABOVE else 10
        floor = count // step * step
        return str(count) if floor == count else self.over.format(number=floor)

    def headline(self, form: str, fill: Mapping[str, object]) -> str:
        """A title, with a no-break space before its last word."""
        first, space, last = _filled(form or self.title, fill).strip().rpartition(" ")
        return f"{first}{NO_BREAK_SPACE}{last}" if space else last

    def lead_in(self, turn: int, *, month: int, subject: str, title: str) -> str:
        """The line that leads to a post's quote: "In March, our blog looked at …:"."""
        if title.endswith("?"):
            form = self.asked
        else:
            forms = self.lead_ins if subject else self.named
            form = forms[turn % len(forms)]
        return form.format(month=self.months[month - 1], subject=subject, title=title)


def fill_standing(text: str, fill: Mapping[str, object]) -> str:
    """A standing text with its braced names filled in; "TK" where a value is not known."""
    return _filled(text, {name: value or TO_COME for name, value in fill.items()}).strip()


def _filled(form: str, fill: Mapping[str, object]) -> str:
    for name, value in fill.items():
        form = form.replace(f"{{{name}}}", str(value))
    return form


_ENGLISH = RoundupPhrases(
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
    numbers=(
        *("one", "two", "three", "four", "five", "six"),
        *("seven", "eight", "nine", "ten", "eleven", "twelve"),
    ),
    title="{Count} {noun} that told the story of {year}",
    noun="blog posts",
    over="over {number}",
    intro=(
        "One year is making room for the next, and before {next_year} asks for attention it is "
        "worth leafing through what {year} left with us. {known}There is no room to go back to "
        "all of it, so here are {number} stories that stayed with us: what happened, who did "
        "something about it, and what may be learned from it."
    ),
    intro_count="We published {count} {noun} in {year}, on everything from {examples}. ",
    intro_count_alone="We published {count} {noun} in {year}. ",
    intro_examples="We wrote about everything from {examples}. ",
    pair="{0} to {1}",
    two_pairs="{0} and {1} to {2} and {3}",
    lead_ins=(
        "In {month}, our blog looked at {subject}:",
        "In {month} we reported on {subject}:",
        "{month} brought a closer look at {subject}:",
        "In {month}, we turned to {subject}:",
        "In {month} our blog told of {subject}:",
    ),
    asked="In {month}, our blog asked “{title}”:",
    named=(
        "In {month}, our blog told that story in “{title}”:",
        "In {month} we wrote about it under the title “{title}”:",
        "{month} brought “{title}”, where we said:",
    ),
    preheader="What stayed with us from {year}: {topics}",
)

_CATALOGUES = {"en": _ENGLISH}


def roundup_phrases(language: str) -> RoundupPhrases:
    """The words for a BCP 47 language tag, by its first subtag; English where there are none."""
    return _CATALOGUES.get(language.lower().split("-")[0], _ENGLISH)
