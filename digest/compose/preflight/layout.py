"""Checks 35 and 36 as far as they can be told without a screen: targets and lines."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from digest.compose.preflight.computed import px
from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.shown import button_height, links, padding, text_finding, text_of
from digest.compose.preflight.stylesheet import declarations
from digest.model import Finding, Severity

_BUTTON, _TARGET = 44, 24
_LONGEST_LINE = 75
# A letter and its share of the spaces, in ems, where letters are wide. In Arial it is 0.43, in
# Times 0.38: HTML does not say which font a reader has, so what is told is too long in any.
_LETTER = 0.48
_WINDOW = 800.0
# A shorter one does not fill its line.
_PARAGRAPH = 120


def _buttons(proof: Proof) -> Iterator[Finding]:
    looks = proof.looks()
    for link in links(proof.document):
        height = button_height(link, looks)
        if height is not None and height < _BUTTON and not looks[link].hidden:
            what = f"a button is {height:.3g} px high, under {_BUTTON}"
            yield text_finding("button-height", what, text_of(link))


def _targets(proof: Proof) -> Iterator[Finding]:
    for link in links(proof.document):
        pictures = list(link.iter("img"))
        if text_of(link) or len(pictures) != 1:
            continue
        sizes = [pictures[0].get(side) or "" for side in ("width", "height")]
        for size, sides in zip(sizes, (padding(link)[1::2], padding(link)[::2]), strict=True):
            if size.isdecimal() and len(size) < 3 and int(size) + sum(sides) < _TARGET:  # noqa: PLR2004 - digits
                what = f"a linked image is {size} px, under {_TARGET}"
                yield text_finding("target-size", what, pictures[0].get("alt") or "")
                break


def _lines(proof: Proof) -> Iterator[Finding]:
    looks = proof.looks()
    for paragraph in proof.document.iter("p"):
        words = text_of(paragraph)
        look = looks[paragraph]
        if look.hidden or len(words) < _PARAGRAPH or look.size <= 0:
            continue
        characters = _room(paragraph) / (look.size * _LETTER)
        if characters > _LONGEST_LINE:
            what = f"a line holds about {characters:.0f} characters, over {_LONGEST_LINE}"
            yield text_finding("line-length", what, words)


def _room(element: HtmlElement) -> float:
    """At most how wide a text can be: the narrowest box around it, less the paddings inside."""
    lost = narrowest = 0.0
    for box in (element, *element.iterancestors()):
        width = _width(box)
        if width is not None:
            room = width - lost
            narrowest = min(narrowest, room) if narrowest else room
        right, left = padding(box)[1::2]
        lost += right + left
    return min(narrowest, _WINDOW) if narrowest > 0 else _WINDOW


def _width(box: HtmlElement) -> float | None:
    """A width in px that a box has for sure, or at most."""
    given = [
        px(declared.value)
        for declared in declarations(box.get("style", ""))
        if declared.name in {"width", "max-width"} and not declared.value.endswith("%")
    ]
    attribute = box.get("width", "")
    if attribute.isdecimal() and len(attribute) <= 5:  # noqa: PLR2004 - digits
        given.append(float(attribute))
    return min((width for width in given if width), default=None)


RULES = (
    Rule(
        id="button-height", severity=Severity.WARNING, look=_buttons,
        title=f"Buttons are {_BUTTON} px high",
        why="a fingertip covers that much",
        fix="Pad it: 12 px above and below a line of 24.",
    ),
    Rule(
        id="target-size", severity=Severity.WARNING, look=_targets,
        title=f"Linked images are {_TARGET} px or more either way",
        why="smaller ones cannot be hit without hitting their neighbour (WCAG 2.2, 2.5.8)",
        fix="Enlarge it, or pad the link around it.",
    ),
    Rule(
        id="line-length", severity=Severity.WARNING, look=_lines,
        title=f"A line holds at most {_LONGEST_LINE} characters",
        why="on the way back from a longer one the eye misses the next",
        fix="Narrow the column, or set larger letters.",
    ),
)  # fmt: skip
