"""The words of a roundup's draft: title, intro, lead-ins and numbers, in the newsletter's language.

The wordings here are English; catalogues translate them (:mod:`digest.model.catalogue`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.model import Catalogue
from digest.model.catalogue import fill_in

_EXACT_BELOW = 20
_HUNDREDS_ABOVE = 500
_PAIRS = 4
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
TO_COME = "TK"
"""Stands where something is not known: no issue can go out with it."""

NUMBER = "number"
"""The context of numbers as words."""
NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
LEAD_INS = (
    "In {month}, our blog looked at {subject}:",
    "In {month} we reported on {subject}:",
    "{month} brought a closer look at {subject}:",
    "In {month}, we turned to {subject}:",
    "In {month} our blog told of {subject}:",
)
"""They take turns for posts with a subject."""
NAMED = (
    "In {month}, our blog told that story in “{title}”:",
    "In {month} we wrote about it under the title “{title}”:",
    "{month} brought “{title}”, where we said:",
)
"""They take turns for posts with a title only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundupPhrases:
    """One language's words for roundups."""

    words: Catalogue

    def number(self, count: int) -> str:
        """A count as one writes it: in a word where it has one."""
        in_words = 0 < count <= len(NUMBERS)
        return self.words.text(NUMBERS[count - 1], context=NUMBER) if in_words else str(count)

    def about(self, count: int) -> str:
        """A count as one says it: exact below 20, else "over" the tens, above 500 the hundreds."""
        if count < _EXACT_BELOW:
            return self.number(count)
        floor = _floor(count)
        return str(count) if floor == count else self.words.text("over {number}", number=floor)

    def noun(self, count: int) -> str:
        """What posts are called, beside a count of them."""
        said = count if count < _EXACT_BELOW else _floor(count)
        return self.words.counted("blog post", "blog posts", said)

    def headline(self, form: str, *, count: int, noun: str, year: int) -> str:
        """A title, with a no-break space before its last word; the language's own without a form.

        ``noun`` is what the publication calls its posts, if it does.
        """
        number = self.number(count)
        title = fill_in(
            form or self.words.text("{Count} {noun} that told the story of {year}"),
            {
                "Count": number[0].upper() + number[1:],
                "count": number,
                "noun": noun or self.noun(count),
                "year": year,
            },
        )
        first, space, last = title.strip().rpartition(" ")
        return f"{first}{NO_BREAK_SPACE}{last}" if space else last

    def preheader(self, year: int, topics: str) -> str:
        """What the inbox shows after the subject."""
        return self.words.text(
            "What stayed with us from {year}: {topics}", year=year, topics=topics
        )

    def intro(self, year: int, *, stories: int, known: str) -> str:
        """The paragraph that opens a roundup; ``known`` is a sentence that stands in it, if any."""
        return self.words.text(
            "One year is making room for the next, and before {next_year} asks for attention it "
            "is worth leafing through what {year} left with us. {known}There is no room to go "
            "back to all of it, so here are {stories} that stayed with us: what happened, who did "
            "something about it, and what may be learned from it.",
            year=year,
            next_year=year + 1,
            known=f"{known} " if known else "",
            stories=self.words.counted(
                "{number} story", "{number} stories", stories, number=self.number(stories)
            ),
        )

    def known(self, year: int, *, count: int | None, noun: str, examples: str) -> str:
        """How many posts the year had, and on what, as far as it is known."""
        counts: dict[str, str] = {
            "year": str(year),
            "count": self.about(count or 0),
            "noun": noun or self.noun(count or 0),
            "examples": examples,
        }
        if count and examples:
            return self.words.text(
                "We published {count} {noun} in {year}, on everything from {examples}.", **counts
            )
        if count:
            return self.words.text("We published {count} {noun} in {year}.", **counts)
        if examples:
            return self.words.text("We wrote about everything from {examples}.", **counts)
        return ""

    def examples(self, named: tuple[str, ...]) -> str:
        """Four subjects, or two, in a row; nothing for none."""
        if len(named) == _PAIRS:
            first, second, third, fourth = named
            return self.words.text(
                "{first} and {second} to {third} and {fourth}",
                first=first,
                second=second,
                third=third,
                fourth=fourth,
            )
        if not named:
            return ""
        return self.words.text("{first} to {second}", first=named[0], second=named[1])

    def lead_in(self, turn: int, *, month: int, subject: str, title: str) -> str:
        """The line that leads to a post's quote: "In March, our blog looked at …:"."""
        fill = {"month": self.words.month(month), "subject": subject, "title": title}
        if title.endswith(("?", "؟", "？")):
            return self.words.text("In {month}, our blog asked “{title}”:", **fill)
        forms = LEAD_INS if subject else NAMED
        return self.words.text(forms[turn % len(forms)], **fill)


def _floor(count: int) -> int:
    step = 100 if count > _HUNDREDS_ABOVE else 10
    return count // step * step


def fill_standing(text: str, fill: Mapping[str, object]) -> str:
    """A standing text with its braced names filled in; "TK" where a value is not known."""
    return fill_in(text, {name: value or TO_COME for name, value in fill.items()}).strip()


def roundup_phrases(words: Catalogue) -> RoundupPhrases:
    """The words for roundups, of a catalogue."""
    return RoundupPhrases(words=words)
