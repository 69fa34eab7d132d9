"""A small embedder, and posts that are plainly about one thing each, for tests of meaning."""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digest.model import Entry, EntryKey

FEED = "https://blog.example/feed"
_WORDS = {
    "sea": "harbour ferry tide sailor lighthouse wave coast anchor captain estuary fish net",
    "music": "violin concert song choir melody orchestra drummer album singer chord opera hall",
    "garden": "soil tulip seed greenhouse pruning compost rose lawn hedge orchard bulb weed",
    "law": "court judge appeal statute verdict lawyer trial jury clause ruling bench sentence",
    "space": "rocket orbit comet telescope planet crater lunar probe astronaut galaxy star",
}
SUBJECTS = {name: words.split() for name, words in _WORDS.items()}
FILLER = ("report", "people", "town", "number", "place", "story", "group", "plan", "question")


class SubjectEmbedder:
    """Knows the words above: one axis for each subject, and a little noise for each word."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 32), dtype=np.float32)
        for at, text in enumerate(texts):
            for word in text.lower().replace(".", " ").replace(",", " ").split():
                rows[at] += _vector(word)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _vector(word: str) -> NDArray[np.float32]:
    vector = np.zeros(32, dtype=np.float32)
    for axis, (name, words) in enumerate(SUBJECTS.items()):
        vector[axis] = float(word == name or word in words)
    vector[5 + sum(map(ord, word)) % 27] = 0.2
    return vector


def post(subject: str, number: int, *, feed: str = FEED) -> Entry:
    """A post about the subject; the same number makes the same post."""
    draw = random.Random(f"{subject}{number}")
    words = [draw.choice((*SUBJECTS[subject], *SUBJECTS[subject], *FILLER)) for _ in range(24)]
    text = " ".join(words)
    return Entry(
        key=EntryKey(feed=feed, id=f"{subject}-{number:03}"),
        title=f"{words[0].title()} and {words[1]}",
        url="",
        fingerprint="",
        summary=f"The {text}.",
    )


def posts(**counts: int) -> list[Entry]:
    """So many posts about each subject."""
    return [post(subject, n) for subject, count in counts.items() for n in range(count)]
