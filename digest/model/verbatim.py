"""Verbatim: whether a text holds a quote's words exactly."""

import re
import unicodedata

from digest.model.words import one_line, plain_text

_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\s*")
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‛`´", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑–—−", "-"),
    }
)
QUOTATION_MARKS = "\"'“”„‟‘’«»‹›"
"""What may stand around a quote."""


def is_verbatim(quote: str, markup: str) -> bool:
    """Whether a post holds a quote's words exactly; "…" stands for words left out.

    The marks around it do not matter, nor do kinds of quotation marks, dashes and spaces.
    """
    text = _compared(plain_text(markup))
    at = 0
    parts = quoted_parts(quote)
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return bool(parts)


def quoted_parts(quote: str) -> tuple[str, ...]:
    """What stands between a quote's gaps, as it is compared."""
    return tuple(part for part in (bare(part) for part in _ELLIPSIS.split(quote)) if part)


def bare(text: str) -> str:
    """A text as it is compared: without the marks around it, its marks and dashes of one kind."""
    return _compared(text.strip().strip(QUOTATION_MARKS))


def _compared(text: str) -> str:
    return one_line(unicodedata.normalize("NFC", text)).translate(_SAME)
