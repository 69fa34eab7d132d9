"""Diversity: how much two stories have in common, so that an issue does not tell one twice."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from digest.curate.choosing.scoring import Candidate
from digest.curate.words import fold_title
from digest.model import EntryKey
from digest.ports import Embedder

if TYPE_CHECKING:  # numpy comes with the extra ``topics``
    from numpy import float32
    from numpy.typing import NDArray

_OPENING = 400  # characters; what a story is about is said by then
_SPACELESS = "\u0e00"  # Thai is the first of the scripts that have no spaces between words


class Likeness(Protocol):
    """A measure of likeness among the candidates of one issue."""

    def between(self, one: Candidate, other: Candidate) -> float:
        """How alike the two are: 1 for the same words or meaning, 0 for nothing in common."""
        ...


class WordLikeness:
    """The cosine of two texts' words, each as heavy as it is rare (Salton & Buckley 1988)."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        seen = Counter(word for each in candidates for word in _words(each.text))
        count = 1 + len(candidates)
        self._weights = {word: math.log(count / (1 + often)) for word, often in seen.items()}
        # Of most candidates the words are never asked for again, and they would fill the memory.
        self._words: dict[EntryKey, frozenset[str]] = {}

    def between(self, one: Candidate, other: Candidate) -> float:
        """The cosine of the two texts."""
        mine, theirs = self._of(one), self._of(other)
        shared = mine & theirs
        if not shared:
            return 0.0
        product = self._square(mine) * self._square(theirs)
        return self._square(shared) / math.sqrt(product) if product else 1.0

    def _of(self, candidate: Candidate) -> frozenset[str]:
        if candidate.key not in self._words:
            self._words[candidate.key] = _words(candidate.text)
        return self._words[candidate.key]

    def _square(self, words: frozenset[str]) -> float:
        return math.fsum(self._weights.get(word, 0.0) ** 2 for word in words)


class MeaningLikeness:
    """The cosine of two texts' vectors; a text is embedded when it is first asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[EntryKey, NDArray[float32]] = {}

    def between(self, one: Candidate, other: Candidate) -> float:
        """The cosine of the two texts; 0 where they point away from each other."""
        return max(0.0, float(self._vector(one) @ self._vector(other)))

    def _vector(self, candidate: Candidate) -> "NDArray[float32]":
        if candidate.key not in self._vectors:
            self._vectors[candidate.key] = self._embedder.embed([candidate.text[:_OPENING]])[0]
        return self._vectors[candidate.key]


def _words(text: str) -> frozenset[str]:
    """The words of a text; of scripts without spaces, the pairs of neighbouring characters."""
    words = fold_title(text[:_OPENING]).split()
    return frozenset(piece for word in words for piece in _pieces(word))


def _pieces(word: str) -> Iterable[str]:
    if word[0] < _SPACELESS:
        return (word,)
    return (word[at : at + 2] for at in range(max(1, len(word) - 1)))
