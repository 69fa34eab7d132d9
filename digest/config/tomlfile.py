"""A TOML file that was read: its table, and problems that know their line."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from digest.config.locate import TomlPath, line_index, locate
from digest.config.wording import field_name
from digest.errors import Problem

T_co = TypeVar("T_co", covariant=True)

# What tomllib says (matched from its start), what that means, and what helps.
_SYNTAX = (
    ("Expected '=' after a key", "a line is not KEY = VALUE", "write it as key = value"),
    ("Invalid value", "the value cannot be read", 'put text in quotes: key = "text"'),
    ("Invalid initial character for a key", "no key can start like this", ""),
    ("Invalid statement", "a line is neither KEY = VALUE nor a [heading]", ""),
    ("Expected newline or end of document", "something stands behind the value",
     "one KEY = VALUE in a line, and text in quotes"),
    ("Illegal character '\\n'", "a text is not closed on its line", 'close it with "'),
    ("Illegal character '\\r'", "a text is not closed on its line", 'close it with "'),
    ("Found invalid character '\\n'", "a text is not closed on its line", "close it with '"),
    ("Unterminated string", "a text is not closed", 'close it with "'),
    ("Expected \"'\"", "a text is not closed", "close it with '"),
    ("Unescaped '\\'", "a backslash in double quotes has a meaning of its own",
     "write the text in 'single quotes', or \\\\ for each backslash"),
    ("Invalid hex value", "a backslash in double quotes has a meaning of its own",
     "write the text in 'single quotes', or \\\\ for each backslash"),
    ("Cannot overwrite a value", "the key stands here twice", "keep one of the two"),
    ("Duplicate inline table key", "the key stands here twice", "keep one of the two"),
    ("Cannot declare", "the [heading] stands in the file twice, or is a key already",
     "put all its keys under one heading"),
    ("Cannot mutate immutable namespace", "the table is complete already", ""),
    ("Unclosed array", "a list is not closed", "close it with ], and put commas between its items"),
    ("Unclosed inline table", "a table is not closed", "close it with }"),
    ("Expected ']' at the end of a table", "a heading is not closed", "close it with ]"),
    ("Expected ']]' at the end of an array", "a heading is not closed", "close it with ]]"),
)  # fmt: skip
_PLACE = re.compile(r" \((?:at line (?P<line>\d+), column (?P<column>\d+)|at end of document)\)$")

_TYPOGRAPHIC = re.compile("[“”„‘’«»]")
_SECRET = re.compile("pass|secret|token|header|authori[sz]ation|cookie|api.?key", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Generic[T_co]):
    """A value that was checked, and all that was found; None when it cannot be used."""

    value: T_co | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """What a file holds. ``name`` is how findings call it."""

    name: str
    text: str = ""
    table: Mapping[str, object] = field(default_factory=dict)

    def problem(self, path: TomlPath, message: str, *, fix: str = "") -> Problem:
        """A finding about the key at ``path`` (elements of arrays counted from 0)."""
        return Problem(
            file=self.name,
            message=message,
            line=locate(self.text, path),
            field=field_name(path),
            fix=fix,
        )

    def first_of(self, paths: Iterable[TomlPath]) -> TomlPath:
        """The first of these paths that stands in the file, else the last of them."""
        lines = line_index(self.text)
        path: TomlPath = ()
        for path in paths:
            if path in lines:
                return path
        return path


def parse_toml(name: str, content: bytes) -> Checked[TomlFile]:
    """Read a file's bytes as TOML 1.0; a byte order mark is forgiven."""
    try:
        text = content.decode("utf-8-sig")
        return Checked(value=TomlFile(name=name, text=text, table=tomllib.loads(text)))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8 text"
        problem = Problem(file=name, line=line, message=message, fix="save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problem = _syntax_problem(name, text, str(error))
    return Checked(problems=(problem,))


def _syntax_problem(name: str, text: str, error: str) -> Problem:
    place = _PLACE.search(error)
    said = error[: place.start()] if place else error
    lines = text.rstrip().split("\n")
    at_end = place is None or place["line"] is None
    line = len(lines) if place is None or at_end else int(place["line"])
    column = f"column {place['column']}" if place and not at_end else "the end of the file"
    known = (row[1:] for row in _SYNTAX if said.startswith(row[0]))
    meaning, fix = next(known, (said, ""))
    excerpt = lines[line - 1].strip() if line <= len(lines) else ""
    if said.startswith("Invalid") and _TYPOGRAPHIC.search(excerpt):
        fix = 'use straight quotes: "text"'
    # A line that may hold a password is not repeated on a screen or in a log.
    shown = f", in: {excerpt}" if excerpt and not _SECRET.search(excerpt) else ""
    return Problem(
        file=name, line=line, message=f"not valid TOML: {meaning} ({column}{shown})", fix=fix
    )
