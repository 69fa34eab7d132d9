"""Where a key stands in a TOML document, so that a finding can name its line.

The scanner only walks over text that ``tomllib`` has accepted: it checks nothing itself.
Grammar: https://toml.io/en/v1.0.0.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache

TomlPath = tuple[str | int, ...]

_KEY_PART = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)"""
_KEY = re.compile(rf"{_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART})*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z")
_SPACE = re.compile(r"[ \t\r]*")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|"{1,2}(?!")|[^"\\])*"{3,5}'
    r"|'''(?:'{1,2}(?!')|[^'])*'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_PLAIN_VALUE = re.compile(r"[^,\]}#\n]*")


def locate(toml_text: str, path: TomlPath) -> int | None:
    """The 1-based line of a key, table or element of an array, counted from 0 within ``path``.

    A path that is not in the text has the line of its nearest parent that is; None when even its
    first part is not there. ``toml_text`` must be valid TOML.
    """
    lines = line_index(toml_text)
    parents = (path[:length] for length in range(len(path), 0, -1))
    return next((lines[parent] for parent in parents if parent in lines), None)


@lru_cache(maxsize=16)
def line_index(toml_text: str) -> Mapping[TomlPath, int]:
    """The line of every path in a valid TOML document, in the order they are met."""
    return _Scanner(toml_text).scan()


class _Scanner:
    """One walk over a document, which notes the line of each path it meets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[TomlPath, int] = {}
        self._lengths: dict[TomlPath, int] = {}

    def scan(self) -> dict[TomlPath, int]:
        table: TomlPath = ()
        self._skip(_BLANK)
        while self._position < len(self._text):
            if self._text[self._position] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> TomlPath:
        brackets = 2 if self._text.startswith("[[", self._position) else 1
        line = self._line()
        self._position += brackets
        names = self._key()
        self._position += brackets
        path: TomlPath = ()
        for name in names[:-1]:
            path = self._inside((*path, name), line)
        path = (*path, names[-1])
        if brackets == 1:
            self._lines[path] = line
            return path
        return self._append(path, line)

    def _inside(self, path: TomlPath, line: int) -> TomlPath:
        """The table a header's part leads to: of an array of tables, the last one."""
        self._lines.setdefault(path, line)
        return (*path, self._lengths[path] - 1) if path in self._lengths else path

    def _append(self, path: TomlPath, line: int) -> TomlPath:
        index = self._lengths.get(path, 0)
        self._lengths[path] = index + 1
        self._lines.setdefault(path, line)
        element = (*path, index)
        self._lines[element] = line
        return element

    def _pair(self, table: TomlPath) -> None:
        line = self._line()
        path = table
        for name in self._key():
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._position += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> TomlPath:
        self._skip(_SPACE)
        text = self._skip(_KEY)
        self._skip(_SPACE)
        return _key_parts(text)

    def _value(self, path: TomlPath) -> None:
        first = self._text[self._position]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._skip(_STRING if first in "\"'" else _PLAIN_VALUE)

    def _array(self, path: TomlPath) -> None:
        index = 0
        while self._next_member() != "]":
            element = (*path, index)
            self._lines[element] = self._line()
            self._value(element)
            index += 1
        self._position += 1

    def _inline_table(self, path: TomlPath) -> None:
        while self._next_member() != "}":
            self._pair(path)
        self._position += 1

    def _next_member(self) -> str:
        """Go past the opening bracket or the comma; the character that stands after it."""
        if self._text[self._position] in "[{":
            self._position += 1
        self._skip(_BLANK)
        if self._text[self._position] == ",":
            self._position += 1
            self._skip(_BLANK)
        return self._text[self._position]

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._position)
        if match is None:
            return ""
        self._position = match.end()
        return match[0]

    def _line(self) -> int:
        return bisect_right(self._line_starts, self._position)


def _key_parts(text: str) -> TomlPath:
    if _BARE_KEY.match(text):
        return tuple(text.split("."))
    found: object = tomllib.loads(f"{text} = 0")
    parts: list[str] = []
    while isinstance(found, dict):
        name, found = next(iter(found.items()))
        parts.append(name)
    return tuple(parts)
