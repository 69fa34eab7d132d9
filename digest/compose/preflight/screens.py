"""Check 34 as far as it can be told without a screen: what is wider than a phone, and stays so."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from digest.compose.preflight.computed import px
from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.shown import text_of, texts
from digest.compose.preflight.stylesheet import StyleRule, declarations
from digest.model import Finding, Place, Severity

_PHONE = 320
# A letter of a word in ems, less than in most fonts: what is told is surely too wide.
_LETTER = 0.45
# Where a line may break: at blanks, after hyphens and slashes, and around ideographs.
_BREAKS = re.compile(
    r"[\s\u00ad\u200b]+|(?<=[-/?&\u2010\u2013\u2014])|[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]"
)
_CLASS = re.compile(r"\.([\w-]+)")
_NARROW = re.compile(r"max-(?:device-)?width\s*:\s*(\d+)", re.IGNORECASE)
_FLUID = frozenset({"width", "max-width", "min-width", "display"})
_WRAPS = frozenset({"break-word", "anywhere", "break-all"})
_WIDE_TAGS = ("table", "td", "th", "img", "div")


def _sideways(proof: Proof) -> Iterator[Finding]:
    fluid = _fluid_classes(proof)
    for box in proof.document.iter(*_WIDE_TAGS):
        width = _fixed_width(box)
        if width > _PHONE and not fluid & set(box.get("class", "").split()):
            words = text_of(box) or box.get("alt") or ""
            yield _finding(f"a <{box.tag}> is {width:g} px wide on every screen", words)
    for shown in texts(proof.document, proof.looks()):
        longest = max(len(word) for word in _unbroken(shown.element, shown.text))
        if longest * shown.look.size * _LETTER > _PHONE and not _wraps(shown.element):
            yield _finding(f"{longest} letters in a row cannot be broken", shown.text)


def _fluid_classes(proof: Proof) -> set[str]:
    """Classes that a style block makes narrower, or hides, on a phone."""
    return {
        name
        for rule in proof.style_rules
        if _is_for_phones(rule) and any(each.name in _FLUID for each in rule.declarations)
        for selector in rule.selectors
        for name in _CLASS.findall(selector)
    }


def _is_for_phones(rule: StyleRule) -> bool:
    widths = [int(found[:5]) for each in rule.within for found in _NARROW.findall(each)]
    return bool(widths) and min(widths) >= _PHONE


def _fixed_width(box: HtmlElement) -> float:
    """The width in px that a box has on any screen; 0 where it has none."""
    style = {each.name: each.value.lower() for each in declarations(box.get("style", ""))}
    if style.get("display") == "none" or style.get("max-width", "").endswith("%"):
        return 0
    least = px(style.get("min-width", "")) or 0
    given = style.get("width", "")
    attribute = box.get("width", "")
    if not given and attribute.isascii() and attribute.isdecimal():
        given = attribute[:5]
    return max(least, 0 if given.endswith("%") else px(given) or 0)


def _unbroken(element: HtmlElement, text: str) -> list[str]:
    held = any(
        each.name == "white-space" and each.value.lower() in {"nowrap", "pre"}
        for box in (element, *element.iterancestors())
        for each in declarations(box.get("style", ""))
    )
    return [text] if held else _BREAKS.split(text)


def _wraps(element: HtmlElement) -> bool:
    """Whether its words are broken where they are too long for a line."""
    return any(
        each.name in {"overflow-wrap", "word-wrap", "word-break"} and each.value.lower() in _WRAPS
        for box in (element, *element.iterancestors())
        for each in declarations(box.get("style", ""))
    )


def _finding(what: str, words: str) -> Finding:
    return Finding(
        rule="fits-screen",
        severity=Severity.BLOCKER,
        what=what,
        excerpt=words[:80],
        place=Place(part="html"),
    )


RULES = (
    Rule(
        id="fits-screen", severity=Severity.BLOCKER, look=_sideways,
        title=f"Nothing is wider than a phone of {_PHONE} px",
        why="a mail that scrolls sideways is read a few letters a line, or not at all",
        fix="Give it a width in per cent, and long words overflow-wrap: break-word.",
    ),
)  # fmt: skip
