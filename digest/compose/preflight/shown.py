"""What of a mail is seen: its texts, its links and its buttons, each with its look."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from digest.compose.preflight.computed import NOT_SHOWN, Look, px
from digest.compose.preflight.stylesheet import declarations
from digest.model import Finding, Place, Severity

_INVISIBLE = re.compile(r"[\s\u00ad\u034f\u200b-\u200f\u2060\ufeff\u00a0]+")
_SIDES = {1: (0, 0), 2: (0, 0), 3: (0, 2), 4: (0, 2)}
_FAR_SIDES = {1: (0, 0), 2: (1, 1), 3: (1, 1), 4: (1, 3)}
# Below this it is a link with some air, not a button.
_BUTTON_PADDING = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as one element shows it, spaces made single."""

    element: HtmlElement
    text: str
    look: Look


def texts(document: HtmlElement, looks: Mapping[HtmlElement, Look]) -> Iterator[Shown]:
    """The visible texts of a mail that hold a letter or a digit, in document order."""
    for element in document.iter():
        if isinstance(element.tag, str) and element.tag not in NOT_SHOWN:
            yield from _shown(element, element.text, looks)
        parent = element.getparent()
        if parent is not None and element.tail:
            yield from _shown(parent, element.tail, looks)


def _shown(
    element: HtmlElement, text: str | None, looks: Mapping[HtmlElement, Look]
) -> Iterator[Shown]:
    seen = _INVISIBLE.sub(" ", text or "").strip()
    look = looks.get(element)
    if look and not look.hidden and any(map(str.isalnum, seen)):
        yield Shown(element, seen, look)


def text_of(element: HtmlElement) -> str:
    """All text inside an element, spaces made single."""
    return _INVISIBLE.sub(" ", "".join(map(str, element.itertext()))).strip()


def text_finding(rule: str, what: str, words: str) -> Finding:
    """A warning about a text, which is shown with it, shortened."""
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        what=what,
        excerpt=words[:80],
        place=Place(part="html"),
    )


def links(document: HtmlElement) -> Iterator[HtmlElement]:
    """The links of a mail: anchors with an address."""
    return (anchor for anchor in document.iter("a") if anchor.get("href") is not None)


def button_height(link: HtmlElement, looks: Mapping[HtmlElement, Look]) -> float | None:
    """The height in px of a link that is shown as a button; None where it is none.

    A button is a link with padding and a ground of its own, or alone in a cell that has these.
    """
    boxes = [link]
    cell = link.getparent()
    if cell is not None and cell.tag in {"td", "th"} and text_of(cell) == text_of(link):
        boxes.append(cell)
    above, below = map(
        sum, zip(*((padding(box)[0], padding(box)[2]) for box in boxes), strict=True)
    )
    if not _stands_out(boxes[-1], looks) and not _stands_out(link, looks):
        return None
    if min(above, below) < _BUTTON_PADDING:
        return None
    look = looks[link]
    return above + look.size * look.line_height + below


def padding(element: HtmlElement) -> tuple[float, float, float, float]:
    """The padding of a ``style`` attribute in px: above, right, below, left."""
    sides = [0.0, 0.0, 0.0, 0.0]
    for declared in declarations(element.get("style", "")):
        if declared.name == "padding":
            given = [px(part) or 0.0 for part in declared.value.split()][:4]
            (above, below), (right, left) = _SIDES[len(given)], _FAR_SIDES[len(given)]
            sides = [given[above], given[right], given[below], given[left]]
        elif declared.name.startswith("padding-"):
            side = declared.name.removeprefix("padding-")
            if side in {"top", "right", "bottom", "left"}:
                place = ("top", "right", "bottom", "left").index(side)
                sides[place] = px(declared.value) or 0.0
    return sides[0], sides[1], sides[2], sides[3]


def _stands_out(box: HtmlElement, looks: Mapping[HtmlElement, Look]) -> bool:
    parent = box.getparent()
    bordered = any(
        declared.name == "border" and not declared.value.startswith(("0", "none"))
        for declared in declarations(box.get("style", ""))
    )
    return bordered or (parent is not None and looks[box].ground != looks[parent].ground)
