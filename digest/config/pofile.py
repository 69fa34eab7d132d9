"""PO files: gettext's catalogues as people edit them, read without compiling.

Read are comments, ``msgctxt``, ``msgid``, ``msgid_plural``, ``msgstr`` and ``msgstr[N]``, strings
over several lines and their escapes; obsolete and fuzzy messages are left out, as msgfmt does.
Source: the GNU gettext manual, "The Format of PO Files".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from digest.model import TextKey

_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d{1,2})\])?\s*)?"(.*)"')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_FLAGS = "#,"


class Part(StrEnum):
    """What a string of a message is."""

    CONTEXT = "msgctxt"
    TEXT = "msgid"
    PLURAL = "msgid_plural"
    FORM = "msgstr"


@dataclass(slots=True, kw_only=True)
class _Draft:
    line: int
    fuzzy: bool = False
    parts: dict[tuple[Part, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoMessage:
    """One message. ``forms`` are its translations by number; ``plural`` is empty without one."""

    key: TextKey
    line: int
    plural: str
    forms: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoFault:
    """A line that cannot be read."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoFile:
    """What a file holds. ``header`` has lower-case names; ``header_line`` is where it starts."""

    messages: tuple[PoMessage, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)
    header_line: int = 1
    faults: tuple[PoFault, ...] = ()


def parse_po(text: str) -> PoFile:
    """Read a catalogue. A line that makes no sense is a fault; the rest is read all the same."""
    reader = _Reader()
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        reader.take(line.strip(), number)
    reader.finish()
    drafts = [draft for draft in reader.drafts if not draft.fuzzy]
    heads = [draft for draft in drafts if _is_head(draft)]
    return PoFile(
        messages=tuple(_message(draft) for draft in drafts if draft not in heads),
        header=_header(heads[0].parts.get((Part.FORM, 0), "")) if heads else {},
        header_line=heads[0].line if heads else 1,
        faults=tuple(reader.faults),
    )


class _Reader:
    """Goes through the lines of a file."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.faults: list[PoFault] = []
        self._draft: _Draft | None = None
        self._part: tuple[Part, int] | None = None
        self._fuzzy = False

    def take(self, line: str, number: int) -> None:
        """Read one line."""
        if not line or line.startswith("#"):
            self._comment(line)
        elif found := _LINE.fullmatch(line):
            name, index, string = found.groups()
            if name:
                self._open(Part(name), int(index or 0), number)
            self._append(string, number)
        else:
            expected = 'expected msgid "…", msgstr "…" or a string in quotation marks'
            self._fault(number, f"cannot be read: {expected}")

    def finish(self) -> None:
        """Close the last message."""
        draft, self._draft, self._part = self._draft, None, None
        if draft is None:
            return
        if (Part.TEXT, 0) not in draft.parts or (Part.FORM, 0) not in draft.parts:
            missing = "msgid" if (Part.TEXT, 0) not in draft.parts else "msgstr"
            self._fault(draft.line, f"the message has no {missing}")
        else:
            self.drafts.append(draft)

    def _comment(self, line: str) -> None:
        self._part = None
        if line.startswith(_FLAGS):
            self._fuzzy = "fuzzy" in line.removeprefix(_FLAGS).replace(" ", "").split(",")

    def _open(self, part: Part, index: int, number: int) -> None:
        if self._draft is None or self._starts_anew(part):
            self.finish()
            self._draft = _Draft(line=number, fuzzy=self._fuzzy)
            self._fuzzy = False
        if part is Part.TEXT:
            self._draft.line = number
        if (part, index) in self._draft.parts:
            self._fault(number, f"a second {part} for the same message")
        self._part = (part, index)
        self._draft.parts[self._part] = ""

    def _starts_anew(self, part: Part) -> bool:
        parts = self._draft.parts if self._draft else {}
        complete = any(each is Part.FORM for each, _ in parts)
        opens = part in {Part.CONTEXT, Part.TEXT}
        return opens and (complete or (part is Part.CONTEXT or (Part.TEXT, 0) in parts))

    def _append(self, string: str, number: int) -> None:
        if self._draft is None or self._part is None:
            self._fault(number, "a string that belongs to no msgid or msgstr")
            return
        if re.search(r'(?<!\\)(?:\\\\)*"', string):
            self._fault(number, 'a quotation mark inside a string is written \\"')
        plain = _ESCAPE.sub(lambda mark: _ESCAPED.get(mark[1], mark[0]), string)
        self._draft.parts[self._part] += plain

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(PoFault(line=line, message=message))


def _is_head(draft: _Draft) -> bool:
    return not draft.parts[Part.TEXT, 0] and (Part.CONTEXT, 0) not in draft.parts


def _message(draft: _Draft) -> PoMessage:
    text, context = draft.parts[Part.TEXT, 0], draft.parts.get((Part.CONTEXT, 0), "")
    return PoMessage(
        key=TextKey(text=text, context=context),
        line=draft.line,
        plural=draft.parts.get((Part.PLURAL, 0), ""),
        forms={index: form for (part, index), form in draft.parts.items() if part is Part.FORM},
    )


def _header(text: str) -> dict[str, str]:
    return dict(_fields(text))


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
