"""`digest init`: a directory that works as it is, and explains itself."""

import tomllib
from pathlib import Path

import pytest

from digest.config.feedlist import add_feed
from digest.config.load import load_config
from digest.config.scaffold import ACTIVE, init_directory, quietened
from digest.errors import StateError
from digest.model import Feed
from digest.resources import CONFIG


def test_the_directory_loads_unchanged(tmp_path: Path) -> None:
    """What init writes is a valid configuration with the shipped defaults."""
    target = tmp_path / "new" / "place"

    written = init_directory(target)

    assert [str(path.relative_to(target)) for path in written] == [
        "digest.toml",
        "feeds.toml",
        "newsletters/weekly.toml",
    ]
    config = load_config(target, environment={})
    assert config.settings == load_config(CONFIG, environment={}).settings
    assert tuple(config.newsletters) == ("weekly",)
    assert config.feeds == ()


def test_a_first_feed_leaves_no_warning(tmp_path: Path) -> None:
    """The one thing missing is a feed: with it, the check has nothing to say."""
    init_directory(tmp_path)
    (warning,) = load_config(tmp_path, environment={}).warnings
    assert "weekly" in warning.message

    add_feed(tmp_path / "feeds.toml", Feed(url="https://blog.example/", tags=("weekly",)))

    config = load_config(tmp_path, environment={})
    assert config.warnings == ()
    assert config.newsletter("weekly").feeds == ("https://blog.example/",)


def test_only_common_settings_are_active(tmp_path: Path) -> None:
    """Those that nearly everybody sets are written out; all others wait as comments."""
    init_directory(tmp_path)
    text = (tmp_path / "digest.toml").read_text(encoding="utf-8")
    shipped = tomllib.loads((CONFIG / "digest.toml").read_text(encoding="utf-8"))

    active = {(name, key) for name, table in tomllib.loads(text).items() for key in table}

    assert active == ACTIVE
    for name, table in shipped.items():
        for key in table:
            assert f"{key} = " in text.partition(f"[{name}]")[2]


def test_taking_the_marks_away_gives_every_setting() -> None:
    """Each commented setting is a valid line with its default, once its mark is taken away."""
    shipped = (CONFIG / "digest.toml").read_text(encoding="utf-8")
    keys = {key for table in tomllib.loads(shipped).values() for key in table}

    lines = [
        line.removeprefix("# ") if line.removeprefix("# ").split(" = ")[0] in keys else line
        for line in quietened(shipped).split("\n")
    ]

    assert tomllib.loads("\n".join(lines)) == tomllib.loads(shipped)


@pytest.mark.parametrize("name", ["digest.toml", "feeds.toml", "newsletters/weekly.toml"])
def test_nothing_is_overwritten(name: str, tmp_path: Path) -> None:
    """One file that is there stops everything, and is named."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine", encoding="utf-8")

    with pytest.raises(StateError, match=name):
        init_directory(tmp_path)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_way_is_an_error_with_its_reason(tmp_path: Path) -> None:
    """A target that is no folder is refused in a sentence."""
    target = tmp_path / "file"
    target.write_text("", encoding="utf-8")

    with pytest.raises(StateError, match="cannot be written"):
        init_directory(target)
