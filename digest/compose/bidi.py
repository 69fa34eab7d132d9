"""Bidi: text of one writing direction that stands among text of the other.

Such text is embedded by control characters rather than elements: they work alike in the text part,
in attributes, and in mail programs that know no ``<bdi>``. Where all is written one way, there are
none. Source: Unicode Standard Annex 9.
"""

from unicodedata import bidirectional

LTR, RTL = "ltr", "rtl"
_STRONG = {"L": LTR, "R": RTL, "AL": RTL}
# What surrounds and opens an embedded text: a mark of the outer direction keeps numbers and
# punctuation beside it out of it.
_AROUND = {LTR: "\N{LEFT-TO-RIGHT MARK}", RTL: "\N{RIGHT-TO-LEFT MARK}"}
_OPENS = {LTR: "\N{LEFT-TO-RIGHT EMBEDDING}", RTL: "\N{RIGHT-TO-LEFT EMBEDDING}"}
_CLOSES = "\N{POP DIRECTIONAL FORMATTING}"
CONTROLS = "".join((*_AROUND.values(), *_OPENS.values(), _CLOSES))
"""All characters that :func:`embedded` may add."""


def writing_direction(text: str) -> str:
    """Which way most of a text's letters are written: ``ltr``, ``rtl``, or nothing without any.

    Most, not the first: an Arabic headline may well start with the name of a product.
    """
    strong = [_STRONG[kind] for kind in map(bidirectional, text) if kind in _STRONG]
    if not strong:
        return ""
    return RTL if strong.count(RTL) * 2 >= len(strong) else LTR


def embedded(text: str, *, within: str) -> str:
    """A text that reads right ``within`` text of a direction; as it is where both are the same."""
    inner = writing_direction(text)
    if inner in {"", within}:
        return text
    return f"{_AROUND[within]}{_OPENS[inner]}{text}{_CLOSES}{_AROUND[within]}"
