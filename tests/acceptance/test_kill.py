"""The kill bench in small: what it promises of 500 kills holds for 20."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench" / "kill.py"


def test_twenty_kills_lose_nobody_and_repeat_no_more_than_was_in_flight() -> None:
    """Kill -9 at random moments, start again: nobody lost, every duplicate with its first id."""
    done = subprocess.run(
        [sys.executable, BENCH, "--kills", "20", "--recipients", "400", "--pause", "10", "--warm"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = dict(line.split() for line in done.stdout.splitlines())
    assert figures["lost"] == "0"
    # A machine that is slow to kill may find the issue done before all twenty.
    assert int(figures["kills"]) >= 5
    assert figures["duplicates"] == figures["duplicates_same_id"]
    assert int(figures["max_duplicates_a_kill"]) <= int(figures["max_in_flight"])
    # Two connections, each with a window of answers, one on the wire and one that comes next.
    assert int(figures["max_in_flight"]) <= 2 * 3 * 16


@pytest.mark.slow
def test_two_senders_on_one_postgresql_lose_nobody(own_postgres: str) -> None:
    """Either is killed while the other goes on: only what was in flight comes again."""
    options = ["--kills", "12", "--recipients", "1200", "--pause", "10", "--warm"]
    done = subprocess.run(
        [sys.executable, BENCH, *options, "--senders", "2", "--database", own_postgres],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = dict(line.split() for line in done.stdout.splitlines())
    assert figures["lost"] == "0"
    assert figures["duplicates"] == figures["duplicates_same_id"]
    assert int(figures["duplicates"]) <= int(figures["in_flight_at_all_kills"])
