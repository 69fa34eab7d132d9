"""Punctuation: marks in pairs, words apart."""

import re
from collections.abc import Iterator

from digest.compose.preflight.remarks import ADVICE, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import Placed, texts_of
from digest.model import Place

_URL = re.compile(r"\S*(?:://|www\.)\S*")
_MARKS = (("“", "”"), ("«", "»"))
_MARKS_BY_LANGUAGE = {"de": (("„", "“"), ("»", "«")), "sv": (), "fi": (), "da": (("„", "“"),)}
_CUT_OFF = ("…", "...")
_DOUBLE_SPACE = re.compile(r"\S(?P<gap>[ \t]{2,})\S")
_GLUED = re.compile(r"\b[^\W\d_]{2,}[a-zà-ÿ][.!?;:,][A-ZÀ-Þ][^\W\d_]+")
_EDGES = ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")


@rule(
    "quotation-marks",
    WARNING,
    "Quotation marks come in pairs, of two kinds where one quote stands in another",
    why="With a mark missing, readers cannot tell whose words they read.",
)
def _quotation_marks(proof: Proof) -> Iterator[Remark]:
    language = proof.newsletter.language.lower().split("-")[0] if proof.newsletter else "en"
    pairs = _MARKS_BY_LANGUAGE.get(language, _MARKS)
    for each in texts_of(proof):
        fault = next(filter(None, (_fault(each, *pair) for pair in pairs)), "")
        if fault:
            yield Remark(
                what=f"The {each.place.field} {fault}.",
                place=each.place,
                excerpt=each.text,
                fix="Close the quote, or use the inner marks inside it.",
            )


def _fault(placed: Placed, opens: str, closes: str) -> str:
    depth = 0
    for char in placed.text:
        depth += (char == opens) - (char == closes)
        if depth > 1:
            return f"has a quote within a quote, both in {opens}{closes}"
        if depth < 0:
            return f"closes a quote ({closes}) that was not opened"
    cut_off = placed.text.rstrip().endswith(_CUT_OFF)
    return f"opens a quote ({opens}) that is not closed" if depth and not cut_off else ""


@rule(
    "spacing",
    ADVICE,
    "Words are set apart by one space",
    why="Glued words and double spaces are traces of cutting and pasting.",
)
def _spacing(proof: Proof) -> Iterator[Remark]:
    for each in texts_of(proof):
        for fault, found in _badly_spaced(each):
            what = f"The {each.place.field} {fault}."
            yield Remark(what=what, place=each.place, excerpt=found, fix="Set one space.")
    for link in proof.document.iter("a"):
        label, after = link.text_content().strip(), (link.tail or "")[:1]
        if label[-1:].isalnum() and after.isalnum():
            found = f"{label}{(link.tail or '').split()[0]}"
            what = "A link's text is glued to the word behind it."
            yield Remark(what=what, place=Place(part="html"), excerpt=found, fix="Set one space.")


def _badly_spaced(placed: Placed) -> Iterator[tuple[str, str]]:
    if double := _DOUBLE_SPACE.search(placed.text):
        yield "has a double space", placed.text[max(0, double.start() - 15) : double.end() + 15]
    if glued := _GLUED.search(_URL.sub(" ", placed.text)):
        yield "has two words glued together", glued[0]
    if placed.text.startswith(_EDGES) or placed.text.endswith(_EDGES):
        yield "begins or ends with a no-break space", placed.text


RULES = (_quotation_marks, _spacing)
