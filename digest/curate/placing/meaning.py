"""Meaning: posts sorted under topics by what they are about.

Needs numpy and an embedder (extra ``topics``); :mod:`digest.curate.placing.topics` calls it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digest.curate.placing.mixture import Matrix, Posterior, products, refine, softmax, unit
from digest.curate.placing.terms import reworded, term_matrix
from digest.curate.words import one_line, plain_text
from digest.model import Entry, Topic
from digest.ports import Embedder

TEXT_LENGTH = 800
"""How many characters of a post's text are read for its meaning."""

_MARKUP_READ = 6000
_ACRONYM = 3
_TEMPERATURE = 5.0
_CONVINCING = 0.1  # cosine; texts and names that have nothing to do with each other are near 0
_NAME_IS_NEAR = 0.6
_NAME_IS_NEARER = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How sure it is that a post is a topic's, 0 to 1."""

    topic: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The two topics nearest to a post, the nearest first; together at most 1.

    Their shares are low where the post, or all that came under the topic, is hardly like what the
    topic was described as.
    """

    first: Share
    second: Share


class TopicSense:
    """What topics mean: its name, its description and its examples.

    ``examples`` are more of them, by topic id: editors' corrections. ``seeds`` has a row of length
    1 for each topic.
    """

    def __init__(
        self,
        topics: Sequence[Topic],
        embedder: Embedder,
        *,
        examples: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._ids = tuple(topic.id for topic in topics)
        self._embedder = embedder
        names = embedder.embed([spoken(topic.name) for topic in topics])
        self._names = unit(names)
        self.seeds = np.stack(
            [
                self._seed(name, topic, (examples or {}).get(topic.id, ()))
                for name, topic in zip(self._names, topics, strict=True)
            ]
        )

    def sort(self, texts: Sequence[str], *, known: Sequence[str | None]) -> tuple[Nearest, ...]:
        """Where each text belongs. ``known`` is the topic's id of those that are placed already.

        The texts are looked at together: topics settle where their posts are. The same texts in
        the same order give the same answer.
        """
        if not texts:
            return ()
        places = {topic: index for index, topic in enumerate(self._ids)}
        fixed = np.array([places.get(topic or "", -1) for topic in known], dtype=np.int64)
        vectors = self._embedder.embed(texts)
        gathered = refine(vectors, self.seeds, fixed=fixed)
        posterior = reworded(gathered, term_matrix(texts), fixed=fixed)
        order = np.argsort(-np.round(posterior, 6), axis=1, kind="stable")[:, :2]
        shares = _tempered(posterior) * _belief(products(vectors, self.seeds), order[:, 0])

        def share(row: int, topic: int) -> Share:
            return Share(topic=self._ids[topic], share=round(float(shares[row, topic]), 2))

        return tuple(
            Nearest(first=share(row, first), second=share(row, second))
            for row, (first, second) in enumerate(order)
        )

    def near_names(self, names: Sequence[str]) -> dict[str, Share]:
        """Those of the names (of categories) that mean what one topic's name means."""
        likeness = products(self._embedder.embed([spoken(name) for name in names]), self._names)
        found = {}
        for name, row in zip(names, likeness, strict=True):
            best, other = np.argsort(-np.round(row, 6), kind="stable")[:2]
            if row[best] >= _NAME_IS_NEAR and row[best] - row[other] >= _NAME_IS_NEARER:
                found[name] = Share(topic=self._ids[best], share=round(float(row[best]), 2))
        return found

    def _seed(self, name: Matrix, topic: Topic, examples: Sequence[str]) -> Matrix:
        texts = [one_line(text)[:TEXT_LENGTH] for text in (*topic.examples, *examples)]
        described = [topic.description] if topic.description else []
        told = self._embedder.embed([*described, *texts])
        total: Matrix = name + told.sum(axis=0)
        return unit(total[None, :]).reshape(-1)


def _tempered(posterior: Posterior) -> Posterior:
    """The posterior with its overconfidence taken out: words are not independent of each other."""
    return softmax(np.log(posterior + 1e-12) / _TEMPERATURE)


def _belief(likeness: Matrix, nearest: NDArray[np.int64]) -> Posterior:
    """How far each post is like what its topic was described as: 0 to 1, a row of one each.

    Half of it is the post's own likeness (a cosine), half the mean of all that came under the
    topic, up to what convinces; both less what the other posts have of it. A topic that the posts
    have nothing to do with gathers some all the same, but none that are like it.
    """
    rows = np.arange(len(likeness))
    mine = np.zeros(likeness.shape)
    mine[rows, nearest] = 1
    sizes = mine.sum(axis=0)
    inside = (mine * likeness).sum(axis=0) / np.maximum(sizes, 1)
    outside = ((1 - mine) * likeness).sum(axis=0) / np.maximum(len(likeness) - sizes, 1)
    usual = np.maximum(outside, 0)[nearest]
    own = likeness[rows, nearest] - usual
    evidence = (own + np.minimum(inside[nearest] - usual, _CONVINCING)) / 2
    return np.asarray(np.clip(evidence / _CONVINCING, 0, 1)[:, None])


def meaning_text(entry: Entry) -> str:
    """What of a post is read for its meaning: its title and the beginning of its text."""
    return f"{one_line(entry.title)}. {_beginning(entry)}"[: TEXT_LENGTH + len(entry.title)]


def _beginning(entry: Entry) -> str:
    summary = one_line(entry.summary)
    if len(summary) >= TEXT_LENGTH or not entry.content:
        return summary
    markup = entry.content[:_MARKUP_READ]
    if len(entry.content) > _MARKUP_READ:
        markup = markup[: markup.rfind("<")] if "<" in markup else markup
    return max(plain_text(markup), summary, key=len)


@lru_cache(maxsize=4096)
def spoken(name: str) -> str:
    """A topic's or category's name as it stands in running text; the model minds capitals."""
    plain = " ".join(name.replace("_", " ").replace("-", " ").replace("&", " and ").split())
    if plain.isupper() and len(plain) > _ACRONYM:
        return plain.lower()
    return " ".join(
        word if word.isupper() and 1 < len(word) <= _ACRONYM else word.lower()
        for word in plain.split()
    )
