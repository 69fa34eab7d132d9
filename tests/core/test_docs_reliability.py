"""The page of promises names code and tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"


def test_every_test_that_is_named_is_there() -> None:
    """A promise whose test was renamed or removed is noticed."""
    file, seen = "", 0
    for path, name in re.findall(r"`(tests/[\w/]+\.py)?::(\w+)`", PAGE.read_text("utf-8")):
        file = path or file
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"
        seen += 1
    assert seen > 20


def test_the_code_that_is_named_is_there() -> None:
    """So are modules and packages."""
    rows = [line.split("|") for line in PAGE.read_text("utf-8").splitlines() if line[:2] == "| "]
    named = [path for row in rows[1:] for path in re.findall(r"`([a-z_]+/[\w/.]+)`", row[2])]
    assert len(named) > 15
    assert [path for path in named if not (ROOT / "digest" / path).exists()] == []
