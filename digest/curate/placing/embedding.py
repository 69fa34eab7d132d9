"""Meaning as vectors: the one home of wordllama (extra ``topics``)."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray
    from wordllama import WordLlamaInference

_BLOCK = 256  # texts whose words are looked up together
_WORDS_KEPT = 200_000


class WordEmbedder:
    """Static word vectors (WordLlama, 256 dimensions), averaged over a text.

    The model lies in the package: nothing is downloaded. It loads at the first use, in about a
    second and 100 MB.
    """

    def __init__(self) -> None:
        self._model: WordLlamaInference | None = None
        self._known: dict[str, tuple[int, ...]] = {}

    def embed(self, texts: Sequence[str]) -> "NDArray[float32]":
        """One row of length 1 for each text; all zero where it has no words."""
        import numpy as np

        if len(self._known) > _WORDS_KEPT:
            self._known.clear()
        model = self._loaded()
        vectors = np.zeros((len(texts), model.embedding.shape[1]), dtype=np.float32)
        for start in range(0, len(texts), _BLOCK):
            for row, tokens in enumerate(self._tokens(texts[start : start + _BLOCK]), start):
                if tokens:
                    vectors[row] = model.embedding[tokens].sum(axis=0)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(lengths > 0, lengths, 1)
        return vectors

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's tokens. No token spans two words, so each word is looked up only once."""
        words = [text.split() for text in texts]
        self._learn(word for each in words for word in each if word not in self._known)
        known = self._known
        return [list(chain.from_iterable([known[word] for word in each])) for each in words]

    def _learn(self, words: Iterable[str]) -> None:
        new = list(dict.fromkeys(words))
        found = self._loaded().tokenizer.encode_batch(new, add_special_tokens=False)
        self._known.update((word, tuple(one.ids)) for word, one in zip(new, found, strict=True))

    def _loaded(self) -> "WordLlamaInference":
        if self._model is None:
            with _root_logger_kept():
                import wordllama
            self._model = wordllama.WordLlama.load(
                cache_dir=Path(wordllama.__file__).parent, disable_download=True
            )
            self._model.tokenizer.no_padding()
        return self._model


@contextmanager
def _root_logger_kept() -> Iterator[None]:
    """Undo what the library does to the root logger (``basicConfig``) when it is imported."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
