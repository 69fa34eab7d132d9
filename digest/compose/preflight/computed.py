"""What each element of a mail looks like: its styles after cascade and inheritance.

A client's part of CSS 2.1 §6: rules of ``<style>`` blocks that hold on a desktop, ``style``
attributes, and the old attributes (``bgcolor``, ``<font>``), as far as colour and type go.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from digest.compose.preflight.contrast import (
    BLACK,
    LINK,
    WHITE,
    Colour,
    inverted_ground,
    inverted_text,
    parse_colour,
)
from digest.compose.preflight.stylesheet import Declaration, StyleRule, declarations

# Outlook's apps and outlook.com put these on an element whose colours they changed.
MARK = re.compile(r"\[data-ogs[cb]\]\s*", re.IGNORECASE)
NOT_SHOWN = frozenset({"head", "style", "script", "title", "template", "noscript"})
_SIZES = {"h1": 32.0, "h2": 24.0, "h3": 18.72, "h5": 13.28, "h6": 10.72, "small": 13.3}
_KEYWORDS = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0,
    "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_PER_UNIT = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54}
_LENGTH = re.compile(r"([-+]?\d*\.?\d+)(px|pt|pc|in|cm|mm|r?em|%)?\Z")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|(?:rgb|hsl)a?\([^)]*\)|\b[a-zA-Z]+\b(?!\s*\()")
_URL = re.compile(r"url\([^)]*\)", re.IGNORECASE)
_BOLD = 600
_USUAL_LINE = 1.2
# Selectors that match nothing in a mail that lies there unread and untouched.
_MOMENTARY = re.compile(
    r":{1,2}(?:hover|active|focus|visited|before|after|checked|target)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Look:
    """How an element's own text is shown. ``size`` is in px, ``line`` in px or a multiple of it.

    ``ground`` is the opaque colour behind it, None where a picture or a gradient is.
    ``family`` is the one of a ``style`` attribute or ``<font>``, its own or inherited.
    """

    colour: Colour = BLACK
    ground: Colour | None = WHITE
    size: float = 16.0
    bold: bool = False
    line: float = _USUAL_LINE
    line_in_px: bool = False
    family: str = ""
    hidden: bool = False
    underlined: bool = False
    align: str = ""
    transform: str = ""

    @property
    def line_height(self) -> float:
        """The height of a line as a multiple of the size."""
        return self.line / self.size if self.line_in_px and self.size else self.line


@dataclass(frozen=True, slots=True)
class Setting:
    """One declaration for one element; ``marked`` where an ``[data-ogsc]`` rule makes it."""

    value: str
    inline: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A way to look at a mail. ``forced`` inverts colours, ``marked`` heeds Outlook's rules."""

    scheme: str = "light"
    forced: bool = False
    marked: bool = False


LIGHT = Mode()
DARK = Mode(scheme="dark")
INVERTED = Mode(forced=True)
OUTLOOK_DARK = Mode(forced=True, marked=True)

Settings = Mapping[str, Setting]


def looks(
    document: HtmlElement, rules: Sequence[StyleRule], mode: Mode = LIGHT
) -> dict[HtmlElement, Look]:
    """The look of every element, parents before their children."""
    from_sheets = _from_sheets(document, rules, mode)
    found: dict[HtmlElement, Look] = {}
    base = _inverted_base(Look()) if mode.forced else Look()
    for element in document.iter(etree.Element):
        parent = element.getparent()
        above = base if parent is None else found.get(parent, base)
        settings = _cascade(element, from_sheets.get(element, ()))
        found[element] = _look(element, settings, above, mode)
    return found


def px(value: str, *, size: float = 16.0, whole: float = 0.0) -> float | None:
    """A CSS length in px; ``size`` is what an em is, ``whole`` what 100 % is. None for others."""
    found = _LENGTH.match(value.strip().lower())
    if not found:
        return None
    number, unit = float(found[1]), found[2] or "px"
    if unit == "%":
        return number * whole / 100
    if unit in {"em", "rem"}:
        return number * (size if unit == "em" else 16.0)
    return number * _PER_UNIT[unit]


