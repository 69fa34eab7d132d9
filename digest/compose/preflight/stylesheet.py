"""CSS as a mail holds it: declarations of ``style`` attributes and rules of ``<style>`` blocks.

Reads any text in linear time and drops what it cannot make sense of, as clients do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_OUTSIDE_QUOTES = re.compile(r"""[^;"'(]+|"[^"]*"?|'[^']*'?|\([^)]*\)?|;""")
_BRACE = re.compile(r"([{}])")
_FEATURE = re.compile(r"\(\s*([\w-]+)\s*(?::\s*([^)]*))?\)")
_SELECTOR_COMMA = re.compile(r",(?![^(\[]*[)\]])")
# The window in which a mail is judged, in px: a desktop's reading pane.
_WINDOW = 800
# Clients drop whole blocks far below this; what is longer is not read, to stay fast.
LONGEST_SHEET = 65_536
_DEEPEST_NESTING = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """``name: value``, the name in lower case, ``!important`` taken off the value."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleRule:
    """Selectors with their declarations. ``within`` are the at-rules around them, outermost first.

    An at-rule without selectors, such as ``@font-face``, stands as its own only selector.
    """

    selectors: tuple[str, ...]
    declarations: tuple[Declaration, ...]
    within: tuple[str, ...] = ()

    def applies(self, scheme: str) -> bool:
        """Whether a desktop reader who prefers ``scheme`` ("light" or "dark") sees it."""
        return all(_holds(condition, scheme) for condition in self.within)

    @property
    def asks_for_dark(self) -> bool:
        """Whether it stands in ``@media (prefers-color-scheme: dark)``."""
        return any(
            re.search(r"prefers-color-scheme\s*:\s*dark", condition, re.IGNORECASE)
            for condition in self.within
        )


@lru_cache(maxsize=4096)
def declarations(text: str) -> tuple[Declaration, ...]:
    """The declarations of a ``style`` attribute or of a rule's body, in their order."""
    return tuple(filter(None, map(_declaration, _pieces(_COMMENT.sub(" ", text)))))


def style_rules(text: str) -> tuple[StyleRule, ...]:
    """The rules of a style sheet in their order; an unclosed last one counts."""
    return tuple(_rules(_COMMENT.sub(" ", text[:LONGEST_SHEET])))


def _pieces(text: str) -> Iterator[str]:
    piece: list[str] = []
    for part in _OUTSIDE_QUOTES.findall(text):
        if part == ";":
            yield "".join(piece)
            piece = []
        else:
            piece.append(part)
    yield "".join(piece)


def _declaration(piece: str) -> Declaration | None:
    name, colon, value = piece.partition(":")
    value, bang, _ = value.partition("!")
    if not colon or not name.strip() or not value.strip():
        return None
    return Declaration(name=name.strip().lower(), value=value.strip(), important=bool(bang))


def _rules(text: str) -> Iterator[StyleRule]:
    within: list[str] = []
    words, *braces = _BRACE.split(text)
    spans = list(zip(braces[::2], braces[1::2], strict=True))
    at = 0
    while at < len(spans):
        brace, following = spans[at]
        at += 1
        if brace == "}":
            del within[-1:]
            words = following
            continue
        prelude = words.rpartition(";")[2].strip()
        words = following
        if prelude.startswith("@") and at < len(spans) and spans[at][0] == "{":
            within.append(prelude)
            continue
        yield StyleRule(
            selectors=tuple(filter(None, map(str.strip, _SELECTOR_COMMA.split(prelude)))),
            declarations=declarations(following),
            within=tuple(within[-_DEEPEST_NESTING:]),
        )
        if at < len(spans) and spans[at][0] == "}":
            words = spans[at][1]
            at += 1


def _holds(condition: str, scheme: str) -> bool:
    keyword, _, query = condition.lower().partition(" ")
    if keyword.startswith("@media"):
        query = condition.lower()[len("@media") :]
        return any(_matches(one, scheme) for one in query.split(","))
    return keyword == "@supports"


def _matches(query: str, scheme: str) -> bool:
    types = _FEATURE.sub(" ", query).split()
    if not {"print", "speech", "not"}.isdisjoint(types):
        return False
    return all(_has(name, value.strip(), scheme) for name, value in _FEATURE.findall(query))


def _has(feature: str, value: str, scheme: str) -> bool:
    if feature == "prefers-color-scheme":
        return value == scheme
    width = re.fullmatch(r"(\d+)(?:\.\d+)?px", value)
    if feature in {"min-width", "min-device-width"}:
        return bool(width and int(width[1]) <= _WINDOW)
    if feature in {"max-width", "max-device-width"}:
        return bool(width and int(width[1]) >= _WINDOW)
    return False
