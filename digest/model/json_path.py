"""Places in a JSON document, in a small notation of our own.

``data.posts[*].title`` goes into ``data``, its ``posts``, every member of that list, and the
``title`` of each. ``[0]`` is a list's first member and ``[-1]`` its last; ``["a name.with dots"]``
a key that is no plain word; ``[*]`` every member of a list or every value of an object; ``$`` or
nothing at all the document itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

_STEP = re.compile(
    r"""\.?(?P<name>[^\s.\[\]{}"'$*]+)"""
    r"""|(?P<every>\[\*\]|\.\*)"""
    r"""|\[(?P<index>-?\d{1,6})\]"""
    r"""|\[(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)')\]"""
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonPath:
    """A path's steps: a key, a place in a list, or None for every member."""

    steps: tuple[str | int | None, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The path a text writes.

        :raises ValueError: with the reason, when it writes none.
        """
        rest = text.strip().removeprefix("$")
        steps: list[str | int | None] = []
        place = 0
        while place < len(rest):
            match = _STEP.match(rest, place)
            if match is None or (place == 0 and rest.startswith(".") and rest == text.strip()):
                raise ValueError(f"cannot be followed from {rest[place:]!r} on")
            steps.append(_step(match))
            place = match.end()
        return cls(steps=tuple(steps))

    def find(self, document: object) -> Iterator[object]:
        """Everything at this path, in the document's order; nothing where the path breaks off."""
        return _find(document, self.steps)


def placeholders(text: str) -> tuple[str, ...]:
    """The paths in a template such as ``https://town.example/news/{slug}``; none in a path."""
    return tuple(match[1] for match in _PLACEHOLDER.finditer(text))


def filled(template: str, values: tuple[str, ...]) -> str:
    """The template with its placeholders replaced, in their order."""
    remaining = iter(values)
    return _PLACEHOLDER.sub(lambda _: next(remaining, ""), template)


def _step(match: re.Match[str]) -> str | int | None:
    if match["every"]:
        return None
    if match["index"]:
        return int(match["index"])
    return match["name"] or match["double"] or match["single"]


def _find(value: object, steps: tuple[str | int | None, ...]) -> Iterator[object]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    for member in _members(value, step):
        yield from _find(member, rest)


def _members(value: object, step: str | int | None) -> Iterator[object]:
    match value, step:
        case list(), None:
            yield from value
        case dict(), None:
            yield from value.values()
        case list(), int() if -len(value) <= step < len(value):
            yield value[step]
        case dict(), str() if step in value:
            yield value[step]
        case _:
            return