_Match = tuple[tuple[bool, tuple[int, int, int], int], Declaration, bool]


def _from_sheets(
    document: HtmlElement, rules: Sequence[StyleRule], mode: Mode
) -> dict[HtmlElement, list[_Match]]:
    matches: dict[HtmlElement, list[_Match]] = {}
    for order, rule in enumerate(rules):
        if not rule.applies(mode.scheme) or not rule.declarations:
            continue
        for selector in rule.selectors:
            marked = bool(MARK.search(selector))
            if marked and not mode.marked:
                continue
            specificity, elements = _selected(document, MARK.sub("", selector))
            for element in elements:
                matches.setdefault(element, []).extend(
                    ((each.important, specificity, order), each, marked)
                    for each in rule.declarations
                )
    return matches


def _selected(
    document: HtmlElement, selector: str
) -> tuple[tuple[int, int, int], list[HtmlElement]]:
    if _MOMENTARY.search(selector):
        return (0, 0, 0), []
    try:
        return _specificity(selector), cast("list[HtmlElement]", _compiled(selector)(document))
    except (SelectorError, etree.XPathError, NotImplementedError, ValueError):
        return (0, 0, 0), []


@lru_cache(maxsize=1024)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _specificity(selector: str) -> tuple[int, int, int]:
    classes = len(re.findall(r"[.\[]|(?<!:):(?!:)", selector))
    types = len(re.findall(r"(?:^|[\s>+~])[a-zA-Z]", selector))
    return selector.count("#"), classes, types


def _cascade(element: HtmlElement, matches: Iterable[_Match]) -> Settings:
    """What holds for an element: sheets, then its style attribute, then what is important."""
    ordered = sorted(matches, key=lambda match: match[0])
    own = declarations(element.get("style", ""))
    plain = [(each, False, marked) for (late, *_), each, marked in ordered if not late]
    late = [(each, False, marked) for (late, *_), each, marked in ordered if late]
    settings = dict(_attributes(element))
    for each, inline, marked in (
        *plain,
        *((each, True, False) for each in own),
        *late,
        *((each, True, False) for each in own if each.important),
    ):
        for name, value in _expanded(each):
            settings[name] = Setting(value, inline=inline, marked=marked)
    return settings


def _expanded(declared: Declaration) -> tuple[tuple[str, str], ...]:
    """Shorthands as the properties that matter here."""
    name, value = declared.name, declared.value
    if name == "background":
        pictured = re.search(r"url\(|gradient\(", value, re.IGNORECASE)
        plain = _URL.sub(" ", value)
        named = (word for word in _COLOUR.findall(plain) if parse_colour(word))
        picture = "picture" if pictured else "none"
        return ("background-color", next(named, "transparent")), ("background-image", picture)
    if name == "font":
        sized = re.search(r"([\d.]+(?:px|pt|r?em|%))(?:\s*/\s*([\d.]+\w*))?\s*(.*)\Z", value)
        if not sized:
            return ()
        weight = "bold" if re.match(r"(?:.*\s)?(?:bold|[6-9]00)\s", value) else "normal"
        line = sized[2] or "normal"
        return (
            ("font-size", sized[1]), ("line-height", line),
            ("font-family", sized[3]), ("font-weight", weight),
        )  # fmt: skip
    if name == "text-decoration-line":
        return (("text-decoration", value),)
    return ((name, value),)


def _attributes(element: HtmlElement) -> Iterable[tuple[str, Setting]]:
    for attribute, name in (("bgcolor", "background-color"), ("background", "background-image")):
        if value := element.get(attribute):
            yield name, Setting(value)
    coloured = {"font": "color", "body": "text"}.get(str(element.tag), "")
    if coloured and (value := element.get(coloured)):
        yield "color", Setting(value)
    if element.tag == "font" and (value := element.get("face")):
        yield "font-family", Setting(value, inline=True)
    yield from _usual(element)


