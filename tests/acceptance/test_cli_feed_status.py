"""`digest feeds status`, as an operator reads it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.cli.root import digest
from digest.model import Entry, EntryKey, FeedHealth, FeedState
from digest.store import open_store

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
URLS = {name: f"https://{name}.example/feed.xml" for name in ("well", "paused", "moved", "fresh")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "digest.toml").write_text("")
    (tmp_path / "feeds.toml").write_text(
        "".join(f'[[feed]]\nurl = "{url}"\ntitle = "{name} [feed]"\n' for name, url in URLS.items())
    )
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    well = FeedState(
        url=URLS["well"],
        last_checked_at=NOW - timedelta(minutes=90),
        last_ok_at=NOW - timedelta(minutes=90),
        next_check_at=NOW + timedelta(hours=3),
        latency=timedelta(milliseconds=120),
        interval=timedelta(hours=4),
    )
    entry = Entry(
        key=EntryKey(feed=URLS["well"], id="1"),
        title="t",
        url="https://well.example/1",
        fingerprint="f",
        published_at=NOW - timedelta(days=1),
    )
    store.feeds.save_refresh(well, [entry], now=NOW)
    paused = FeedState(
        url=URLS["paused"],
        health=FeedHealth.PAUSED,
        error_streak=21,
        last_error="the server answered 500",
        last_checked_at=NOW,
        failing_since=NOW - timedelta(days=15),
    )
    store.feeds.save_refresh(paused, (), now=NOW)
    moved = FeedState(
        url=URLS["moved"],
        last_checked_at=NOW,
        asked_url="https://new.example/feed.xml",
        remark="moved to https://new.example/feed.xml; update feeds.toml",
    )
    store.feeds.save_refresh(moved, (), now=NOW)
    store.close()
    return tmp_path


def run(folder: Path, *options: str, columns: int = 100) -> str:
    done = CliRunner(env={"COLUMNS": str(columns)}).invoke(
        digest, ["--config", str(folder), "--now", NOW.isoformat(), "feeds", "status", *options]
    )
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("columns", [80, 100, 160])
def test_every_feed_has_a_line_and_trouble_has_a_sentence(folder: Path, columns: int) -> None:
    """Nothing is cut, whatever the window; notes say what happened and what to do."""
    output = run(folder, columns=columns)
    table, notes = output.split("4 feeds: 3 active, 1 paused")
    assert "…" not in table
    assert max(len(line) for line in table.splitlines()) <= columns
    (well,) = (line for line in table.splitlines() if line.startswith("well [feed]"))
    assert "90 min ago" in well
    assert "in 3 h" in well
    assert "not asked" in table
    assert f"digest collect --feed {URLS['paused']}" in notes
    assert "failed for 15 d" in notes
    assert "the server answered 500" in notes
    assert "moved to https://new.example/feed.xml; update feeds.toml" in notes


def test_machines_get_every_figure(folder: Path) -> None:
    """JSON holds what the table shows, unrounded by words."""
    rows = {row["url"]: row for row in json.loads(run(folder, "--json"))}
    assert list(rows) == list(URLS.values())
    well, moved = rows[URLS["well"]], rows[URLS["moved"]]
    assert (well["health"], well["interval_s"], well["latency_s"]) == ("active", 14400, 0.12)
    assert (well["entries"], well["dated"], well["with_image"], well["per_week"]) == (1, 1, 0, 1)
    assert (moved["asked_url"], well["asked_url"]) == ("https://new.example/feed.xml", URLS["well"])
    assert rows[URLS["paused"]]["failing_since"] == (NOW - timedelta(days=15)).isoformat()
