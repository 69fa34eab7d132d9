"""Check 38: how large a mail is before clients cut it."""

from collections.abc import Iterator

from digest.compose.preflight.rules import Proof, Rule
from digest.model import Finding, Place, Severity

_KIB = 1024
_LARGE, _TOO_LARGE = 85 * _KIB, 95 * _KIB
_STYLES_LARGE, _STYLES_TOO_LARGE = 8 * _KIB, 16 * _KIB


def _html(proof: Proof) -> Iterator[Finding]:
    size = len(proof.source.encode("utf-8", "replace"))
    if size >= _LARGE:
        yield _finding("html-size", size, "the HTML", blocks=size >= _TOO_LARGE)


def _styles(proof: Proof) -> Iterator[Finding]:
    blocks = (block.text or "" for block in proof.document.iter("style"))
    size = sum(len(block.encode("utf-8", "replace")) for block in blocks)
    if size > _STYLES_LARGE:
        yield _finding("style-size", size, "the style blocks", blocks=size > _STYLES_TOO_LARGE)


def _finding(rule: str, size: int, whose: str, *, blocks: bool) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.BLOCKER if blocks else Severity.WARNING,
        what=f"{whose} weighs {size / _KIB:,.1f} KiB".replace("blocks weighs", "blocks weigh"),
        place=Place(part="html"),
        fix="show fewer stories, or shorter excerpts",
    )


RULES = (
    Rule(
        id="html-size", severity=Severity.BLOCKER, look=_html,
        title="The HTML is under 85 KiB, and never 95 or more",
        why="Gmail cuts a mail at 102 KB, its unsubscribe link with it",
    ),
    Rule(
        id="style-size", severity=Severity.BLOCKER, look=_styles,
        title="The style blocks hold 8 KiB, and never over 16",
        why="Gmail drops a block that goes on past that, and dark and phone rules with it",
    ),
)  # fmt: skip
