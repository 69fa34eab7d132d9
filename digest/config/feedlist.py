"""``feeds.toml``: read, added to and taken from, with its comments and layout kept."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from digest.config.files import read_toml, replace_text
from digest.config.findings import findings
from digest.config.locate import line_index, locate
from digest.config.newsletter_table import FeedUrl, Label, Line
from digest.config.settings import Section
from digest.config.tomlfile import Checked, TomlFile, parse_toml
from digest.config.wording import shown
from digest.errors import ConfigError, Problem, StateError
from digest.model import Feed

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class FeedTable(Section):
    """One of ``[[feed]]``."""

    url: FeedUrl = Field(examples=["https://blog.example/feed.xml"])
    title: Line = ""
    tags: tuple[Label, ...] = ()


class FeedListTable(Section):
    """All of ``feeds.toml``."""

    feed: tuple[FeedTable, ...] = ()


def read_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds a file lists; none when there is no file.

    :raises ConfigError: with every problem found.
    """
    checked = parse_feeds(_parsed(path))
    if checked.value is None:
        raise ConfigError(checked.problems)
    return checked.value


def add_feed(path: Path, feed: Feed) -> None:
    """Write a feed to the end of a file, which is made if need be.

    :raises ConfigError: when the file has problems, or the feed would be one.
    :raises StateError: when its URL is listed already.
    """
    add_feeds(path, (feed,))


def add_feeds(path: Path, feeds: Sequence[Feed]) -> None:
    """Write many feeds at once, or none of them; see :func:`add_feed`."""
    file = _parsed(path)
    known = {_identity(feed.url): index for index, feed in enumerate(read_feeds(path))}
    for feed in feeds:
        if _identity(feed.url) in known:
            line = locate(file.text, ("feed", known[_identity(feed.url)]))
            raise StateError(feed.url, f"is listed already, in {path} on line {line}")
    additions = TomlFile(name=str(path), table={"feed": [_table(feed) for feed in feeds]})
    problems = parse_feeds(additions).problems
    if problems:
        raise ConfigError(problems)
    replace_text(path, _with(file, feeds))


def remove_feed(path: Path, url: str) -> bool:
    """Take a feed out of a file, with the comment right above it; whether it was there.

    :raises ConfigError: when the file has problems.
    :raises StateError: when it is laid out so that other feeds would change too.
    """
    feeds = read_feeds(path)
    index = next((index for index, feed in enumerate(feeds) if feed.url == url), None)
    if index is None:
        return False
    text = _without(_parsed(path), index)
    left = parse_toml(str(path), text.encode()).value
    if left is None or parse_feeds(left).value != feeds[:index] + feeds[index + 1 :]:
        message = f"cannot be taken out of {path} without a change to others; please edit the file"
        raise StateError(url, message)
    replace_text(path, text)
    return True


def parse_feeds(file: TomlFile) -> Checked[tuple[Feed, ...]]:
    """The feeds in a file's table, with every problem found."""
    problems = tuple(_duplicates(file))
    try:
        table = FeedListTable.model_validate(file.table)
    except ValidationError as error:
        return Checked(problems=(*findings(error, FeedListTable, file), *problems))
    if problems:
        return Checked(problems=problems)
    return Checked(
        value=tuple(
            Feed(url=feed.url, title=feed.title, tags=tuple(dict.fromkeys(feed.tags)))
            for feed in table.feed
        )
    )


def _duplicates(file: TomlFile) -> Iterator[Problem]:
    first: dict[str, int] = {}
    members = file.table.get("feed")
    if not isinstance(members, list):
        return
    for index, member in enumerate(members):
        url = member.get("url") if isinstance(member, dict) else None
        if not isinstance(url, str):
            continue
        before = first.setdefault(_identity(url), index)
        if before != index:
            line = locate(file.text, ("feed", before, "url"))
            place = f", on line {line}" if line else ""
            message = f"{shown(url)} is listed already{place}"
            fix = "keep one of the two, with the tags of both"
            yield file.problem(("feed", index, "url"), message, fix=fix)


def _identity(url: str) -> str:
    """The same for URLs that differ in the letter case of scheme and host only."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _parsed(path: Path) -> TomlFile:
    """The file at ``path``; an empty one when there is none.

    :raises ConfigError: when it cannot be read.
    """
    if not path.exists():
        return TomlFile(name=str(path))
    checked = read_toml(path)
    if checked.value is None:
        raise ConfigError(checked.problems)
    return checked.value


def _table(feed: Feed) -> dict[str, object]:
    table = {"url": feed.url, "title": feed.title, "tags": list(feed.tags)}
    return {key: value for key, value in table.items() if value}


def _with(file: TomlFile, feeds: Sequence[Feed]) -> str:
    # Loaded only where a file is changed: reading needs the standard library's parser alone.
    import tomlkit

    document = tomlkit.parse(file.text)
    if _is_inline(file):
        listed = document["feed"]
        for feed in feeds:
            table = tomlkit.inline_table()
            table.update(_table(feed))
            listed.append(table)
        return tomlkit.dumps(document)
    # Appended as text: a table at the end changes nothing before it, whatever is written there.
    blocks = [tomlkit.dumps({"feed": [_table(feed)]}) for feed in feeds]
    before = [f"{file.text.rstrip()}\n"] if file.text.strip() else []
    return _with_line_ends_of(file, "\n".join(before + blocks))


def _without(file: TomlFile, index: int) -> str:
    if _is_inline(file):
        import tomlkit

        document = tomlkit.parse(file.text)
        document["feed"].pop(index)
        return tomlkit.dumps(document)
    lines = _LINE.findall(file.text)
    start = _first_line(file, lines, index)
    following = _first_line(file, lines, index + 1)
    end = following
    while end > start and _is_remark(lines[end - 1]):
        end -= 1
    before, after = lines[:start], lines[end:]
    while after and not after[0].strip() and (not before or not before[-1].strip()):
        after = after[1:]
    return _with_line_ends_of(file, f"{''.join(before + after).rstrip()}\n")


def _with_line_ends_of(file: TomlFile, text: str) -> str:
    return re.sub(r"\r?\n", "\r\n", text) if "\r\n" in file.text else text


def _first_line(file: TomlFile, lines: Sequence[str], index: int) -> int:
    """Where a feed's lines begin, counted from 0, the comment right above its heading included.

    A comment that opens the file is about the file. Past the last feed: the number of lines.
    """
    path = ("feed", index)
    if path not in line_index(file.text):
        return len(lines)
    heading = start = line_index(file.text)[path] - 1
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return heading if start == 0 else start


def _is_remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _is_inline(file: TomlFile) -> bool:
    """Whether the list is written ``feed = […]`` and not as ``[[feed]]`` tables."""
    line = locate(file.text, ("feed",)) if "feed" in file.table else None
    return line is not None and not file.text.split("\n")[line - 1].lstrip().startswith("[")
