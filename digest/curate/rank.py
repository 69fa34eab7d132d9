"""Ranking: which stories an issue tells, which it only lists, and which one leads."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from digest.model import EntryKey, Image, Newsletter, Period, Story, Topic

ALSO_LIMIT = 20
_LONG = 800  # words, from where on more do not count
_PICTURE_BONUS = 0.5
_SMALLEST_PICTURE = 300  # pixels wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story that may go into an issue. ``topic`` is an id, ``words`` its text's length."""

    story: Story
    topic: str
    words: int

    @property
    def key(self) -> EntryKey:
        """What tells it from other candidates: the entry it shows."""
        return self.story.entries[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well a story would lead, from 0 to 2.5: the sum of its parts.

    ``recency`` grows from 0 to 1 over the period, ``length`` from 0 to 1 at 800 words, and
    ``picture`` is 0.5 with one that is not known to be narrower than 300 pixels.
    """

    recency: float
    length: float
    picture: float

    @property
    def total(self) -> float:
        """The sum."""
        return self.recency + self.length + self.picture

    def __str__(self) -> str:
        parts = f"recency {self.recency:.2f}, length {self.length:.2f}, picture {self.picture:.2f}"
        return f"{self.total:.2f} ({parts})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A candidate with its score, and why it stands where it does."""

    candidate: Candidate
    score: Score
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Every candidate, exactly once.

    ``told`` has no lead in it and is in the newsletter's order of topics; there, and in ``also``
    and ``left_out``, the newest stand first.
    """

    lead: Ranked | None
    told: tuple[Ranked, ...]
    also: tuple[Ranked, ...]
    left_out: tuple[Ranked, ...]


def order(candidates: Sequence[Candidate], newsletter: Newsletter, *, period: Period) -> Ranking:
    """Choose among the candidates within the newsletter's limits, the same for any input order.

    The best score leads. Then the topics take turns, each with its newest story, until the issue
    is full; the lead counts as its topic's first turn. What does not fit is listed, up to 20.
    """
    field = [
        Ranked(candidate=candidate, score=score(candidate, period))
        for candidate in _newest_first(candidates)
    ]
    lead = _lead(field, newsletter)
    told = _take_turns(field, lead, newsletter)
    shown = [lead, *told] if lead else told
    keys = {ranked.candidate.key for ranked in shown}
    rest = [ranked for ranked in field if ranked.candidate.key not in keys]
    over_list = f"over the limit of {ALSO_LIMIT} listed titles"
    return Ranking(
        lead=replace(lead, reason=f"leads with a score of {lead.score}") if lead else None,
        told=tuple(replace(ranked, reason="among its topic's newest") for ranked in told),
        also=_with_limits(rest[:ALSO_LIMIT], shown, newsletter),
        left_out=tuple(replace(ranked, reason=over_list) for ranked in rest[ALSO_LIMIT:]),
    )


def score(candidate: Candidate, period: Period) -> Score:
    """How well a story would lead an issue of that period."""
    age = (candidate.story.published_at - period.start) / (period.end - period.start)
    return Score(
        recency=min(1.0, max(0.0, age)),
        length=min(1.0, candidate.words / _LONG),
        picture=_PICTURE_BONUS if _is_large(candidate.story.image) else 0.0,
    )


def _newest_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    by_key = sorted(candidates, key=lambda candidate: candidate.key)
    return sorted(by_key, key=lambda candidate: candidate.story.published_at, reverse=True)


def _lead(field: Sequence[Ranked], newsletter: Newsletter) -> Ranked | None:
    """The best score; of equals, the newest. A topic without room for a story has no lead."""
    open_topics = {topic.id for topic in newsletter.topics if _room(topic, newsletter) > 0}
    eligible = [ranked for ranked in field if ranked.candidate.topic in open_topics]
    if newsletter.max_stories < 1:
        return None
    return max(eligible, key=lambda ranked: ranked.score.total, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A story's turn: topics in ``position`` order, each ``number`` once before the next."""

    number: int
    position: int
    ranked: Ranked


def _take_turns(
    field: Sequence[Ranked], lead: Ranked | None, newsletter: Newsletter
) -> list[Ranked]:
    """The stories besides the lead, by topic, newest first."""
    turns: list[_Turn] = []
    for position, topic in enumerate(newsletter.topics):
        own = [r for r in field if r.candidate.topic == topic.id and r is not lead]
        first = 1 if lead and lead.candidate.topic == topic.id else 0
        room = max(0, _room(topic, newsletter) - first)
        turns += (
            _Turn(number=number, position=position, ranked=ranked)
            for number, ranked in enumerate(own[:room], start=first)
        )
    room = max(0, newsletter.max_stories - (1 if lead else 0))
    taken = sorted(turns, key=lambda turn: (turn.number, turn.position))[:room]
    return [turn.ranked for turn in sorted(taken, key=lambda turn: (turn.position, turn.number))]


def _with_limits(
    listed: Sequence[Ranked], shown: Sequence[Ranked], newsletter: Newsletter
) -> tuple[Ranked, ...]:
    """The listed stories, each with the limit that kept it from being told."""
    counts = Counter(ranked.candidate.topic for ranked in shown)
    return tuple(
        replace(ranked, reason=_limit(ranked.candidate.topic, counts, newsletter))
        for ranked in listed
    )


def _limit(topic_id: str, counts: Counter[str], newsletter: Newsletter) -> str:
    topic = newsletter.topic(topic_id)
    room = _room(topic, newsletter)
    if counts[topic_id] >= room:
        return f"over the limit of {room} in {topic.name}"
    return f"over the limit of {newsletter.max_stories} in an issue"


def _room(topic: Topic, newsletter: Newsletter) -> int:
    return newsletter.max_per_topic if topic.max_stories is None else topic.max_stories


def _is_large(image: Image | None) -> bool:
    return image is not None and (image.width is None or image.width >= _SMALLEST_PICTURE)