def _usual(element: HtmlElement) -> Iterable[tuple[str, Setting]]:
    """What a browser's own style sheet says."""
    if element.tag in _SIZES:
        yield "font-size", Setting(f"{_SIZES[element.tag]}px")
    if element.tag in {"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"}:
        yield "font-weight", Setting("bold")
    if element.tag == "a" and element.get("href"):
        yield "color", Setting(str(LINK))
        yield "text-decoration", Setting("underline")
    if element.tag in NOT_SHOWN or element.get("hidden") is not None:
        yield "display", Setting("none")


def _look(element: HtmlElement, settings: Settings, above: Look, mode: Mode) -> Look:
    if not settings:
        # Most elements say nothing about themselves.
        return above
    value = {name: setting.value.lower() for name, setting in settings.items()}
    size = _size(value.get("font-size", ""), above.size)
    decoration = value.get("text-decoration")
    # A link in an underlined text keeps that line, whatever it says; its own it may drop.
    inherits = element.tag != "a" and above.underlined
    family = settings.get("font-family")
    line, in_px = _line(value.get("line-height", ""), size, above)
    return Look(
        colour=_own_colour(settings.get("color"), above.colour, mode),
        ground=_ground(settings, above.ground, mode),
        size=size,
        bold=_bold(value.get("font-weight", ""), inherited=above.bold),
        line=line,
        line_in_px=in_px,
        family=family.value if family and family.inline else above.family,
        hidden=above.hidden or _hides(value, size),
        underlined=inherits or "underline" in (decoration or ""),
        align=value.get("text-align", above.align),
        transform=value.get("text-transform", above.transform),
    )


def _own_colour(setting: Setting | None, inherited: Colour, mode: Mode) -> Colour:
    colour = parse_colour(setting.value) if setting else None
    if colour is None or setting is None:
        return inherited
    return _turned(colour, setting, mode, inverted_text)


def _ground(settings: Settings, below: Colour | None, mode: Mode) -> Colour | None:
    setting = settings.get("background-color")
    colour = parse_colour(setting.value) if setting else None
    if colour and setting and colour.alpha > 0:
        turned = _turned(colour, setting, mode, inverted_ground)
        if turned.alpha >= 1:
            return turned
        return turned.over(below) if below else None
    picture = settings.get("background-image")
    return below if picture is None or picture.value.lower() == "none" else None


def _turned(
    colour: Colour, setting: Setting, mode: Mode, invert: Callable[[Colour], Colour]
) -> Colour:
    return invert(colour) if mode.forced and not setting.marked else colour


def _size(value: str, inherited: float) -> float:
    if value in _KEYWORDS:
        return _KEYWORDS[value]
    size = px(value, size=inherited, whole=inherited)
    return inherited if size is None else size


def _bold(value: str, *, inherited: bool) -> bool:
    if value.isdecimal():
        return int(value) >= _BOLD
    return inherited if value in {"", "inherit"} else value in {"bold", "bolder"}


def _line(value: str, size: float, above: Look) -> tuple[float, bool]:
    if value == "normal":
        return _USUAL_LINE, False
    if re.fullmatch(r"\d*\.?\d+", value):
        return float(value), False
    height = px(value, size=size, whole=size)
    return (above.line, above.line_in_px) if height is None else (height, True)


def _hides(value: Mapping[str, str], size: float) -> bool:
    closed = value.get("overflow") == "hidden" and (
        px(value.get("max-height", "")) == 0 or px(value.get("height", "")) == 0
    )
    return (
        value.get("display") == "none"
        or value.get("visibility") == "hidden"
        or value.get("mso-hide") == "all"
        or value.get("opacity") in {"0", "0.0"}
        or size <= 1
        or closed
    )


def _inverted_base(look: Look) -> Look:
    """The look of a page that says nothing, in a forced dark mode."""
    ground = inverted_ground(look.ground) if look.ground else None
    return replace(look, colour=inverted_text(look.colour), ground=ground)
