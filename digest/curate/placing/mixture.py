"""Mixtures: posts as points on a sphere, a topic as a direction they gather around.

Numbers only; needs numpy (extra ``topics``). The same rows in the same order give the same answer.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Posterior = NDArray[np.float64]

_SEED_MASS = 0.6  # of an average topic's posts: how long a seed holds out against them
_ROUNDS = 10
_LEAST = 1e-6
_ALONE = 200_000  # multiplications: BLAS starts threads for more


def unit(vectors: Matrix) -> Matrix:
    """The rows at length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)


def products(rows: Matrix, columns: Matrix) -> Matrix:
    """Every row's scalar products with every one of a few columns (given as rows).

    In blocks that one processor does alone: threads cost more than they save on so few columns,
    and would make the sums depend on how many there are.
    """
    found = np.empty((len(rows), len(columns)), dtype=np.float32)
    for block in _blocks(rows, len(columns)):
        found[block] = rows[block] @ columns.T
    return found


def gathered(shares: Posterior | Matrix, rows: Matrix) -> Matrix:
    """The sum of the rows for each column of shares, weighted by it; in blocks, as above."""
    weights = shares.astype(np.float32, copy=False)
    total = np.zeros((shares.shape[1], rows.shape[1]), dtype=np.float64)
    for block in _blocks(rows, shares.shape[1]):
        total += weights[block].T @ rows[block]
    return total.astype(np.float32)


def _blocks(rows: Matrix, columns: int) -> Iterator[slice]:
    size = max(1, _ALONE // max(1, rows.shape[1] * columns))
    return (slice(start, start + size) for start in range(0, len(rows), size))


def softmax(scores: Posterior | Matrix) -> Posterior:
    """Each row's scores as shares that sum to 1."""
    raised = np.exp(np.asarray(scores, dtype=np.float64) - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def refine(
    vectors: Matrix, seeds: Matrix, *, fixed: NDArray[np.int64], sharpness: float = 20.0
) -> Posterior:
    """Let topics move from their seeds to where their posts are, and the posts choose again.

    Expectation-maximisation of a mixture of von Mises-Fisher distributions (Banerjee et al. 2005)
    of one concentration, seen from the mean of the topics' means, so that a large topic does not
    push the others aside. A seed weighs as much as a part of an average topic's posts: what has no
    posts stays where it was described. ``fixed`` is the topic of each post, or -1. Returns a row
    for each post, of shares that sum to 1.
    """
    count, topics = len(vectors), len(seeds)
    own = unit(seeds - seeds.mean(axis=0)) if topics > 1 else seeds
    posterior = _held(_by_seeds(vectors, seeds), fixed)
    held = 5 + _SEED_MASS * count / topics
    for _ in range(_ROUNDS):
        mass = posterior.sum(axis=0)
        centre = _centre(vectors, posterior, mass, seeds)
        seen = unit(vectors - centre)
        settled = unit(gathered(posterior, seen))
        share = (mass / (mass + held)).astype(np.float32)[:, None]
        likeness = products(seen, unit(settled * share + own * (1 - share)))
        scores = sharpness * likeness + np.log(mass / max(count, 1) + _LEAST)
        posterior = _held(softmax(scores), fixed)
    return posterior


def _by_seeds(vectors: Matrix, seeds: Matrix) -> Posterior:
    likeness = products(vectors, seeds)
    if len(vectors) > 1:
        likeness = likeness - likeness.mean(axis=0) * min(1.0, len(vectors) / 20)
    spread = float(likeness.std())
    return softmax(3 * likeness / spread if spread > _LEAST else likeness)


def _held(posterior: Posterior, fixed: NDArray[np.int64]) -> Posterior:
    known = fixed >= 0
    posterior[known] = 0
    posterior[known, fixed[known]] = 1
    return posterior


def _centre(vectors: Matrix, posterior: Posterior, mass: Posterior, seeds: Matrix) -> Matrix:
    """The mean of the topics' means, which few posts move only little from the seeds' mean."""
    means = gathered(posterior, vectors) / np.maximum(mass, _LEAST)[:, None]
    share = len(vectors) / (len(vectors) + 5)
    mean = share * means.mean(axis=0) + (1 - share) * seeds.mean(axis=0)
    return np.asarray(mean, dtype=np.float32)
