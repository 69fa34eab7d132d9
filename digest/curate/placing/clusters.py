"""Clusters: groups among posts that nobody described, and how many of them there are.

Numbers only; needs numpy (extra ``topics``). The same rows in the same order give the same answer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.curate.placing.mixture import Matrix, Posterior, gathered, products, softmax, unit
from digest.curate.placing.terms import TermMatrix, reworded

FEWEST = 4
"""Topics among many posts, at the least."""

MOST = 10
"""Topics among many posts, at the most."""

_POSTS_EACH = 6  # a topic needs about so many to be one
_SHARPNESS = 30.0
_ROUNDS = 10
_SEED = 20
_CANDIDATES = 4
_SAMPLE = 2000
_TRIAL_SAMPLE = 1000
_RESTARTS = 8
_TRIAL_RESTARTS = 4
_STEPS = 20
_STILL = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Groups of posts, the largest first; none is empty.

    ``members`` are each group's rows, the most typical first, and ``shares`` how much of each of
    those posts is the group's. ``directions`` are seen from ``centre``, the posts' mean.
    """

    members: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    directions: Matrix
    centre: Matrix

    def match(self, earlier: Matrix, *, least: float) -> dict[int, int]:
        """Which group goes on which of the earlier directions, the most alike first.

        ``earlier`` has rows of length 1, not centred; pairs of a cosine under ``least`` are none.
        """
        likeness = np.round(self.directions @ unit(earlier - self.centre).T, 6)
        matched: dict[int, int] = {}
        for place in np.argsort(-likeness, axis=None, kind="stable"):
            group, index = (int(at) for at in np.unravel_index(place, likeness.shape))
            if likeness[group, index] < least:
                break
            if group not in matched and index not in matched.values():
                matched[group] = index
        return matched


def cluster(vectors: Matrix, terms: TermMatrix, *, count: int | None = None) -> Clusters:
    """Group the posts into ``count`` clusters, or into as many as :func:`choose_count` says.

    Spherical k-means (Dhillon & Modha 2001) finds the directions, a mixture refines them, and the
    posts' words have their say.
    """
    centre = vectors.mean(axis=0)
    seen = unit(vectors - centre)
    directions = spherical_means(seen, count or choose_count(seen))
    posterior = softmax(_SHARPNESS * products(seen, directions))
    for _ in range(_ROUNDS):
        directions = unit(gathered(posterior, seen))
        posterior = softmax(_SHARPNESS * products(seen, directions))
    posterior = reworded(posterior, terms, fixed=np.full(len(vectors), -1))
    return _grouped(posterior, seen, centre)


def _grouped(posterior: Posterior, seen: Matrix, centre: Matrix) -> Clusters:
    nearest = np.argmax(np.round(posterior, 6), axis=1)
    sizes = np.bincount(nearest, minlength=posterior.shape[1])
    groups = [int(group) for group in np.argsort(-sizes, kind="stable") if sizes[group]]
    directions = unit(gathered(posterior, seen))[groups]
    members = []
    for group, direction in zip(groups, directions, strict=True):
        rows = np.flatnonzero(nearest == group)
        typical = np.argsort(
            -np.round(products(seen[rows], direction[None, :])[:, 0], 5), kind="stable"
        )
        members.append(tuple(int(row) for row in rows[typical]))
    return Clusters(
        members=tuple(members),
        shares=tuple(
            tuple(round(float(posterior[row, group]), 2) for row in rows)
            for group, rows in zip(groups, members, strict=True)
        ),
        directions=directions,
        centre=centre,
    )


def choose_count(seen: Matrix) -> int:
    """How many clusters there are: where one more stops helping.

    The elbow: of the allowed numbers, the one whose last cluster adds most to the mean cosine of
    posts to their cluster, compared with what one more would add.
    """
    most = min(MOST, len(seen) // _POSTS_EACH)
    fewest = min(FEWEST, most)
    if most <= 1:
        return 1
    sample = _spread(seen, _TRIAL_SAMPLE)
    fits = [
        _fit(sample, _best_means(sample, count, restarts=_TRIAL_RESTARTS))
        for count in range(fewest - 1, most + 2)
    ]
    gains = np.diff(np.maximum.accumulate(fits))
    return fewest + int(np.argmax(np.round(gains[:-1] - gains[1:], 5)))


def spherical_means(seen: Matrix, count: int) -> Matrix:
    """The directions that the rows gather around, by k-means on a sample and then on all."""
    sample = _spread(seen, _SAMPLE)
    directions = _best_means(sample, count, restarts=_RESTARTS)
    return directions if len(sample) == len(seen) else _settled(seen, directions)


def _spread(seen: Matrix, size: int) -> Matrix:
    """At most ``size`` rows, evenly from all."""
    if len(seen) <= size:
        return seen
    return seen[np.linspace(0, len(seen) - 1, size).astype(np.int64)]


def _best_means(seen: Matrix, count: int, *, restarts: int) -> Matrix:
    if count <= 1:
        return unit(seen.sum(axis=0, keepdims=True))
    chance = np.random.Generator(np.random.PCG64(_SEED))
    tries = [_settled(seen, _start(seen, count, chance)) for _ in range(restarts)]
    return max(tries, key=lambda directions: round(_fit(seen, directions), 6))


def _start(seen: Matrix, count: int, chance: np.random.Generator) -> Matrix:
    """Rows far from each other: k-means++ (Arthur & Vassilvitskii 2007), greedy, seeded."""
    chosen = [int(chance.integers(len(seen)))]
    nearest = np.einsum("ij,j->i", seen, seen[chosen[0]])
    for _ in range(count - 1):
        odds: NDArray[np.float64] = np.cumsum(np.maximum(1.0 - nearest, 0) ** 2, dtype=np.float64)
        drawn = np.searchsorted(odds, chance.random(_CANDIDATES) * odds[-1])
        drawn = np.minimum(drawn, len(seen) - 1)
        closer = np.maximum(nearest[:, None], products(seen, seen[drawn]))
        best = int(np.argmax(np.round(closer.sum(axis=0), 4)))
        chosen.append(int(drawn[best]))
        nearest = closer[:, best]
    return seen[chosen]


def _settled(seen: Matrix, directions: Matrix) -> Matrix:
    for _ in range(_STEPS):
        nearest = np.argmax(products(seen, directions), axis=1)
        member = np.zeros((len(seen), len(directions)), dtype=np.float32)
        member[np.arange(len(seen)), nearest] = 1
        moved = unit(gathered(member, seen))
        if np.abs(moved - directions).max() < _STILL:
            return moved
        directions = moved
    return directions


def _fit(seen: Matrix, directions: Matrix) -> float:
    return float(products(seen, directions).max(axis=1).mean())
