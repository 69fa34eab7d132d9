"""``feeds.toml``: read, added to and taken from, with its comments and layout kept."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from digest.config.feed_table import FeedListTable, feed_of, feed_problems, list_of
from digest.config.files import read_toml, replace_text
from digest.config.findings import findings
from digest.config.locate import line_index, locate
from digest.config.quantities import written_duration
from digest.config.references import Variables
from digest.config.tomlfile import Checked, TomlFile, parse_toml
from digest.config.wording import shown
from digest.errors import ConfigError, Problem, StateError
from digest.model import Feed, FeedList, SourceKind

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a file lists: feeds, and remote lists of feeds."""

    feeds: tuple[Feed, ...] = ()
    lists: tuple[FeedList, ...] = ()

    def without(self, index: int) -> "Sources":
        """The same, but for one feed."""
        return replace(self, feeds=self.feeds[:index] + self.feeds[index + 1 :])


def read_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds a file lists; none when there is no file.

    References to environment variables stay as they are written.

    :raises ConfigError: with every problem found.
    """
    return _read(path).feeds


def feed_text(feed: Feed) -> str:
    """A feed as ``feeds.toml`` would list it."""
    import tomlkit

    return tomlkit.dumps({"feed": [_table(feed)]})


def add_feed(path: Path, feed: Feed) -> None:
    """Write a feed to the end of a file, which is made if need be.

    :raises ConfigError: when the file has problems, or the feed would be one.
    :raises StateError: when its URL is listed already.
    """
    add_feeds(path, (feed,))


def add_feeds(path: Path, feeds: Sequence[Feed]) -> None:
    """Write many feeds at once, or none of them; see :func:`add_feed`."""
    file = _parsed(path)
    known = {identity(feed.url): index for index, feed in enumerate(read_feeds(path))}
    for feed in feeds:
        if identity(feed.url) in known:
            line = locate(file.text, ("feed", known[identity(feed.url)]))
            raise StateError(feed.url, f"is listed already, in {path} on line {line}")
    problems = _problems(path, feeds)
    if problems:
        raise ConfigError(problems)
    replace_text(path, _with(file, feeds))


def unfit(path: Path, feed: Feed) -> str:
    """Why a feed cannot be added to a file as it is, whatever stands there; "" when it can."""
    return next((problem.message for problem in _problems(path, (feed,))), "")


def remove_feed(path: Path, url: str) -> bool:
    """Take a feed out of a file, with the comment right above it; whether it was there.

    :raises ConfigError: when the file has problems.
    :raises StateError: when it is laid out so that other feeds would change too.
    """
    sources = _read(path)
    index = next((i for i, feed in enumerate(sources.feeds) if feed.url == url), None)
    if index is None:
        return False
    text = _without(_parsed(path), index)
    left = parse_toml(str(path), text.encode()).value
    if left is None or parse_feeds(left).value != sources.without(index):
        message = f"cannot be taken out of {path} without a change to others; please edit the file"
        raise StateError(url, message)
    replace_text(path, text)
    return True


def parse_feeds(
    file: TomlFile, *, environment: Mapping[str, str] | None = None
) -> Checked[Sources]:
    """The feeds and lists in a file's table, with every problem found.

    References are replaced by what ``environment`` holds; without one they stay as they are.
    """
    variables = Variables(environment=environment)
    problems = (*_duplicates(file, "feed"), *_duplicates(file, "list"))
    problems += tuple(feed_problems(file, variables))
    try:
        table = FeedListTable.model_validate(file.table)
    except ValidationError as error:
        found = findings(error, FeedListTable, file)
        return Checked(problems=tuple(_once((*found, *problems))))
    if problems:
        return Checked(problems=problems)
    return Checked(
        value=Sources(
            feeds=tuple(feed_of(feed, variables) for feed in table.feed),
            lists=tuple(list_of(each) for each in table.list),
        )
    )


def _problems(path: Path, feeds: Sequence[Feed]) -> tuple[Problem, ...]:
    table = {"feed": [_table(feed) for feed in feeds]}
    return parse_feeds(TomlFile(name=str(path), table=table)).problems


def _once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """One finding a place: what a value is was looked at before what it means."""
    seen: set[tuple[int | None, str]] = set()
    for problem in problems:
        place = (problem.line, problem.field)
        if place not in seen:
            yield problem
        seen.add(place)


def _duplicates(file: TomlFile, key: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    members = file.table.get(key)
    if not isinstance(members, list):
        return
    for index, member in enumerate(members):
        url = member.get("url") if isinstance(member, dict) else None
        if not isinstance(url, str):
            continue
        before = first.setdefault(identity(url), index)
        if before != index:
            line = locate(file.text, (key, before, "url"))
            place = f", on line {line}" if line else ""
            message = f"{shown(url)} is listed already{place}"
            fix = "keep one of the two, with the tags of both"
            yield file.problem((key, index, "url"), message, fix=fix)


def identity(url: str) -> str:
    """The same for URLs that differ in the letter case of scheme and host only."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _read(path: Path) -> Sources:
    checked = parse_feeds(_parsed(path))
    if checked.value is None:
        raise ConfigError(checked.problems)
    return checked.value


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
    table: dict[str, object] = {
        "url": feed.url,
        "title": feed.title,
        "tags": list(feed.tags),
        "kind": "" if feed.kind is SourceKind.FEED else feed.kind.value,
        "interval": written_duration(feed.interval) if feed.interval else "",
        "full_text": feed.full_text,
        "headers": {each.name: each.value for each in feed.headers},
        "username": feed.login.username if feed.login else "",
        "password": feed.login.password if feed.login else "",
        "selectors": _filled(asdict(feed.selectors)) if feed.selectors else {},
        "attributes": {each.name: each.value for each in feed.attributes},
        "fields": {each.name: each.value for each in feed.fields},
    }
    weight = {} if feed.weight == Feed(url="").weight else {"weight": feed.weight}
    return {**_filled(table), **weight}


def _filled(table: dict[str, object]) -> dict[str, object]:
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
    end = _next_line(file, lines, index)
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
    return _with_comment(lines, line_index(file.text)[path] - 1)


def _next_line(file: TomlFile, lines: Sequence[str], index: int) -> int:
    """Where the lines of what follows a feed begin: the next feed, or a list."""
    lines_of = line_index(file.text)
    heading = lines_of["feed", index]
    tables = (path for path in lines_of if len(path) == 2 and path[0] in ("feed", "list"))  # noqa: PLR2004 - [[feed]] and its number
    after = [lines_of[path] for path in tables if lines_of[path] > heading]
    return _with_comment(lines, min(after) - 1) if after else len(lines)


def _with_comment(lines: Sequence[str], heading: int) -> int:
    start = heading
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return heading if start == 0 else start


def _is_remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _is_inline(file: TomlFile) -> bool:
    """Whether the list is written ``feed = […]`` and not as ``[[feed]]`` tables."""
    line = locate(file.text, ("feed",)) if "feed" in file.table else None
    return line is not None and not file.text.split("\n")[line - 1].lstrip().startswith("[")
