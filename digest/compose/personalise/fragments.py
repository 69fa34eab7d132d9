"""Fragments: what stands between the marks that templates leave in both parts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from digest.compose.marks import MARKS


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
    for found in MARKS.finditer(part):
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
