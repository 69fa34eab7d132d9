"""[roundup] in a newsletter's file: what a publication always says, and what it may hold."""

from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError
from digest.model import StandingText
from tests.core.mistakes import FILES, write

WEEKLY = FILES["newsletters/weekly.toml"]


def weekly(folder: Path, below: str = "") -> Path:
    """A folder whose newsletter has more at its end."""
    write(folder, FILES | {"newsletters/weekly.toml": f"{WEEKLY}\n{below}"})
    return folder


def test_what_is_written_arrives(tmp_path: Path) -> None:
    """Title, noun, year and texts reach the newsletter as they are written."""
    table = (
        '[roundup]\ntitle = "{Count} {noun} of {year}"\nnoun = "tales"\nsince = 2014\n'
        'closing = "Since {since}: {total}."\nwish = "A good {next_year} after {year}."\n'
    )
    newsletter = load_config(weekly(tmp_path, table), environment={}).newsletter("weekly")
    assert newsletter.standing == StandingText(
        title="{Count} {noun} of {year}",
        noun="tales",
        since=2014,
        closing="Since {since}: {total}.",
        wish="A good {next_year} after {year}.",
    )


def test_nothing_need_be_written(tmp_path: Path) -> None:
    """Without the table a newsletter has no standing text, and a roundup has the language's."""
    newsletter = load_config(weekly(tmp_path), environment={}).newsletter("weekly")
    assert newsletter.standing == StandingText()


@pytest.mark.parametrize(
    ("line", "field", "message", "fix"),
    [
        pytest.param(
            'title = "{Number} posts"',
            "roundup.title",
            "unknown placeholder",
            '"{Count}", "{count}", "{noun}" and "{year}"',
            id="unknown",
        ),
        pytest.param(
            'wish = "Happy {nextyear}"',
            "roundup.wish",
            "unknown placeholder",
            'did you mean "{next_year}"?',
            id="misspelt",
        ),
        pytest.param(
            'closing = "Since {since"', "roundup.closing", "brace without", "{since}", id="unpaired"
        ),
        pytest.param("since = 14", "roundup.since", "a year from 1970 to 9998", "", id="year"),
    ],
)
def test_what_cannot_be_filled_in_is_an_error(
    line: str, field: str, message: str, fix: str, tmp_path: Path
) -> None:
    """Braces that nothing fills stop the check, with the key and the names there are."""
    with pytest.raises(ConfigError) as caught:
        load_config(weekly(tmp_path, f"[roundup]\n{line}\n"), environment={})
    (problem,) = caught.value.problems
    assert problem.field == field
    assert message in problem.message
    assert fix in problem.fix
