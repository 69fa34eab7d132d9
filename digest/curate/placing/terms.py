"""Terms: which words posts use, weighed by how telling they are, as a sparse matrix.

Numbers only; needs numpy (extra ``topics``).
"""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.curate.placing.mixture import Matrix, Posterior, softmax
from digest.curate.words import fold

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*[^\W_])?")
_POSSESSIVE = re.compile(r"['’]s$")
_BLOCK = 1024  # rows worked on at a time, so that memory stays linear
_COMMON = 0.3  # of the posts: a word in more of them tells nothing
_RARE = 1  # post: what stands in no other cannot tie posts together
_WEIGHT = 4.0  # of words against meaning
_SMOOTHING = 0.2  # of a topic's words are taken from all topics
_ROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatrix:
    """Posts by words: row ``i`` holds ``columns`` and ``weights`` ``starts[i]:starts[i + 1]``.

    There are ``size`` words. Weights are term frequency (logarithmic) times inverse document
    frequency, rows at length 1.
    """

    size: int
    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    weights: NDArray[np.float32]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def times(self, dense: Matrix) -> Matrix:
        """The product with a matrix that has a row for each word."""
        count = len(self.starts) - 1
        result = np.zeros((count, dense.shape[1]), dtype=np.float32)
        for first in range(0, count, _BLOCK):
            bounds = self.starts[first : first + _BLOCK + 1]
            filled = np.diff(bounds) > 0
            if filled.any():
                held = slice(bounds[0], bounds[-1])
                products = dense[self.columns[held]] * self.weights[held, None]
                sums = np.add.reduceat(products, (bounds[:-1] - bounds[0])[filled], axis=0)
                result[first : first + _BLOCK][filled] = sums
        return result

    def shared_out(self, posterior: Posterior) -> Posterior:
        """How much of each word each topic has: a row for each topic, a column for each word."""
        rows, size = self.rows, self.size
        return np.stack(
            [
                np.bincount(self.columns, weights=self.weights * share[rows], minlength=size)
                for share in posterior.T
            ]
        )


def words_of(text: str) -> list[str]:
    """A text's words, folded, without possessive endings and numbers."""
    return [_POSSESSIVE.sub("", word) for word in _WORD.findall(fold(text))]


def term_matrix(texts: Sequence[str]) -> TermMatrix:
    """The words of the texts; words of one text alone, or of too many of them, are left out."""
    known: dict[str, int] = {}
    cells, counted, sizes = array("i"), array("i"), [0]
    for text in texts:
        words = Counter(words_of(text))
        cells.extend([known.setdefault(word, len(known)) for word in words])
        counted.extend(words.values())
        sizes.append(len(words))
    every = np.asarray(cells, dtype=np.int32)
    spread = np.bincount(every, minlength=len(known))
    telling = (spread > _RARE) & (spread <= max(_RARE + 1, _COMMON * len(texts)))
    kept = telling[every] if len(every) else np.zeros(0, dtype=bool)
    starts = np.concatenate(([0], np.cumsum(kept)))[np.cumsum(sizes)]
    columns = (np.cumsum(telling) - 1).astype(np.int32)[every[kept]]
    rarity = np.log((len(texts) + 1) / (spread[telling] + 0.5))
    weights = np.log1p(np.asarray(counted, dtype=np.float32)[kept]) * rarity[columns]
    rows = np.repeat(np.arange(len(texts)), np.diff(starts))
    lengths = np.sqrt(np.bincount(rows, weights=weights**2, minlength=len(texts)))
    return TermMatrix(
        size=int(telling.sum()),
        starts=starts,
        columns=columns,
        weights=(weights / np.where(lengths > 0, lengths, 1)[rows]).astype(np.float32),
    )


def reworded(posterior: Posterior, terms: TermMatrix, *, fixed: NDArray[np.int64]) -> Posterior:
    """The posterior, with what the posts' words say of it (naive Bayes on TF-IDF weights).

    Rennie et al. 2003 weigh words so. ``fixed`` is the topic of each post, or -1.
    """
    size = terms.size
    if not size:
        return posterior
    meaning, found = np.log(posterior + 1e-9), posterior
    for _ in range(_ROUNDS):
        mass = terms.shared_out(found)
        usual = (mass.sum(axis=0) + 1e-3) / (mass.sum() + 1e-3 * size)
        lent = _SMOOTHING * size
        chance = np.log((mass + lent * usual) / (mass.sum(axis=1, keepdims=True) + lent))
        said = terms.times((chance - chance.mean(axis=0)).T.astype(np.float32))
        found = softmax(meaning + _WEIGHT * said)
        known = fixed >= 0
        found[known] = 0
        found[known, fixed[known]] = 1
    return found
