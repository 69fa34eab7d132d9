"""Sound files, and a mistake that a person can make in one of them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError, Problem

MAIN = """\
[instance]
contact = "mailto:editor@newsletter.example"

[collect]
interval = "30 minutes"
concurrency = 8

[smtp]
host = "localhost"
security = "none"

[web]
public_url = "https://newsletter.example"
"""

FEEDS = """\
[[feed]]
url = "https://one.example/feed.xml"
title = "One"
tags = ["weekly"]

[[feed]]
url = "https://two.example/feed.xml"
tags = ["weekly", "science"]
"""

WEEKLY = """\
name = "The Weekly"
from = "The Weekly <weekly@newsletter.example>"
postal_address = "1 High Street, Anytown"
default_topic = "other"
theme = "plain"
feed_tags = ["weekly"]
subject = "{lead} and {more} more"
min_stories = 1
max_stories = 20
approval = "editor"

[schedule]
time_zone = "Europe/London"
days = ["thursday"]
time = "07:30"

[[topics]]
id = "news"
name = "News"

[[topics]]
id = "other"
name = "Elsewhere"

[[rules]]
topic = "news"
category = "News"
"""

FILES = {"digest.toml": MAIN, "feeds.toml": FEEDS, "newsletters/weekly.toml": WEEKLY}


def write(folder: Path, files: dict[str, str]) -> None:
    for name in ("plain", "fancy"):
        theme = folder / "templates" / "email" / name
        theme.mkdir(parents=True)
        (theme / "issue.html").write_text("")
    (folder / "newsletters").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(folder, environment={})
    return caught.value.problems


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """``old`` of a sound file becomes ``new``; the finding stands on the line of ``at``."""

    file: str
    old: str
    new: str
    field: str
    message: str
    fix: str
    at: str | None = None


def main(old: str, new: str, **expected: str) -> Mistake:
    return Mistake(file="digest.toml", old=old, new=new, **expected)


def feeds(old: str, new: str, **expected: str) -> Mistake:
    return Mistake(file="feeds.toml", old=old, new=new, **expected)


def weekly(old: str, new: str, **expected: str) -> Mistake:
    return Mistake(file="newsletters/weekly.toml", old=old, new=new, **expected)
