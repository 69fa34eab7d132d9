"""The configuration as a whole: where it is looked for, what overlays what, what comes out."""

import re
import subprocess
import sys
import tomllib
from dataclasses import MISSING, fields
from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

import digest.config
from digest.config.load import load_config
from digest.config.locate import line_index
from digest.config.newsletter_table import NewsletterTable
from digest.config.settings import Settings
from digest.errors import ConfigError
from digest.model import CalendarLength, LengthUnit, Newsletter, RuleField, Weekday
from digest.resources import CONFIG

NEWSLETTER = """\
name = "Daily"
from = "daily@newsletter.example"
postal_address = "1 High Street, Anytown"
feed_tags = ["b", "c"]
feeds = ["https://new.example/", "https://a.example/", "https://new.example/"]
[schedule]
time_zone = "America/New_York"
time = 06:15:00
period = "2 days"
"""
FEEDS = """\
[[feed]]
url = "https://c.example/"
tags = ["c", "b"]
[[feed]]
url = "https://a.example/"
[[feed]]
url = "https://unused.example/"
[[feed]]
url = "https://b.example/"
tags = ["b"]
"""


def place(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "digest.toml").write_text(files.pop("digest", ""), encoding="utf-8")
    for name, text in files.items():
        path = folder / ("feeds.toml" if name == "feeds" else f"newsletters/{name}.toml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    """Every setting comes from the shipped file when one's own says nothing."""
    config = load_config(place(tmp_path), environment={})

    assert config.settings.collect.interval == timedelta(minutes=30)
    assert config.settings.collect.max_size == 10_000_000
    assert config.settings.smtp.port == 25
    assert [warning.message for warning in config.warnings] == ["there is no newsletter yet"]


def test_settings_overlay_the_defaults_key_by_key(tmp_path: Path) -> None:
    """A table in one's own file leaves the table's other settings as they are."""
    config = load_config(place(tmp_path, digest="[smtp]\nport = 587\n"), environment={})

    assert config.settings.smtp.port == 587
    assert config.settings.smtp.host == "localhost"


def test_the_shipped_configuration_is_valid() -> None:
    """The base layer is a working directory itself."""
    config = load_config(CONFIG, environment={})

    assert config.directory == CONFIG
    assert "weekly" in config.newsletters


def test_a_newsletter_is_read(tmp_path: Path) -> None:
    """Feeds come by tag or URL, in the list's order, once each; unlisted ones are added."""
    config = load_config(place(tmp_path, feeds=FEEDS, daily=NEWSLETTER), environment={})

    newsletter = config.newsletter("daily")
    assert newsletter.feeds == (
        "https://c.example/",
        "https://a.example/",
        "https://b.example/",
        "https://new.example/",
    )
    assert [feed.url for feed in config.feeds][-1] == "https://new.example/"
    assert len(config.feeds) == 5
    assert newsletter.schedule.days == ()
    assert newsletter.schedule.at == time(6, 15)
    assert newsletter.schedule.length == CalendarLength(count=2, unit=LengthUnit.DAY)
    assert [(topic.id, topic.name) for topic in newsletter.topics] == [("stories", "Stories")]
    assert newsletter.default_topic == "stories"
    assert newsletter.reply_to is None


def test_the_shipped_newsletter_is_read_in_full() -> None:
    """Topics, rules, schedule and sender arrive as the file has them."""
    newsletter = load_config(CONFIG, environment={}).newsletter("weekly")

    assert newsletter.sender.address == "weekly@newsletter.example"
    assert newsletter.sender.name == newsletter.name
    assert newsletter.schedule.days == (Weekday.THURSDAY,)
    assert [topic.id for topic in newsletter.topics] == ["news", "other"]
    assert [rule.field for rule in newsletter.rules] == [RuleField.CATEGORY]


def test_a_path_may_name_the_folder_or_the_file(tmp_path: Path) -> None:
    """Both ways lead to the same configuration."""
    place(tmp_path)

    by_file = load_config(tmp_path / "digest.toml", environment={})

    assert by_file.directory == load_config(tmp_path, environment={}).directory == tmp_path


def test_the_usual_places_are_tried_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a path: ./config, then the folder one is in, then the user's own."""
    monkeypatch.chdir(tmp_path)
    home = place(tmp_path / "home" / ".config" / "digest")
    xdg = place(tmp_path / "xdg" / "digest")

    def found(**environment: str) -> Path:
        return load_config(None, environment=environment).directory

    assert found(HOME=str(tmp_path / "home")) == home
    assert found(HOME=str(tmp_path / "home"), XDG_CONFIG_HOME=str(tmp_path / "xdg")) == xdg
    place(tmp_path)
    assert found(HOME=str(tmp_path / "home")) == tmp_path
    place(tmp_path / "config")
    assert found(HOME=str(tmp_path / "home")) == tmp_path / "config"


def test_no_configuration_points_to_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is found, the way to get one is told, and where was looked."""
    monkeypatch.chdir(tmp_path)
    cases = {
        None: "digest init DIR",
        tmp_path / "absent": f"digest init {tmp_path / 'absent'}",
        tmp_path: f"digest init {tmp_path}",
    }
    for directory, fix in cases.items():
        with pytest.raises(ConfigError) as caught:
            load_config(directory, environment={"HOME": str(tmp_path)})
        (problem,) = caught.value.problems
        assert fix in problem.fix


def test_findings_name_files_as_the_user_reaches_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configuration found from the current folder has relative file names in its findings."""
    monkeypatch.chdir(tmp_path)
    place(tmp_path / "config", digest="[smtp]\nport = -1\n")

    with pytest.raises(ConfigError, match=r"^config/digest\.toml:2: smtp\.port: should be"):
        load_config(None, environment={})


def _settings() -> set[tuple[str, str]]:
    tables = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        (name, key)
        for name, table in tables.items()
        if isinstance(table, type) and issubclass(table, BaseModel)
        for key in table.model_fields
    }


