"""Agglomeration: points that are like each other on average become one cluster, the likest first.

Average linkage with vetoes. A cluster keeps the sum of its vectors, so that its likeness to
another takes one product; and as an average is never above both of its parts, a cluster's
neighbours are among those of the two it was made of.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, nsmallest
from itertools import product as pairs_of
from math import log2

from digest.curate.grouping.contradictions import clash, contradict, is_other_name
from digest.curate.grouping.headlines import Headline, likeness

LIKE = 0.22
"""How like each other two large clusters are on average, at least, after the decay with time."""
MORE_LIKE = 0.36
"""What is asked of small clusters besides: this by the size of the larger one."""
VERY_LIKE = 0.5
"""How like each other two single points are, at least, before the decay."""
SHARED = 3
"""How many telling words two single points share, at least."""
HALF_LIFE = 18.0
"""Hours between two points that halve their likeness: from 40 on, none is left that is enough."""
_NEAR_COPY = 0.8  # likeness, from where on two points of one feed may be one story
_SMALL = 5  # points, from where on a cluster's words say what it is about without a name
_LIKE_WITHOUT_NAME = 0.6
_FEW = 3  # points, up to where a cluster's numbers must agree with another's
_COMMON = 2  # telling words, below which two points are no neighbours
_REACH = HALF_LIFE * log2(1 / LIKE)  # hours
_CROWDED = 1000  # points with a word, from where on it leads to no neighbours
_MOST = 50  # neighbours a point looks at among those before it, so that time grows with points


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What is clustered: a headline, when it was published (in hours) and by which feeds."""

    headline: Headline
    hours: float
    feeds: frozenset[str]


def agglomerate(points: Sequence[Point]) -> tuple[tuple[int, ...], ...]:
    """The clusters of more than one point, as places in ``points``; the rest stay alone.

    Ties fall to the points that stand first, so ``points`` need an order of their own.
    """
    return _Agglomeration(points).run()


def are_same(one: Headline, other: Headline) -> bool:
    """Whether two headlines, by themselves, are enough alike to be of one story."""
    shared = len(one.telling & other.telling)
    if shared < SHARED or likeness(one.vector, other.vector) < VERY_LIKE:
        return False
    return not contradict(one, other)


class _Cluster:
    """Points that became one. ``vector`` is the sum of theirs, ``hours`` the mean."""

    __slots__ = ("feeds", "hours", "language", "members", "named", "points", "size", "vector")

    def __init__(self, place: int, point: Point) -> None:
        self.members = [place]
        self.size = 1
        self.points = [point]
        self.vector: Mapping[str, float] = point.headline.vector
        self.hours = point.hours
        self.feeds = point.feeds
        self.named = point.headline.named
        self.language = point.headline.language

    def absorb(self, other: "_Cluster") -> None:
        size, more = self.size, other.size
        vector = dict(self.vector)
        for term, weight in other.vector.items():
            vector[term] = vector.get(term, 0.0) + weight
        self.vector = vector
        self.hours = (self.hours * size + other.hours * more) / (size + more)
        self.members += other.members
        self.size = size + more
        self.points += other.points
        self.feeds |= other.feeds
        self.named |= other.named
        self.language = self.language or other.language


