"""The real model: what it makes of texts, and how well it sorts real news."""

import importlib.util
import logging
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("numpy")
pytest.importorskip("wordllama")

import numpy as np

from digest.curate.placing.embedding import WordEmbedder

BENCH = Path(__file__).parents[1] / "bench" / "topics.py"


@pytest.fixture(scope="module")
def embedder() -> WordEmbedder:
    """The model, loaded once."""
    return WordEmbedder()


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """The script that measures topics."""
    spec = importlib.util.spec_from_file_location("bench_topics", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_rows_are_of_length_one_or_zero(embedder: WordEmbedder) -> None:
    """A text with words is a row of length 1, one without is zeros; no texts are no rows."""
    rows = embedder.embed(["the harbour at night", "", " \n "])
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 0, 0])
    assert embedder.embed([]).shape == (0, rows.shape[1])


def test_likeness_is_likeness_of_meaning(embedder: WordEmbedder) -> None:
    """Football is nearer to sport than to music, and a violin the other way round."""
    football, violin, sport, music = embedder.embed(["football", "violin", "sport", "music"])
    assert football @ sport > football @ music
    assert violin @ music > violin @ sport


def test_a_text_does_not_depend_on_its_company(embedder: WordEmbedder) -> None:
    """A text's row is the same to the bit alone and among others."""
    texts = ["a ferry leaves the harbour", "choirs, and more choirs", "中文 新闻", "x" * 500]
    together = embedder.embed(texts * 100)[:4]
    alone = np.concatenate([WordEmbedder().embed([text]) for text in texts])
    assert together.tobytes() == alone.tobytes()


def test_loading_leaves_the_root_logger_alone() -> None:
    """The library configures logging when it is imported; ours stays as it was."""
    before = (list(logging.getLogger().handlers), logging.getLogger().level)
    WordEmbedder().embed(["word"])
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before


@pytest.mark.corpus
def test_real_news_finds_its_topics(corpora: Path, bench: ModuleType) -> None:
    """Discovery, names alone and five examples each reach what was asked on labelled news."""
    items = bench.read_items(corpora / "topics" / "bbc_news_2225.jsonl")
    measured = dict(bench.measures(items))
    assert 4 <= measured["k"] <= 10
    assert measured["nmi_true_k"] >= 0.85
    assert measured["named_accuracy"] >= 0.9
    assert measured["few_shot_accuracy"] >= 0.93
    assert measured["named_sure_accuracy"] >= measured["named_accuracy"]
