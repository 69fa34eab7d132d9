"""The text part's lines: wrapped by display width, never inside a URL, and ready to flow.

A line that ends in a space goes on in the next one (format=flowed, RFC 3676): programs that know
it fill the window, others show the lines as they are wrapped here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category, combining, east_asian_width

from digest.compose.marks import unmarked

WIDTH = 72
FLOWS = "\x1f"
"""Stands for the space at the end of a line that flows, until :func:`tidy` has trimmed the rest.

No text can hold it: control characters are taken out of everything that templates see."""

_BLANK_RUN = re.compile(r"\n{3,}")
_TRAILING_SPACE = re.compile(r"[ \t]+$", re.MULTILINE)
# Not \s: words bound by a no-break space stay together.
_BETWEEN_WORDS = re.compile(r"[ \t\r\n]+")
_ZERO_WIDTH = {"Cf", "Me", "Mn"}
_QUOTE_MARK = "> "
# With a space after it, it would begin a signature (RFC 3676, section 4.3).
_SIGNATURE = "--"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A word, or a piece of one; ``joined`` to the piece before it, with no space between."""

    text: str
    joined: bool = False


def display_width(text: str) -> int:
    """How many columns a monospaced terminal gives a text (Unicode Annex 11)."""
    return sum(_columns(character) for character in unmarked(text))


def wrap(text: str, *, width: int = WIDTH, indent: str = "") -> str:
    """Break a text at spaces into lines of at most ``width`` columns, which flow.

    A URL or word that is longer stands alone on a line, whole; a long run of wide characters
    (Chinese and Japanese need no spaces) is broken anywhere. ``indent`` leads every line but
    the first; indented lines do not flow, or the indent would end up between words.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, width - len(indent)):
        longer = f"{line} {word.text}" if line else word.text
        if line and (word.joined or display_width(longer) > width):
            flows = not (indent or word.joined or line == _SIGNATURE)
            lines.append(_unlike_a_quote(line) + FLOWS * flows)
            line = indent + word.text
        else:
            line = longer
    return "\n".join([*lines, _unlike_a_quote(line)])


def quote(text: str, *, width: int = WIDTH) -> str:
    """Wrap a quote, each line marked as one (RFC 3676, section 4.5)."""
    wrapped = wrap(text, width=width - len(_QUOTE_MARK))
    return "\n".join(_QUOTE_MARK + line for line in wrapped.split("\n"))


def indented(text: str, *, by: str = "    ") -> str:
    """Wrap a text and set all its lines in from the margin, where they do not flow."""
    lines = wrap(text, width=WIDTH - len(by)).replace(FLOWS, "").split("\n")
    return "\n".join(by + line for line in lines)


def underline(text: str, mark: str = "=", *, words: str = "") -> str:
    """Wrap a heading and rule it off below, as wide as its longest line.

    ``words`` are the heading without the number of its link, which may have fewer digits in some
    readers' copies: the rule is then as wide as they are.
    """
    widest = max(display_width(line) for line in wrap(words or text).split("\n"))
    return f"{wrap(text)}\n{mark * min(widest, WIDTH)}"


def tidy(text: str) -> str:
    """Trim what templates leave behind: trailing spaces and more than one blank line."""
    trimmed = _BLANK_RUN.sub("\n\n", _TRAILING_SPACE.sub("", text)).strip("\n") + "\n"
    return trimmed.replace(FLOWS, " ")


def _columns(character: str) -> int:
    if character == FLOWS or combining(character) or category(character) in _ZERO_WIDTH:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _unlike_a_quote(line: str) -> str:
    return f" {line}" if line.startswith(">") else line


def _words(text: str, width: int) -> Iterator[_Word]:
    for word in filter(None, _BETWEEN_WORDS.split(text)):
        if display_width(word) > width and "://" not in word and _is_wide(word):
            for place, piece in enumerate(_pieces(word, width)):
                yield _Word(text=piece, joined=place > 0)
        else:
            yield _Word(text=word)


def _is_wide(word: str) -> bool:
    return display_width(word) > len(word)


def _pieces(word: str, width: int) -> Iterator[str]:
    piece = ""
    for character in word:
        if piece and display_width(piece + character) > width:
            yield piece
            piece = ""
        piece += character
    yield piece
