"""Passages: a post's markup as paragraphs and sentences, and which of them hold others."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.curate.excerpts import sentences
from digest.curate.words import one_line
from digest.model.verbatim import QUOTATION_MARKS, bare, quoted_parts

_TAG = re.compile(r"""</?([A-Za-z][^\s/>]*)(?:[^<>"']|"[^"]*"|'[^']*')*>|<!--.*?-->""", re.DOTALL)
_BLOCK_TAGS = """
    address article aside blockquote br center dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td
    tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"})
_ITEMS = frozenset({"li", "dd"})
_UNREAD = frozenset({"figure", "pre", "table", "aside", "nav", "footer"})
_VOID = frozenset({"br", "hr"})
_LINK = re.compile(r"""<a\b[^>]*?\bhref=["']([^"']+)["']""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A stretch of running text. ``quoted`` says that it is somebody else's words already.

    ``item`` says that it stands in a list.
    """

    text: str
    quoted: bool = False
    item: bool = False
    heading: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """Its sentences; what follows the last full stop is one too."""
        return sentences(self.text)


def paragraphs(markup: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a post's (well-formed) markup, in order, without pictures and tables."""
    return tuple(_paragraphs(markup))


def overlaps(one: str, other: str) -> bool:
    """Whether one passage holds the other, but for marks around them and words left out."""
    return _holds(one, other) or _holds(other, one)


def _holds(text: str, quote: str) -> bool:
    """Whether a text without gaps has every part of a quote."""
    whole = bare(text.strip().strip(QUOTATION_MARKS).lstrip("…. "))
    parts = quoted_parts(quote)
    return bool(parts) and all(part in whole for part in parts)


def links_in(markup: str) -> tuple[str, ...]:
    """The addresses that a post's markup links to, in order."""
    return tuple(html.unescape(link[1]) for link in _LINK.finditer(markup))


def _paragraphs(markup: str) -> Iterator[Paragraph]:
    open_tags: list[str] = []
    words: list[str] = []
    at = 0
    for tag in _TAG.finditer(markup):
        words.append(markup[at : tag.start()])
        at = tag.end()
        name = (tag[1] or "").lower()
        if name not in _BLOCKS:
            continue
        yield from _made(words, open_tags)
        words = []
        if name not in _VOID:
            _follow(open_tags, name, closes=tag[0].startswith("</"))
    words.append(markup[at:])
    yield from _made(words, open_tags)


def _follow(open_tags: list[str], name: str, *, closes: bool) -> None:
    if not closes:
        open_tags.append(name)
    elif name in open_tags:
        while open_tags.pop() != name:
            pass


def _made(words: Sequence[str], open_tags: Sequence[str]) -> Iterator[Paragraph]:
    text = one_line(html.unescape("".join(words)))
    around = frozenset(open_tags)
    if text and not around & _UNREAD:
        yield Paragraph(
            text=text,
            quoted="blockquote" in around,
            item=bool(around & _ITEMS),
            heading=bool(around & _HEADINGS),
        )