def test_the_shipped_file_has_every_setting() -> None:
    """Settings and shipped defaults are the same keys: none missing, none left over."""
    shipped = tomllib.loads((CONFIG / "digest.toml").read_text(encoding="utf-8"))

    assert {(name, key) for name, table in shipped.items() for key in table} == _settings()


def test_every_setting_is_explained() -> None:
    """Above each setting, or the group of lines it stands in, there is a comment.

    [smtp]'s host and port are what their names say.
    """
    text = (CONFIG / "digest.toml").read_text(encoding="utf-8")
    lines = text.split("\n")
    bare = set()
    for path, line in line_index(text).items():
        if len(path) != 2:
            continue
        above = line - 2
        while re.match(r"\w+ = ", lines[above]):
            above -= 1
        if not lines[above].startswith("#"):
            bare.add(path)

    assert bare <= {("smtp", "host"), ("smtp", "port")}


def test_the_shipped_newsletter_shows_every_key() -> None:
    """Each key a newsletter may have stands in the shipped one."""
    shipped = tomllib.loads((CONFIG / "newsletters" / "weekly.toml").read_text(encoding="utf-8"))

    known = {field.alias or name for name, field in NewsletterTable.model_fields.items()}

    assert shipped.keys() == known


def test_defaults_are_those_of_the_model() -> None:
    """What a newsletter's file leaves out has the default that the model gives it."""
    of_model = {
        field.name: field.default for field in fields(Newsletter) if field.default is not MISSING
    }
    of_table = {name: field.default for name, field in NewsletterTable.model_fields.items()}

    assert {name: of_table[name] for name in of_model} == of_model


def test_every_public_name_is_there() -> None:
    """Names that are loaded on demand can all be loaded, and no others."""
    for name in digest.config.__all__:
        assert getattr(digest.config, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Confg'"):
        digest.config.Confg  # noqa: B018 - the access is the test


def test_importing_is_lazy() -> None:
    """The package itself imports neither pydantic nor tomlkit; loading needs no tomlkit."""
    script = (
        "import sys, digest.config; print('pydantic' in sys.modules);"
        "import digest.config.load; print('tomlkit' in sys.modules)"
    )

    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == ["False", "False"]
