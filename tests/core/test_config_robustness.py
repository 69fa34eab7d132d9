"""Whatever value stands under whatever key, the answer is a finding, never a crash."""

import tomllib
from collections.abc import Iterator

import pytest

from digest.config.feedlist import parse_feeds
from digest.config.newsletters import read_newsletter
from digest.config.overlay import read_settings
from digest.config.settings import Secrets
from digest.config.tomlfile import TomlFile, parse_toml
from digest.resources import CONFIG

VALUES = {
    "zero": "0",
    "negative": "-1",
    "huge": "9223372036854775807",
    "nan": "nan",
    "infinite": "-inf",
    "true": "true",
    "empty": '""',
    "spaces": '"  "',
    "control": '"\\u0000\\r\\n"',
    "brackets": '"http://[::1"',
    "port": '"http://host:99999999"',
    "digits": '"٣ days"',
    "braces": '"{0[}"',
    "list": "[]",
    "nested": '[[1], {}, ""]',
    "table": "{}",
    "tables": "[{ id = 1 }, { topic = [], regex = '(' }]",
    "date": "1979-05-27",
    "moment": "1979-05-27T07:32:00Z",
    "time": "07:32:00",
}


def read(name: str) -> TomlFile:
    value = parse_toml(name, (CONFIG / name).read_bytes()).value
    assert value is not None
    return value


def variants(file: TomlFile, value: object) -> Iterator[TomlFile]:
    """The file with each key in turn, at any depth, given the value, in its text too."""
    for name, old in file.table.items():
        yield TomlFile(name=file.name, text=file.text, table={**file.table, name: value})
        inner = old[0] if isinstance(old, list) and old else old
        for key in inner if isinstance(inner, dict) else ():
            changed = {**inner, key: value}
            table = {**file.table, name: [changed] if isinstance(old, list) else changed}
            yield TomlFile(name=file.name, text=file.text, table=table)


@pytest.mark.parametrize("written", VALUES.values(), ids=VALUES.keys())
def test_no_value_crashes_a_check(written: str) -> None:
    """Every key of every file, with a value of every kind, gives a value or problems."""
    value = tomllib.loads(f"x = {written}")["x"]
    base, weekly = read("digest.toml"), read("newsletters/weekly.toml")
    feeds = TomlFile(name="feeds.toml", table={"feed": [{"url": "", "title": "", "tags": []}]})

    for variant in variants(base, value):
        settings = read_settings(variant, base, Secrets())
        assert (settings.value is None) == bool(settings.problems)
    for variant in variants(weekly, value):
        newsletter = read_newsletter(variant, newsletter_id="w", feeds=(), themes={"classic"})
        assert (newsletter.value is None) == bool(newsletter.problems)
        assert all(str(problem) for problem in newsletter.problems)
    for variant in variants(feeds, value):
        assert (parse_feeds(variant).value is None) == bool(parse_feeds(variant).problems)
