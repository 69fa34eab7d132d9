"""Checks 25 to 27 and 32: contrast in light, in dark and in forced dark, and dark rules."""

import re
from collections.abc import Iterator

from digest.compose.preflight.computed import (
    DARK,
    INVERTED,
    LIGHT,
    MARK,
    OUTLOOK_DARK,
    Look,
    Mode,
)
from digest.compose.preflight.contrast import contrast
from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.shown import texts
from digest.compose.preflight.stylesheet import StyleRule
from digest.model import Finding, Place, Severity

_LEAST, _LEAST_LARGE = 4.5, 3.0
# WCAG 2.2: 18 pt, or 14 pt bold.
_LARGE, _LARGE_BOLD = 24.0, 18.66
_COLOURED = re.compile(r"(?:background-|border-[\w-]*|text-decoration-)?color\Z|background\Z")
_UNMARKED = re.compile(r"(?::root|html|body|u|\*)?\Z")
_NAMED_AT_MOST = 5


def _light(proof: Proof) -> Iterator[Finding]:
    return _weak(proof, LIGHT, "contrast", Severity.BLOCKER)


def _dark(proof: Proof) -> Iterator[Finding]:
    if any(rule.asks_for_dark for rule in proof.style_rules):
        yield from _weak(proof, DARK, "contrast-dark", Severity.BLOCKER)
    if any(_marked(rule) for rule in proof.style_rules):
        yield from _weak(proof, OUTLOOK_DARK, "contrast-dark", Severity.BLOCKER, " in Outlook")


def _inverted(proof: Proof) -> Iterator[Finding]:
    return _weak(proof, INVERTED, "contrast-inverted", Severity.WARNING)


def _weak(
    proof: Proof, mode: Mode, rule: str, severity: Severity, where: str = ""
) -> Iterator[Finding]:
    """One finding for each pair of colours, with the first text that has it."""
    seen: set[tuple[str, str]] = set()
    for shown in texts(proof.document, proof.looks(mode)):
        ground = shown.look.ground
        if ground is None:
            continue
        colour = shown.look.colour.over(ground)
        ratio = contrast(colour, ground)
        pair = str(colour), str(ground)
        if ratio >= _needed(shown.look) or pair in seen:
            continue
        seen.add(pair)
        yield Finding(
            rule=rule,
            severity=severity,
            what=f"{pair[0]} on {pair[1]}{where} has a contrast of {ratio:.2f}",
            excerpt=shown.text[:80],
            place=Place(part="html"),
            fix=f"Choose colours with a contrast of {_needed(shown.look):g} or more.",
        )


def _needed(look: Look) -> float:
    large = look.size >= _LARGE or (look.bold and look.size >= _LARGE_BOLD)
    return _LEAST_LARGE if large else _LEAST


def _dark_rules(proof: Proof) -> Iterator[str]:
    asked = [rule for rule in proof.style_rules if rule.asks_for_dark]
    marked = [rule for rule in proof.style_rules if _marked(rule)]
    if not asked:
        yield "there are no rules for prefers-color-scheme: dark"
    if not marked:
        yield "there are no [data-ogsc] rules for Outlook's apps"
    weak = sum(
        not declared.important
        for rule in (*asked, *marked)
        for declared in rule.declarations
        if _COLOURED.match(declared.name)
    )
    if weak:
        yield f"{weak} colours for dark are not !important, and lose against inlined ones"
    if asked and marked:
        missing = sorted(_coloured(asked) - _coloured(marked))
        if missing:
            yield f"no [data-ogsc] rule for {', '.join(missing[:_NAMED_AT_MOST])}"


def _marked(rule: StyleRule) -> bool:
    return any(MARK.search(selector) for selector in rule.selectors)


def _coloured(rules: list[StyleRule]) -> set[str]:
    """Selectors whose colour a rule sets, Outlook's mark taken off."""
    return {
        bare
        for rule in rules
        if any(_COLOURED.match(declared.name) for declared in rule.declarations)
        for selector in rule.selectors
        if not _UNMARKED.match(bare := MARK.sub("", selector).strip())
    }


RULES = (
    Rule(
        id="contrast", severity=Severity.BLOCKER, look=_light,
        title="Text stands out from its ground: 4.5 to 1, large text 3 to 1",
        why="one reader in twelve cannot read less, and nobody can in the sun",
    ),
    Rule(
        id="contrast-dark", severity=Severity.BLOCKER, look=_dark,
        title="It does in dark mode too",
        why="a colour left light on light is a mail that cannot be read at all",
    ),
    Rule(
        id="contrast-inverted", severity=Severity.WARNING, look=_inverted,
        title="It does where a client inverts the colours",
        why="Gmail's apps and Outlook do it without asking",
        fix="Choose a colour that is clearly darker, or lighter, than its ground.",
    ),
    Rule(
        id="dark-rules", severity=Severity.WARNING, look=_dark_rules,
        title="Dark rules are !important, for clients that ask and for Outlook's apps",
        why="inlined colours win over any rule that is not",
        fix="Write each colour for dark twice, for the media query and [data-ogsc], !important.",
    ),
)  # fmt: skip
