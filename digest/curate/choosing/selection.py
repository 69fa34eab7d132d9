"""Selection: which stories an issue tells, which it only lists, and which one leads."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digest.curate.choosing.diversity import Likeness, WordLikeness
from digest.curate.choosing.scoring import LIKENESS, Candidate, shown, total
from digest.curate.words import fold
from digest.model import EntryKey, Newsletter, ScorePart, Topic

ALSO_LIMIT = 20
_SAMPLE = 2_000  # of the best, from which it is told how rare a word is


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A candidate with its score, and why it stands where it does."""

    candidate: Candidate
    score: tuple[ScorePart, ...]
    reason: str = ""

    @property
    def total(self) -> float:
        """Its score in one number."""
        return total(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Every candidate, exactly once.

    ``told`` has no lead in it and is in the newsletter's order of topics; there, and in ``also``
    and ``left_out``, the best stand first.
    """

    lead: Ranked | None
    told: tuple[Ranked, ...]
    also: tuple[Ranked, ...]
    left_out: tuple[Ranked, ...]


def select(
    scored: Sequence[Ranked], newsletter: Newsletter, *, likeness: Likeness | None = None
) -> Ranking:
    """Choose among scored candidates within the newsletter's limits, whatever their order.

    What is wanted is told, over every limit. The lead is an editor's choice or the best score.
    Each topic gets its minimum, then the topics take turns until the issue is full. Each time the
    best score is told, less ``diversity`` times its likeness to what is told already, in terms of
    the field's best score: maximal marginal relevance (Carbonell & Goldstein 1998). What does not
    fit is listed, up to 20.
    """
    field = sorted(scored, key=_precedence)
    measure = likeness or WordLikeness([ranked.candidate for ranked in field[:_SAMPLE]])
    selection = _Selection(field, newsletter, measure)
    selection.fill()
    rest = sorted(selection.rest(), key=_precedence)
    over = f"over the limit of {ALSO_LIMIT} listed titles"
    return Ranking(
        lead=selection.lead,
        told=tuple(selection.told_by_topic()),
        also=tuple(rest[:ALSO_LIMIT]),
        left_out=tuple(
            replace(each, reason=f"{each.reason}; {over}") for each in rest[ALSO_LIMIT:]
        ),
    )


def room(topic: Topic, newsletter: Newsletter) -> int:
    """How many stories of a topic an issue tells at most."""
    return newsletter.max_per_topic if topic.max_stories is None else topic.max_stories


def _precedence(ranked: Ranked) -> tuple[float, float, EntryKey]:
    """The best first; of equals the newest, then by key."""
    candidate = ranked.candidate
    return -ranked.total, -candidate.published_at.timestamp(), candidate.key


class _Selection:
    """An issue's stories in the making."""

    def __init__(self, field: list[Ranked], newsletter: Newsletter, likeness: Likeness) -> None:
        self.lead: Ranked | None = None
        self._told: dict[EntryKey, Ranked] = {}
        self._field = field
        self._newsletter = newsletter
        self._by_topic = {topic.id: topic for topic in newsletter.topics}
        self._open = {
            topic.id: [ranked for ranked in field if ranked.candidate.topic == topic.id]
            for topic in newsletter.topics
        }
        self._topics: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        self._authors: Counter[str] = Counter()
        best = max((ranked.total for ranked in field), default=0.0)
        self._penalty = newsletter.ranking.diversity * max(0.0, best)
        self._nearest = _Nearest(likeness)

    def fill(self) -> None:
        """Choose the lead, what is wanted, the topics' minimums, and what else has room."""
        wanted = [ranked for ranked in self._field if ranked.candidate.wanted]
        self._choose_lead()
        for ranked in wanted:
            if not self._is_told(ranked.candidate):
                self._tell(ranked, ranked.candidate.wanted)
        for topic in self._newsletter.topics:
            self._fill_minimum(topic)
        while (topic_id := self._next_topic()) is not None:
            best = self._best(topic_id)
            if best is None:
                self._open[topic_id] = []
            else:
                name = self._by_topic[topic_id].name
                self._tell(best, f"among the best of {name}, with a score of {best.total:.2f}")

    def told_by_topic(self) -> Iterator[Ranked]:
        """What is told besides the lead: by topic, the best first."""
        told = sorted(self._told.values(), key=_precedence)
        for topic in self._newsletter.topics:
            yield from (each for each in told if each.candidate.topic == topic.id)

    def rest(self) -> Iterator[Ranked]:
        """What is not told, with the limit that kept it out."""
        for ranked in self._field:
            if not self._is_told(ranked.candidate):
                seen = self._nearest.knows(ranked.candidate)
                scored = self._less_likeness(ranked) if seen else ranked
                yield replace(scored, reason=self._limit(ranked.candidate))

    def _choose_lead(self) -> None:
        """The editor's choice, else the best score in a topic that has room for a story."""
        chosen = next((ranked for ranked in self._field if ranked.candidate.leads), None)
        if chosen is not None:
            self._lead_with(chosen, f"made the lead by {chosen.candidate.wanted_by}")
            return
        eligible = (ranked for ranked in self._field if self._may_lead(ranked.candidate))
        best = next(eligible, None)
        if best is not None:
            self._lead_with(best, f"leads with a score of {shown(best.score)}")

    def _lead_with(self, ranked: Ranked, reason: str) -> None:
        self.lead = replace(ranked, reason=reason)
        self._count(ranked)

    def _may_lead(self, candidate: Candidate) -> bool:
        topic = self._by_topic[candidate.topic]
        return room(topic, self._newsletter) > 0 and self._newsletter.max_stories > 0

    def _fill_minimum(self, topic: Topic) -> None:
        while self._topics[topic.id] < topic.min_stories and self._has_room(topic.id):
            best = self._best(topic.id)
            if best is None:
                return
            self._tell(best, f"for the minimum of {topic.min_stories} in {topic.name}")

    def _next_topic(self) -> str | None:
        """The topic whose turn it is: of those with stories and room, the one with fewest told."""
        having = [topic for topic, left in self._open.items() if left and self._has_room(topic)]
        return min(having, key=lambda topic: self._topics[topic], default=None)

    def _has_room(self, topic_id: str) -> bool:
        newsletter = self._newsletter
        limit = room(self._by_topic[topic_id], newsletter)
        return self._topics[topic_id] < limit and self._topics.total() < newsletter.max_stories

    def _best(self, topic_id: str) -> Ranked | None:
        """The topic's best story as far as likeness lets it, its likeness in its score."""
        self._open[topic_id] = [r for r in self._open[topic_id] if self._may_be_told(r.candidate)]
        best: Ranked | None = None
        for ranked in self._open[topic_id]:
            # Likeness only takes away, so that no later one can be better.
            if best is not None and ranked.total <= best.total:
                break
            against = self._less_likeness(ranked)
            if best is None or against.total > best.total:
                best = against
        return best

    def _may_be_told(self, candidate: Candidate) -> bool:
        return not self._is_told(candidate) and not self._over_source_or_author(candidate)

    def _is_told(self, candidate: Candidate) -> bool:
        lead = self.lead.candidate.key if self.lead else None
        return candidate.key in self._told or candidate.key == lead

    def _over_source_or_author(self, candidate: Candidate) -> str:
        rules = self._newsletter.ranking
        if 0 < rules.max_per_source <= self._sources[candidate.source]:
            return f"over the limit of {rules.max_per_source} of one source"
        for author in candidate.authors:
            if 0 < rules.max_per_author <= self._authors[fold(author)]:
                return f"over the limit of {rules.max_per_author} by {author}"
        return ""

    def _less_likeness(self, ranked: Ranked) -> Ranked:
        if not self._penalty:
            return ranked
        value = self._nearest.likeness(ranked.candidate)
        part = ScorePart(name=LIKENESS, value=round(value, 4), weight=-round(self._penalty, 4))
        return replace(ranked, score=(*ranked.score, part)) if part.value else ranked

    def _tell(self, ranked: Ranked, reason: str) -> None:
        self._told[ranked.candidate.key] = replace(ranked, reason=reason)
        self._count(ranked)

    def _count(self, ranked: Ranked) -> None:
        candidate = ranked.candidate
        self._topics[candidate.topic] += 1
        self._sources[candidate.source] += 1
        self._authors.update({fold(author) for author in candidate.authors})
        self._nearest.add(candidate)

    def _limit(self, candidate: Candidate) -> str:
        topic = self._by_topic[candidate.topic]
        limit = room(topic, self._newsletter)
        if self._topics[topic.id] >= limit:
            return f"over the limit of {limit} in {topic.name}"
        over = self._over_source_or_author(candidate)
        return over or f"over the limit of {self._newsletter.max_stories} in an issue"


class _Nearest:
    """How like each candidate is to the most like of those told; asked again, only of new ones."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness
        self._told: list[Candidate] = []
        self._known: dict[EntryKey, tuple[int, float]] = {}

    def add(self, candidate: Candidate) -> None:
        self._told.append(candidate)

    def knows(self, candidate: Candidate) -> bool:
        return candidate.key in self._known

    def likeness(self, candidate: Candidate) -> float:
        seen, nearest = self._known.get(candidate.key, (0, 0.0))
        for told in self._told[seen:]:
            nearest = max(nearest, self._likeness.between(candidate, told))
        self._known[candidate.key] = (len(self._told), nearest)
        return nearest
