"""Wordings: texts with their provenance."""

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Where a piece of text comes from; a rebuild replaces only ``auto``."""

    AUTO = "auto"
    FEED = "feed"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text with its provenance."""

    value: str
    origin: Origin = Origin.AUTO

    def __str__(self) -> str:
        return self.value


NO_WORDING = Wording(value="")
"""A text that nobody has written yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A verbatim passage of a story's source, and the line that leads to it, ending in a colon."""

    text: Wording
    pivot: Wording = NO_WORDING
