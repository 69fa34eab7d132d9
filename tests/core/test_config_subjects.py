"""[subject_trial] in a newsletter's file: how second subjects are tried."""

from datetime import timedelta
from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError
from digest.model import TrialPlan, TrialRule
from tests.core.mistakes import FILES, write

WEEKLY = FILES["newsletters/weekly.toml"]


def weekly(folder: Path, *lines: str) -> Path:
    """A folder whose newsletter has that table at its end."""
    table = "\n".join(["[subject_trial]", *lines])
    write(folder, FILES | {"newsletters/weekly.toml": f"{WEEKLY}\n{table}\n"})
    return folder


def test_what_is_written_arrives(tmp_path: Path) -> None:
    """Every key of the table reaches the newsletter."""
    lines = ("sample = 0.5", 'wait = "90 minutes"', 'rule = "editor"', "minimum = 1")
    config = load_config(weekly(tmp_path, *lines), environment={})
    assert config.newsletter("weekly").subject_trial == TrialPlan(
        sample=0.5, wait=timedelta(minutes=90), rule=TrialRule.EDITOR, minimum=1
    )


def test_nothing_need_be_written(tmp_path: Path) -> None:
    """An empty table, as none at all, is the plan the shipped file shows."""
    config = load_config(weekly(tmp_path), environment={})
    assert config.newsletter("weekly").subject_trial == TrialPlan()


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        pytest.param("sample = 0", "sample", "above 0, 0.5 at most", id="nobody"),
        pytest.param("sample = 0.6", "sample", "above 0, 0.5 at most", id="most"),
        pytest.param('sample = "20 %"', "sample", "above 0, 0.5 at most", id="percent"),
        pytest.param("sample = nan", "sample", "above 0, 0.5 at most", id="nan"),
        pytest.param('wait = "4h"', "wait", "hours", id="unit"),
        pytest.param('wait = "0 hours"', "wait", "7 days at most", id="no-wait"),
        pytest.param('wait = "8 days"', "wait", "7 days at most", id="too-long"),
        pytest.param('rule = "most-opened"', "rule", "fewest-leaving", id="rule"),
        pytest.param("minimum = 0", "minimum", "at least 1", id="minimum"),
        pytest.param("samples = 0.2", "samples", "no such key", id="misspelt"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, line: str, field: str, message: str) -> None:
    """File, line, field, and what would do."""
    with pytest.raises(ConfigError) as caught:
        load_config(weekly(tmp_path, line), environment={})
    (problem,) = caught.value.problems
    assert problem.field == f"subject_trial.{field}"
    assert message in f"{problem.message} {problem.fix}"
    assert problem.line == len(WEEKLY.splitlines()) + 3
