"""The inbox row: an issue's subject and the preheader that mail clients show after it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from digest.curate.excerpts import shorten
from digest.curate.words import fold, one_line
from digest.model import Newsletter, Story
from digest.model.catalogue import LONG_DATE
from digest.model.newsletter import USUAL_SUBJECT

SUBJECT_LIMIT = 150
SUBJECT_SHOWN = 78
PREHEADER_SHORTEST = 40
PREHEADER_LIMIT = 130
_SHORTEST_LEAD = 20
_SEPARATOR = " · "
_FIELD = "lead.fields."
_LONGEST_FIELD = 60
_PLACEHOLDER = re.compile(r"\{(lead|more|count|name|date|lead\.fields\.[a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """What a reader sees before opening an issue. One line each; never equal."""

    subject: str
    preheader: str


def inbox_row(
    newsletter: Newsletter, stories: Sequence[Story], *, also: Sequence[Story] = (), day: date
) -> InboxRow:
    """The row for an issue of a day that tells ``stories``, the lead first, and lists ``also``."""
    dated = newsletter.words.date(LONG_DATE, day)
    subject = _subject(newsletter, stories, dated=dated)
    lead, following = stories[:1], stories[1:]
    padding = (
        *(story.headline.value for story in also),
        *(story.excerpt.value for story in lead),
        newsletter.tagline,
        newsletter.intro,
        *(story.headline.value for story in lead),
        newsletter.name,
        dated,
    )
    titles = [story.headline.value for story in following]
    return InboxRow(subject=subject, preheader=_preheader(titles, padding, subject=subject))


def _subject(newsletter: Newsletter, stories: Sequence[Story], *, dated: str) -> str:
    """The newsletter's template, filled. With one story, "and {more} more" makes no sense.

    Where the lead does not have a field that the template names, it is the usual one instead.
    A template that the catalogue knows is said in the newsletter's language, in the form that the
    count takes. The lead is shortened where the line gets longer than 78 characters.
    """
    names = set(_PLACEHOLDER.findall(newsletter.subject))
    fields = _fields(stories[0]) if stories else {}
    if any(name.startswith(_FIELD) and name not in fields for name in names):
        return _subject(replace(newsletter, subject=USUAL_SUBJECT), stories, dated=dated)
    lead = stories[0].headline.value if stories else ""
    if not lead and names & {"lead", "more"}:
        return shorten(one_line(newsletter.name), SUBJECT_LIMIT)
    if len(stories) == 1 and "more" in names:
        return shorten(lead, SUBJECT_LIMIT)
    template = one_line(_in_language(newsletter, more=len(stories) - 1))
    values = {
        "lead": lead if template.endswith("{lead}") else _inside_a_line(lead),
        "more": str(len(stories) - 1),
        "count": str(len(stories)),
        "name": one_line(newsletter.name),
        "date": dated,
        **fields,
    }
    excess = len(_fill(template, values)) - SUBJECT_SHOWN
    if excess > 0 and "lead" in names:
        room = max(_SHORTEST_LEAD, len(values["lead"]) - excess)
        values["lead"] = shorten(values["lead"], room)
    return shorten(_fill(template, values), SUBJECT_LIMIT)


def _fields(story: Story) -> dict[str, str]:
    return {
        f"{_FIELD}{field.name}": shorten(one_line(field.value), _LONGEST_FIELD)
        for field in story.fields
    }


def _in_language(newsletter: Newsletter, *, more: int) -> str:
    return newsletter.words.counted(newsletter.subject, newsletter.subject, max(more, 0))


def _fill(template: str, values: Mapping[str, str]) -> str:
    """The template in one pass, so that braces in a headline stay what they are."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)


def _inside_a_line(headline: str) -> str:
    """The headline without a closing full stop, which would end the line too early."""
    return headline if headline.endswith("..") else headline.removesuffix(".")


def _preheader(titles: Sequence[str], padding: Iterable[str], *, subject: str) -> str:
    """As many whole titles as fit 130 characters; padding, and a cut, only to reach 40.

    What the subject says already is left out. Short of material, it is shorter than 40.
    """
    line = _Line(subject=subject)
    for title in titles:
        if not line.add(title):
            break
    for piece in padding:
        if len(line.text) >= PREHEADER_SHORTEST:
            break
        line.add(piece)
    return line.text


class _Line:
    """A preheader in the making."""

    def __init__(self, *, subject: str) -> None:
        self.text = ""
        self._subject = fold(subject)
        self._said = {"", self._subject}

    def add(self, material: str) -> bool:
        """Append a piece, unless it says nothing new; False when there is no room for it."""
        piece = one_line(material)
        joined = f"{self.text}{_SEPARATOR}{piece}" if self.text else piece
        if fold(piece) in self._said or fold(joined) == self._subject:
            return True
        if len(joined) > PREHEADER_LIMIT:
            if len(self.text) >= PREHEADER_SHORTEST:
                return False
            joined = shorten(joined, PREHEADER_LIMIT)
        self._said.add(fold(piece))
        self.text = joined
        return True
