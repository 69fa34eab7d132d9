"""Checks 28 to 31: links that look like links, and letters that can be read."""

from collections import Counter
from collections.abc import Iterator

from lxml.html import HtmlElement

from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.shown import Shown, button_height, links, text_finding, text_of, texts
from digest.model import Finding, Severity

_GENERIC = frozenset({"serif", "sans-serif", "monospace", "cursive", "system-ui"})
_SMALLEST, _PARAGRAPH = 13, 16
_TIGHTEST = 1.4
# Computed sizes carry rounding errors.
_NEARLY = 0.01


def _underline(proof: Proof) -> Iterator[Finding]:
    looks = proof.looks()
    for link in links(proof.document):
        words = text_of(link)
        if not words or looks[link].hidden or button_height(link, looks) is not None:
            continue
        worn = (looks[element] for element in link.iter() if element in looks)
        if not any(look.underlined for look in worn):
            yield text_finding("link-underline", "a link is not underlined", words)


def _size(proof: Proof) -> Iterator[Finding]:
    for shown in texts(proof.document, proof.looks()):
        size = shown.look.size
        if size < _SMALLEST - _NEARLY:
            what = f"a text is {size:g} px, under {_SMALLEST}"
        elif size < _PARAGRAPH - _NEARLY and _is_paragraph(shown.element):
            what = f"a paragraph is {size:g} px, under {_PARAGRAPH}"
        else:
            continue
        yield text_finding("type-size", what, shown.text)


def _line_height(proof: Proof) -> Iterator[Finding]:
    for shown in texts(proof.document, proof.looks()):
        height = shown.look.line_height
        if _is_paragraph(shown.element) and height < _TIGHTEST - _NEARLY:
            what = f"a paragraph's lines are {height:.3g} of its size apart, under {_TIGHTEST}"
            yield text_finding("line-height", what, shown.text)


def _font(proof: Proof) -> Iterator[str]:
    missing: Counter[str] = Counter(
        _stack_fault(shown) for shown in texts(proof.document, proof.looks())
    )
    for fault, times in missing.items():
        if fault:
            yield f"{fault}, {times} times" if times > 1 else fault


def _stack_fault(shown: Shown) -> str:
    family = shown.look.family
    if not family:
        return "a text has no inlined font-family"
    last = family.rpartition(",")[2].strip(" '\"").lower()
    return "" if last in _GENERIC else f"a font-family ends in {last[:40]}"


def _setting(proof: Proof) -> Iterator[Finding]:
    for shown in texts(proof.document, proof.looks()):
        if shown.look.align == "justify":
            yield text_finding("text-setting", "a text is justified", shown.text)
        if shown.look.transform == "uppercase" and shown.text != shown.text.upper():
            yield text_finding("text-setting", "a text is set in capitals", shown.text)


def _is_paragraph(element: HtmlElement) -> bool:
    return element.tag == "p" or next(element.iterancestors("p"), None) is not None


RULES = (
    Rule(
        id="link-underline", severity=Severity.WARNING, look=_underline,
        title="Links in text are underlined",
        why="who cannot tell the colours apart cannot tell the links",
        fix="Underline it.",
    ),
    Rule(
        id="type-size", severity=Severity.WARNING, look=_size,
        title=f"Paragraphs have {_PARAGRAPH} px or more, and nothing under {_SMALLEST}",
        why="smaller letters are not read on phones; iOS enlarges them and breaks the layout",
        fix="Set paragraphs in 16 px, and notes in 13 px or more.",
    ),
    Rule(
        id="line-height", severity=Severity.WARNING, look=_line_height,
        title=f"Lines of a paragraph stand {_TIGHTEST} of its size apart",
        why="the eye loses its line in tighter ones",
        fix="Set line-height to 1.5 or so.",
    ),
    Rule(
        id="font-stack", severity=Severity.WARNING, look=_font,
        title="Fonts are inlined and end in a generic family",
        why="Outlook for Windows falls back to Times where it knows none of them",
        fix="End the font-family with serif, sans-serif or monospace, on the text itself.",
    ),
    Rule(
        id="text-setting", severity=Severity.WARNING, look=_setting,
        title="Nothing is justified or turned into capitals",
        why="rivers of space and words without shape are hard to read, hardest with dyslexia",
        fix="Align it to one side, and write capitals only where they belong.",
    ),
)  # fmt: skip
