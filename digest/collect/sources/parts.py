"""The parts of an entry, by what finds them in a source of either kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from digest.model import Selectors

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Generic[_Part]):
    """What finds each part of an entry; None finds nothing."""

    title: _Part | None
    link: _Part | None
    date: _Part | None
    summary: _Part | None
    image: _Part | None

    @classmethod
    def of(cls, selectors: Selectors, read: Callable[[str], _Part]) -> Self:
        """The parts that selectors, which were checked before, name; ``read`` takes one apart."""

        def part(selector: str) -> _Part | None:
            return read(selector) if selector.strip() else None

        return cls(
            title=part(selectors.title),
            link=part(selectors.link),
            date=part(selectors.date),
            summary=part(selectors.summary),
            image=part(selectors.image),
        )
