"""The targets that returned mail of many mail systems is read with."""

import importlib.util
from pathlib import Path

import pytest


@pytest.mark.corpus
def test_the_corpus_is_read_as_it_should_be(corpora: Path) -> None:
    """Dead addresses are found, readers are not lost, machines and people are not mistaken."""
    spec = importlib.util.spec_from_file_location(
        "bench_bounces", Path(__file__).parents[1] / "bench" / "bounces.py"
    )
    assert spec
    assert spec.loader
    bench = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = bench
    spec.loader.exec_module(bench)
    folder = corpora / "bounces-sisimai"
    figures = bench.measure(
        folder,
        folder / "expected.csv",
        autoreply=corpora / "mail-autoreply",
        ordinary=corpora / "mail-not-bounce",
    )
    assert not figures.crashes
    assert not figures.slow
    assert figures.ratio("hard_recall") >= 0.95
    assert figures.ratio("soft_called_hard") <= 0.05
    assert figures.ratio("complaint_recall") >= 0.93
    assert figures.ratio("address_found") >= 0.95
    assert figures.ratio("eol_agree") == 1
    assert figures.hits["autoreply_called_bounce"] == 0
    assert figures.hits["ordinary_called_bounce"] == 0
    assert figures.hits["auth_failure_called_complaint"] == 0
