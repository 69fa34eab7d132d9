"""`digest forecast`, and when things go out as every face says it."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import click
import pytest

from digest.cli.root import digest
from digest.config.scaffold import init_directory
from tests.warm import run_digest

NOW = "2026-11-23T08:00+00:00"
SCHEDULE = """
cut_off = "2 days"
blackout = ["2026-12-10"]
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_digest("--config", str(folder), "--now", NOW, *arguments)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working directory as `digest init` makes it, closed two days before it goes out."""
    folder = tmp_path / "pub"
    init_directory(folder)
    weekly = folder / "newsletters" / "weekly.toml"
    text = weekly.read_text("utf-8")
    for line in ('cut_off = "0 hours"\n', "blackout = []\n"):
        assert line in text
        text = text.replace(line, "")
    weekly.write_text(text.replace("weekends = true\n", SCHEDULE + "weekends = true\n"), "utf-8")
    return folder


def test_the_forecast_for_machines(place: Path) -> None:
    """Each issue has its times, its numbers and its warnings, as many as were asked for."""
    run(place, "draft", "weekly")
    done = run(place, "forecast", "weekly", "--issues", "4", "--json")
    assert done.returncode == 0, done.stderr
    issues = json.loads(done.stdout)
    assert [(issue["goes_out"], issue["end"]) for issue in issues] == [
        ("2026-11-19T07:30:00+00:00", "2026-11-17T07:30:00+00:00"),
        ("2026-11-26T07:30:00+00:00", "2026-11-24T07:30:00+00:00"),
        ("2026-12-03T07:30:00+00:00", "2026-12-01T07:30:00+00:00"),
        ("2026-12-17T07:30:00+00:00", "2026-12-15T07:30:00+00:00"),
    ]
    assert all(one["end"] == other["start"] for one, other in pairwise(issues))
    assert [warned["kind"] for warned in issues[3]["warnings"]] == ["blackout", "likely empty"]
    assert {"posts", "stories", "told", "html_bytes"} <= issues[0].keys()


def test_the_forecast_for_people(place: Path) -> None:
    """Without a name every newsletter is told of; four issues of each, with their warnings."""
    done = run(place, "forecast")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("weekly ") == 4
    assert "weekly  2026-11-26 07:30 UTC  0 posts, 0 stories" in done.stdout
    assert "covers 2026-11-17 07:30 – 2026-11-24 07:30 UTC" in done.stdout
    assert "likely empty: 0 of at least 1 stories; it would be skipped" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("forecast", "weakly"), "weekly", id="unknown"),
        pytest.param(("forecast", "--issues", "0"), "--issues", id="none"),
    ],
)
def test_what_cannot_be_foretold(place: Path, arguments: tuple[str, ...], words: str) -> None:
    """A newsletter that there is not, and no issues at all, are usage errors that say so."""
    done = run(place, *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_status_says_when_it_goes_out_and_when_it_is_drafted(place: Path) -> None:
    """Where they differ, both moments are shown; a pause is said instead."""
    expected = "2026-11-26 07:30 UTC (drafted 2026-11-24 07:30 UTC)"
    assert expected in run(place, "status", "--json").stdout
    weekly = place / "newsletters" / "weekly.toml"
    weekly.write_text(weekly.read_text("utf-8").replace("paused = false", "paused = true"), "utf-8")
    rows = json.loads(run(place, "status", "--json").stdout)["newsletters"]
    assert rows[0]["next"] == "paused"


@pytest.mark.parametrize(
    ("command", "words"),
    [("draft", "while it is paused"), ("send", "at once"), ("approve", "not before its time")],
)
def test_the_help_says_what_waits(command: str, words: str) -> None:
    """What a person asks for out of turn is said where it is asked for."""
    found = digest.get_command(click.Context(digest), command)
    assert found is not None
    assert words in " ".join((found.help or "").split())
