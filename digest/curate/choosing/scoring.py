"""Scoring: what speaks for a story, part by part, so that every rank can be explained."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from digest.curate.choosing.track_record import NO_RECORD, TrackRecord
from digest.model import EntryKey, Image, Period, Placement, RankingWeights, ScorePart

LIKENESS = "likeness"
_LONG = 800  # words, from where on more do not count
_SMALLEST_PICTURE = 300  # pixels wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story that may go into an issue, as far as ranking looks at it.

    ``key`` is the entry that leads it and ``published_at`` when it became news. ``words`` is its
    text's length, ``text`` its title and opening; ``weight`` is its feed's; ``covered_by`` counts
    the other sources that tell it. ``wanted`` says why it is told whatever its rank, ``wanted_by``
    which editor said so, and ``leads`` that an editor made it the lead.
    """

    key: EntryKey
    placement: Placement
    published_at: datetime
    words: int = 0
    text: str = ""
    pictured: bool = False
    weight: float = 1.0
    covered_by: int = 0
    authors: tuple[str, ...] = ()
    wanted: str = ""
    wanted_by: str = ""
    leads: bool = False

    @property
    def topic(self) -> str:
        """The id of its topic."""
        return self.placement.topic

    @property
    def source(self) -> str:
        """What caps per source count: its feed's URL."""
        return self.key.feed


def score(
    candidate: Candidate,
    period: Period,
    *,
    weights: RankingWeights,
    record: TrackRecord = NO_RECORD,
) -> tuple[ScorePart, ...]:
    """What speaks for a story in an issue of that period; each part's value is 0 to 1.

    ``recency`` grows over the period. ``source`` is the feed's weight w as w/(1+w): 0.5 for a plain
    one. ``coverage`` halves the distance to 1 with each other source. ``length`` is full at 800
    words. ``picture`` is 1 with one. ``picks`` and ``clicks`` are the track record's.
    """
    values = {
        "recency": _recency(candidate.published_at, period),
        "source": candidate.weight / (1.0 + candidate.weight),
        "coverage": 1.0 - 0.5**candidate.covered_by,
        "length": min(1.0, candidate.words / _LONG),
        "picture": 1.0 if candidate.pictured else 0.0,
        "picks": record.picks(candidate.source, candidate.topic),
        "clicks": record.clicks(candidate.source, candidate.topic),
    }
    return tuple(
        ScorePart(name=name, value=round(value, 4), weight=getattr(weights, name))
        for name, value in values.items()
    )


def total(parts: Iterable[ScorePart]) -> float:
    """The sum of the parts, to six digits: the same on every version of Python."""
    return round(math.fsum(part.points for part in parts), 6)


def shown(parts: Iterable[ScorePart]) -> str:
    """A score for people: its total, and what adds to it."""
    parts = tuple(parts)
    points = ", ".join(f"{part.name} {part.points:.2f}" for part in parts if part.points)
    return f"{total(parts):.2f} ({points})" if points else f"{total(parts):.2f}"


def is_large(image: Image | None) -> bool:
    """Whether there is a picture that is not known to be narrower than 300 pixels."""
    return image is not None and (image.width is None or image.width >= _SMALLEST_PICTURE)


def _recency(published_at: datetime, period: Period) -> float:
    age = (published_at - period.start) / (period.end - period.start)
    return min(1.0, max(0.0, age))
