"""Fragments: the marks that templates leave in both parts, and what stands between them.

A mark is a comment, ``<!--section:sea-->`` … ``<!--/section:sea-->``, in the text part too. None
can come from a feed: every text is :func:`defused` before a template sees it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

_KINDS = "section|story|list|item|contents|between|number|link|count|preheader|named|nameless"
_MARK = rf"<!--(/?)({_KINDS})(?::([^<>\s]*?))?-->"
# A mark that has a line to itself takes the line with it.
_MARKS = re.compile(rf"^{_MARK}\n|{_MARK}", re.MULTILINE)
_MARK_ALONE = re.compile(_MARK)
_LOOKALIKE = re.compile(rf"<!--(?=/?(?:{_KINDS})\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """What stands between two marks, and the marks as they were written."""

    kind: str
    id: str
    opening: str
    closing: str
    content: "Content"


Content: TypeAlias = tuple[str | Fragment, ...]


@dataclass(slots=True, kw_only=True)
class _Open:
    kind: str
    id: str
    opening: str
    content: list[str | Fragment]


def fragments(part: str) -> Content:
    """A part as text and fragments, in order.

    :raises ValueError: when a mark is not closed, or closes what was not opened last.
    """
    stack = [_Open(kind="", id="", opening="", content=[])]
    at = 0
    for found in _MARKS.finditer(part):
        stack[-1].content.append(part[at : found.start()])
        at = found.end()
        closes, kind, named = (found[1], found[2], found[3]) if found[2] else found.group(4, 5, 6)
        if not closes:
            stack.append(_Open(kind=kind, id=named or "", opening=found[0], content=[]))
            continue
        last = stack.pop()
        if (last.kind, last.id) != (kind, named or ""):
            raise ValueError(f"{found[0].strip()} closes what was not opened last")
        stack[-1].content.append(
            Fragment(
                kind=kind,
                id=last.id,
                opening=last.opening,
                closing=found[0],
                content=tuple(last.content),
            )
        )
    if len(stack) > 1:
        raise ValueError(f"{stack[-1].opening.strip()} is never closed")
    return (*stack[0].content, part[at:])


def written(content: Content) -> str:
    """Text and fragments as the part they came from."""
    return "".join(_written(content))


def changed(part: str, kind: str, new: Callable[[Fragment], str]) -> str:
    """A part with something else in place of each fragment of a kind, its marks included."""
    return "".join(_changed(fragments(part), kind, new))


def every(content: Iterable[str | Fragment]) -> Iterator[Fragment]:
    """Every fragment, the outer before the inner."""
    for each in content:
        if isinstance(each, Fragment):
            yield each
            yield from every(each.content)


def strip(part: str) -> str:
    """A part without its marks; what stands between them stays."""
    return _MARKS.sub("", part)


def unmarked(text: str) -> str:
    """A text as wide as readers see it: without marks, wherever they stand."""
    return _MARK_ALONE.sub("", text)


def mark_id(topic: str) -> str:
    """A topic's id as it stands in a mark: no space, no angle bracket, no double hyphen."""
    return quote(topic, safe="").replace("--", "-%2D")


def defused(text: str) -> str:
    """A text in which nothing is a mark."""
    return _LOOKALIKE.sub("<! --", text)


def _written(content: Content) -> Iterator[str]:
    for each in content:
        if isinstance(each, str):
            yield each
        else:
            yield each.opening
            yield from _written(each.content)
            yield each.closing


def _changed(content: Content, kind: str, new: Callable[[Fragment], str]) -> Iterator[str]:
    for each in content:
        if isinstance(each, str):
            yield each
        elif each.kind == kind:
            yield new(each)
        else:
            yield each.opening
            yield from _changed(each.content, kind, new)
            yield each.closing