class _Agglomeration:
    """Clusters by number: those of single points have their place's, made ones the next free."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        self._clusters = {place: _Cluster(place, point) for place, point in enumerate(points)}
        self._neighbours: dict[int, dict[int, float]] = defaultdict(dict)
        self._queue: list[tuple[float, int, int]] = []
        self._next = len(points)

    def run(self) -> tuple[tuple[int, ...], ...]:
        self._meet()
        while self._queue:
            _, one, other = heappop(self._queue)
            if one in self._clusters and other in self._clusters:
                self._join(one, other)
        made = (cluster.members for cluster in self._clusters.values())
        return tuple(sorted(tuple(sorted(members)) for members in made if len(members) > 1))

    def _meet(self) -> None:
        """Find which single points are neighbours, by the words they share."""
        points = self._points
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for place in sorted(range(len(points)), key=lambda place: (points[place].hours, place)):
            own = points[place].headline
            for other, count in _closest(self._sharers(points[place], postings)):
                found = points[other].headline
                # Of bare headlines the count says all, and is much cheaper.
                if own.bare and found.bare:
                    like = count * own.weight * found.weight
                else:
                    like = likeness(own.vector, found.vector)
                if like >= LIKE:
                    self._offer(min(other, place), max(other, place), like)
            for term in own.telling:
                postings[term].append(place)

    def _sharers(self, point: Point, postings: Mapping[str, list[int]]) -> Counter[int]:
        """The points before this one, not too long, and how many telling words they share."""
        start = point.hours - _REACH
        shared: Counter[int] = Counter()
        for term in point.headline.telling:
            places = postings.get(term)
            if places and self._points[places[0]].hours < start:
                del places[: bisect_left(places, start, key=lambda at: self._points[at].hours)]
            if places and len(places) < _CROWDED:
                shared.update(places)
        return shared

    def _offer(self, one: int, other: int, product: float) -> None:
        """Remember two clusters as neighbours where they can ever join, and line up if now.

        ``product`` is that of their vectors.
        """
        first, second = self._clusters[one], self._clusters[other]
        raw = product / (first.size * second.size)
        like = raw * 0.5 ** (abs(first.hours - second.hours) / HALF_LIFE)
        if like < LIKE:
            return
        self._neighbours[one][other] = self._neighbours[other][one] = product
        size = max(first.size, second.size)
        if like >= LIKE + MORE_LIKE / size if size > 1 else raw >= VERY_LIKE:
            heappush(self._queue, (-like, one, other))

    def _join(self, one: int, other: int) -> None:
        cluster, absorbed = self._clusters[one], self._clusters[other]
        if not _may_join(cluster, absorbed):
            return
        known, more = self._neighbours.pop(one), self._neighbours.pop(other)
        products = {
            neighbour: self._product(one, neighbour, known) + self._product(other, neighbour, more)
            for neighbour in (known.keys() | more.keys()) - {one, other}
        }
        if cluster.size < absorbed.size:
            cluster, absorbed = absorbed, cluster
        cluster.absorb(absorbed)
        del self._clusters[one], self._clusters[other]
        made = self._next
        self._next += 1
        self._clusters[made] = cluster
        for neighbour, product in products.items():
            self._neighbours[neighbour].pop(one, None)
            self._neighbours[neighbour].pop(other, None)
            self._offer(neighbour, made, product)

    def _product(self, one: int, other: int, known: Mapping[int, float]) -> float:
        product = known.get(other)
        if product is None:
            return likeness(self._clusters[one].vector, self._clusters[other].vector)
        return product


def _closest(sharers: Mapping[int, int]) -> list[tuple[int, int]]:
    """Those that share enough words, with how many; of very many, the ones that share most."""
    enough = [(place, count) for place, count in sharers.items() if count >= _COMMON]
    if len(enough) <= _MOST:
        return enough
    return nsmallest(_MOST, enough, key=lambda each: (-each[1], each[0]))


def _raw(one: _Cluster, other: _Cluster) -> float:
    return likeness(one.vector, other.vector) / (one.size * other.size)


def _may_join(one: _Cluster, other: _Cluster) -> bool:
    """Whether nothing speaks against it. The fewer their points, the more is asked of them."""
    first, second = one.points[0].headline, other.points[0].headline
    if one.language and other.language and one.language != other.language:
        return False
    if first.instalment != second.instalment or _crowd_feeds(one, other):
        return False
    sizes = sorted((one.size, other.size))
    if sizes == [1, 1]:
        return are_same(first, second)
    if not _agree_on_names(one, other):
        return False
    pairs = pairs_of(one.points, other.points) if sizes[0] == 1 or sizes[1] <= _FEW else ()
    return not any(
        is_other_name(left.headline, right.headline)
        or (sizes[1] <= _FEW and clash(left.headline.numbers, right.headline.numbers))
        for left, right in pairs
    )


def _agree_on_names(one: _Cluster, other: _Cluster) -> bool:
    """Whether they name somebody in common, or are such that nobody need be named."""
    if one.named & other.named:
        return True
    sizes = sorted((one.size, other.size))
    if sizes[0] == 1 and one.named and other.named:
        return False
    return sizes[1] >= _SMALL or _raw(one, other) >= _LIKE_WITHOUT_NAME


def _crowd_feeds(one: _Cluster, other: _Cluster) -> bool:
    """Whether they would be one feed's several entries rather than several feeds' one story."""
    both = len(one.feeds & other.feeds)
    if not both:
        return False
    if one.size == other.size == 1:
        return _raw(one, other) < _NEAR_COPY
    return min(one.size, other.size) < _FEW or both > 0.5 * min(len(one.feeds), len(other.feeds))
