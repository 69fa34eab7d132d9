"""The text part's lines: wrapped by display width, never inside a URL."""

import re
from collections.abc import Iterator
from unicodedata import category, combining, east_asian_width

WIDTH = 72

_BLANK_RUN = re.compile(r"\n{3,}")
_TRAILING_SPACE = re.compile(r"[ \t]+$", re.MULTILINE)
_ZERO_WIDTH = {"Cf", "Me", "Mn"}


def display_width(text: str) -> int:
    """How many columns a monospaced terminal gives a text (Unicode Annex 11)."""
    return sum(_columns(character) for character in text)


def wrap(text: str, *, width: int = WIDTH, indent: str = "") -> str:
    """Break a text at spaces into lines of at most ``width`` columns.

    A URL or word that is longer stands alone on a line, whole; a long run of wide characters
    (Chinese and Japanese need no spaces) is broken anywhere. ``indent`` leads every line but
    the first.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, width - len(indent)):
        longer = f"{line} {word}" if line else word
        if line and display_width(longer) > width:
            lines.append(line)
            line = indent + word
        else:
            line = longer
    return "\n".join([*lines, line])


def indented(text: str, *, by: str = "    ") -> str:
    """Wrap a text and set all its lines in from the margin."""
    lines = wrap(text, width=WIDTH - len(by)).split("\n")
    return "\n".join(by + line for line in lines)


def underline(text: str, mark: str = "=") -> str:
    """Wrap a heading and rule it off below, as wide as its longest line."""
    wrapped = wrap(text)
    widest = max(display_width(line) for line in wrapped.split("\n"))
    return f"{wrapped}\n{mark * min(widest, WIDTH)}"


def tidy(text: str) -> str:
    """Trim what templates leave behind: trailing spaces and more than one blank line."""
    return _BLANK_RUN.sub("\n\n", _TRAILING_SPACE.sub("", text)).strip("\n") + "\n"


def _columns(character: str) -> int:
    if combining(character) or category(character) in _ZERO_WIDTH:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _words(text: str, width: int) -> Iterator[str]:
    for word in text.split():
        if display_width(word) > width and "://" not in word and _is_wide(word):
            yield from _pieces(word, width)
        else:
            yield word


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
