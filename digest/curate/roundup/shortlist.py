"""The shortlist: the posts a roundup features, and which rule kept each of the others out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate.choosing.sifting import fate
from digest.curate.roundup.longlist import Longlist, Post
from digest.model import Choice, EntryKey, ScorePart, Verdict

TOPICS = 3
"""How many topics a roundup has at least, where the year has them."""

_TRIALS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A post with its score, part by part."""

    post: Post
    score: tuple[ScorePart, ...]

    @property
    def total(self) -> float:
        """The sum of the score's parts."""
        return sum(part.points for part in self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """The featured posts in editorial order, the others by score, and why each is in or out.

    ``relaxed`` says in sentences which constraints the year could not meet.
    """

    featured: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    choices: tuple[Choice, ...]
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What a selection must meet."""

    pick: int
    per_author: int
    topics: int
    quarters: frozenset[int]


def shortlist(
    posts: Longlist, scores: Mapping[EntryKey, tuple[ScorePart, ...]], *, pick: int
) -> Shortlist:
    """Choose the ``pick`` best posts, as many as there are at most.

    At most one of each author, at least three topics, and at least one of each quarter, as far as
    the year has them; what it has not is said. Then the strongest comes first, and from there on
    topics take turns.
    """
    ranked = sorted(
        (Candidate(post=post, score=scores[post.key]) for post in posts.posts),
        key=lambda each: (-each.total, each.post.published_at, each.post.key),
    )
    terms, relaxed = _terms(ranked, min(pick, len(ranked)), posts.year)
    chosen = _choose(ranked, terms)
    while chosen is None:
        terms, why = _relax(terms)
        relaxed.append(why)
        chosen = _choose(ranked, terms)
    featured = _alternating(chosen)
    picked = {each.post.key for each in chosen}
    ranks = {each.post.key: number for number, each in enumerate(ranked, start=1)}
    others = tuple(each for each in ranked if each.post.key not in picked)
    told = (
        _fates(each, Verdict.TOLD, f"no. {place} of {len(featured)}: {_shown(each)}")
        for place, each in enumerate(featured, start=1)
    )
    out = (_fates(each, Verdict.LEFT_OUT, _why_out(each, ranks, chosen, terms)) for each in others)
    fates = [choice for group in (*told, *out) for choice in group]
    return Shortlist(
        featured=featured,
        others=others,
        choices=tuple(sorted((*fates, *posts.set_aside), key=lambda choice: choice.entry)),
        relaxed=tuple(relaxed),
    )


def listed(shortlisted: Shortlist, keys: Mapping[EntryKey, str]) -> tuple[Choice, ...]:
    """The choices, with those posts listed as related that have a reason in ``keys``."""
    return tuple(
        replace(choice, verdict=Verdict.LISTED, reason=f"{keys[choice.entry]}; {choice.reason}")
        if choice.entry in keys
        else choice
        for choice in shortlisted.choices
    )


def _terms(ranked: Sequence[Candidate], pick: int, year: int) -> tuple[_Terms, list[str]]:
    """The constraints as far as the year can meet each of them, and what it cannot."""
    relaxed: list[str] = []
    quarters = Counter(each.post.quarter for each in ranked)
    topics = {each.post.topic for each in ranked if each.post.topic}
    bylines = {each.post.author for each in ranked if each.post.author}
    unsigned = sum(not each.post.author for each in ranked)
    empty = [quarter for quarter in range(1, 5) if not quarters[quarter]]
    if empty and ranked:
        which = _listed(f"Q{quarter}" for quarter in empty)
        relaxed.append(f"{year} has no post in {which}: the quarters it has are covered")
    wanted = frozenset(quarters) if len(quarters) <= pick else frozenset()
    if len(quarters) > pick > 0:
        relaxed.append(f"{pick} posts cannot cover {len(quarters)} quarters")
    least = min(TOPICS, pick, len(topics))
    if least < min(TOPICS, pick):
        on = "one topic" if len(topics) == 1 else f"{len(topics)} topics" if topics else "no topic"
        relaxed.append(f"{year} has posts on {on}, and {min(TOPICS, pick)} topics were wanted")
    per_author = 1
    while bylines and len(bylines) * per_author + unsigned < pick:
        per_author += 1
    if per_author > 1:
        who = "one author" if len(bylines) == 1 else f"{len(bylines)} authors"
        relaxed.append(f"{year} has posts by {who} only: up to {per_author} posts by one author")
    return _Terms(pick=pick, per_author=per_author, topics=least, quarters=wanted), relaxed


def _relax(terms: _Terms) -> tuple[_Terms, str]:
    """The constraints a little wider: the author's, then topics, then quarters."""
    if terms.per_author < terms.pick:
        more = terms.per_author + 1
        why = f"topics and quarters need up to {more} posts by one author"
        return replace(terms, per_author=more), why
    if terms.topics > 1:
        return replace(terms, topics=1), "the quarters' posts are on fewer topics than wanted"
    return replace(terms, quarters=frozenset()), "no selection covers every quarter"


def _choose(ranked: Sequence[Candidate], terms: _Terms) -> tuple[Candidate, ...] | None:
    """The first selection by rank that meets the terms; None where there is none."""
    return _Search(_worth_trying(ranked, terms), terms).extend((), 0)


def _worth_trying(ranked: Sequence[Candidate], terms: _Terms) -> tuple[Candidate, ...]:
    """Of posts that are alike in all that matters, as many of the best as could be chosen."""
    counts: Counter[tuple[str, int, str]] = Counter()
    kept: list[Candidate] = []
    for each in ranked:
        alike = (each.post.author, each.post.quarter, each.post.topic)
        counts[alike] += 1
        if counts[alike] <= (terms.per_author if each.post.author else terms.pick):
            kept.append(each)
    return tuple(kept)


class _Search:
    """Depth first, the best posts first, giving up branches that cannot end well."""

    def __init__(self, ranked: Sequence[Candidate], terms: _Terms) -> None:
        self._ranked = ranked
        self._terms = terms
        self._left = _TRIALS

    def extend(self, chosen: tuple[Candidate, ...], start: int) -> tuple[Candidate, ...] | None:
        """The best way to complete a selection with posts from ``start`` on."""
        if len(chosen) == self._terms.pick:
            return chosen if not self._missing(chosen) else None
        for at in range(start, len(self._ranked)):
            self._left -= 1
            if self._left < 0:
                return None
            more = (*chosen, self._ranked[at])
            if self._is_hopeful(more):
                found = self.extend(more, at + 1)
                if found is not None:
                    return found
        return None

    def _is_hopeful(self, chosen: tuple[Candidate, ...]) -> bool:
        author = chosen[-1].post.author
        by_author = sum(each.post.author == author for each in chosen)
        if author and by_author > self._terms.per_author:
            return False
        return self._missing(chosen) <= self._terms.pick - len(chosen)

    def _missing(self, chosen: tuple[Candidate, ...]) -> int:
        """How many posts more it takes at least to meet the terms."""
        quarters = self._terms.quarters - {each.post.quarter for each in chosen}
        topics = {each.post.topic for each in chosen if each.post.topic}
        return max(len(quarters), self._terms.topics - len(topics), 0)


def _alternating(chosen: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The strongest first, then the strongest of another topic than the one before."""
    left = list(chosen)
    ordered: list[Candidate] = []
    while left:
        before = ordered[-1].post.topic if ordered else ""
        following = next((each for each in left if each.post.topic != before), left[0])
        left.remove(following)
        ordered.append(following)
    return tuple(ordered)


def _why_out(
    each: Candidate, ranks: Mapping[EntryKey, int], chosen: Sequence[Candidate], terms: _Terms
) -> str:
    place = f"{_ordinal(ranks[each.post.key])} of {len(ranks)} by score"
    weakest = min(chosen, key=lambda other: other.total)
    if each.total < weakest.total:
        return f"{place}, and {len(chosen)} are featured; {_shown(each)}"
    theirs = [other for other in chosen if other.post.author == each.post.author]
    if each.post.author and len(theirs) >= terms.per_author:
        limit = f"{terms.per_author} of each author at most"
        return f"{limit}: {theirs[0].post.kept.entry.title!r} is in; {place}"
    rule = _gave_way(each, weakest, chosen, terms)
    return f"made room for {rule}; {place}"


def _gave_way(
    each: Candidate, weakest: Candidate, chosen: Sequence[Candidate], terms: _Terms
) -> str:
    weaker: list[Candidate] = [other for other in chosen if other.total <= each.total]
    rules: tuple[tuple[str, Callable[[Candidate], object], bool], ...] = (
        ("a post of the quarter", lambda other: other.post.quarter, bool(terms.quarters)),
        ("a post on another topic", lambda other: other.post.topic, terms.topics > 1),
    )
    for name, trait, applies in rules:
        for other in weaker or [weakest]:
            alone = sum(trait(rival) == trait(other) for rival in chosen) == 1
            if applies and alone and trait(other) != trait(each):
                shown = (
                    f"{name} ({trait(other)})"
                    if name.endswith("topic")
                    else f"{name} Q{trait(other)}"
                )
                return f"{shown}, {other.post.kept.entry.title!r}"
    return f"{weakest.post.kept.entry.title!r}"


def _fates(each: Candidate, verdict: Verdict, reason: str) -> Iterator[Choice]:
    first, *copies = each.post.group
    led = fate(first, verdict, reason, placement=each.post.placement)
    yield replace(led, score=each.score)
    merged = Verdict.LEFT_OUT if verdict is Verdict.LEFT_OUT else Verdict.MERGED
    for copy in copies:
        why = f"a copy of {led.title!r} from {led.source}"
        yield fate(copy, merged, why, placement=each.post.placement, told_by=led.entry)


def _shown(each: Candidate) -> str:
    parts = ", ".join(f"{part.name} {part.points:.2f}" for part in each.score if part.points)
    return f"{each.total:.2f} points ({parts})"


def _ordinal(number: int) -> str:
    teen = number % 100 in range(11, 14)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _listed(names: Iterator[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
