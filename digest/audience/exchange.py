"""Subscribers in and out as CSV: every row taken or named with its reason, no cell a formula."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from digest.config.notations import check_zone
from digest.config.wording import UnfitError
from digest.errors import ConfigError, Problem
from digest.model import Consent, Subscription, Variant, Volume
from digest.model.address import address_problem, normalise_address

COLUMNS = ("email", "name", "status", "newsletter", "since", "time_zone", "topics", "volume")

_DELIMITERS = (",", ";", "\t")
_ADDRESS = "address"
_NAME = "name"
_STATUS = "status"
_ZONE = "time_zone"
_TOPICS = "topics"
_VOLUME = "volume"
_COLUMN_NAMES = {
    "email": _ADDRESS,
    "e-mail": _ADDRESS,
    "mail": _ADDRESS,
    "address": _ADDRESS,
    "email address": _ADDRESS,
    "e-mail address": _ADDRESS,
    "name": _NAME,
    "full name": _NAME,
    "status": _STATUS,
    "consent": _STATUS,
    "time_zone": _ZONE,
    "time zone": _ZONE,
    "timezone": _ZONE,
    "tz": _ZONE,
    "topics": _TOPICS,
    "volume": _VOLUME,
}
# Other programs' words, where the nearest spelling would be the opposite of what is meant.
_OTHER_WORDS = {
    "subscribed": Consent.CONFIRMED,
    "active": Consent.CONFIRMED,
    "enabled": Consent.CONFIRMED,
    "unconfirmed": Consent.PENDING,
    "cleaned": Consent.UNSUBSCRIBED,
    "bounced": Consent.UNSUBSCRIBED,
}
# What spreadsheets take for the start of a formula (with its full-width forms), at the start of a
# cell or of what becomes one where another delimiter is expected. The mark goes right before it.
_OPENING = r"""(^|[,;\t\r\n])(["' ]*)"""
_FORMULA = r"(?=[=+\-@\t\r\n＝＋－＠])"
_DANGEROUS = re.compile(_OPENING + _FORMULA)
_NEUTRALISED = re.compile(f"{_OPENING}'{_FORMULA}")
_STRAY_MARK = "its quotation marks do not match up"
_SEPARATORS = re.compile(r"[\s,;|]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRow:
    """A row that can be imported. ``line`` counts from 1.

    ``consent`` and ``variant`` are None where nothing is said of them, ``time_zone`` is empty.
    """

    line: int
    address: str
    name: str = ""
    consent: Consent | None = None
    variant: Variant | None = None
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that cannot be imported: the value that is wrong, and why."""

    line: int
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvImport:
    """A whole file read: each row stands in one of the two, in the file's order."""

    rows: tuple[SubscriberRow, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    delimiter: str
    columns: dict[str, int]
    width: int
    topics: frozenset[str] = frozenset()
    utf8: bool = False


def address_refusal(address: str, *, utf8: bool) -> str | None:
    """Why nobody can be subscribed at that address; None when they can.

    ``utf8``: the part before the @ may be outside ASCII.
    """
    problem = address_problem(address, utf8=utf8)
    if problem and not utf8 and not address_problem(address, utf8=True):
        return f"{problem}; [smtp] utf8_addresses = true allows it"
    return problem


def read_csv(
    text: str, *, file: str = "CSV", topics: Collection[str] = (), utf8: bool = False
) -> CsvImport:
    """Read subscribers from CSV (RFC 4180; comma, semicolon or tab; a byte order mark is fine).

    The first line names the columns: ``email`` (or ``address``), and where wanted ``name`` and
    ``status`` (confirmed, pending, unsubscribed), ``time_zone`` (an IANA name), ``topics`` (ids
    with spaces between; none for all) and ``volume`` (full, short). Other columns are passed over.
    ``file`` is named in errors; ``topics`` are the ids there are, where they are known; ``utf8``
    is as for :func:`address_refusal`.

    :raises ConfigError: when the first line names no column of addresses.
    """
    lines = _lines(text)
    layout = replace(_header(lines, file=file), topics=frozenset(topics), utf8=utf8)
    rows: dict[str, SubscriberRow] = {}
    rejected: list[RejectedRow] = []
    for line, cells in _records(lines, delimiter=layout.delimiter):
        if cells is None:
            value = lines[line - 1].strip()
            rejected.append(RejectedRow(line=line, value=value, reason=_STRAY_MARK))
            continue
        row = _row(line, cells, layout=layout)
        if isinstance(row, RejectedRow):
            rejected.append(row)
            continue
        first = rows.setdefault(normalise_address(row.address), row)
        if first is not row:
            reason = f"same as line {first.line}"
            rejected.append(RejectedRow(line=line, value=row.address, reason=reason))
    return CsvImport(rows=tuple(rows.values()), rejected=tuple(rejected))


def write_csv(subscriptions: Iterable[Subscription]) -> Iterator[str]:
    """Write subscriptions as CSV lines that :func:`read_csv` takes back, CRLF at each end.

    Every cell is quoted, and ``'`` stands before what a spreadsheet would run as a formula.
    """
    yield _line(COLUMNS)
    for subscription in subscriptions:
        person = subscription.subscriber
        cells = (
            person.address,
            person.name,
            str(subscription.consent),
            subscription.newsletter,
            subscription.since.isoformat(),
            person.time_zone,
            " ".join(subscription.variant.topics),
            str(subscription.variant.volume),
        )
        yield _line(cells)


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerow([_neutral(cell) for cell in cells])
    return buffer.getvalue()


def _neutral(cell: str) -> str:
    return _DANGEROUS.sub(r"\1\2'", cell)


def _plain(cell: str) -> str:
    return _NEUTRALISED.sub(r"\1\2", cell)


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text.removeprefix("\ufeff"), newline=""))


def _header(lines: list[str], *, file: str) -> _Layout:
    """The layout whose delimiter makes the first line name most of the columns we know."""
    layout = max((_layout(lines[:1], mark) for mark in _DELIMITERS), key=lambda it: len(it.columns))
    if _ADDRESS not in layout.columns:
        message = "the first line names no column of addresses" if lines else "the file is empty"
        fix = "start with a line such as: email,name,status"
        raise ConfigError((Problem(file=file, line=1, message=message, fix=fix),))
    return layout


def _layout(first: list[str], delimiter: str) -> _Layout:
    try:
        names = next(csv.reader(first, delimiter=delimiter), [])
    except csv.Error:
        names = []
    columns: dict[str, int] = {}
    for index, name in enumerate(names):
        meaning = _COLUMN_NAMES.get(name.strip().lower())
        if meaning:
            columns.setdefault(meaning, index)
    return _Layout(delimiter=delimiter, columns=columns, width=len(names))


def _records(lines: list[str], *, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record after the header with the line it starts on, counted from 1.

    None stands for a line whose quotation marks do not match up. Reading goes on with the very
    next line, so that one stray mark does not swallow the records behind it.
    """
    start = 1
    while start < len(lines):
        rest = (lines[index] for index in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        line = start
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line + 1, cells
                line = start + reader.line_num
        except csv.Error:
            yield line + 1, None
        start = line + 1


def _row(line: int, cells: list[str], *, layout: _Layout) -> SubscriberRow | RejectedRow:
    width = max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0)
    if width > layout.width:
        reason = f"has {width} cells where the first line names {layout.width}"
        return RejectedRow(line=line, value=layout.delimiter.join(cells), reason=reason)
    address = _cell(cells, layout.columns.get(_ADDRESS))
    if problem := address_refusal(address, utf8=layout.utf8):
        return RejectedRow(line=line, value=address, reason=problem)
    status = _cell(cells, layout.columns.get(_STATUS))
    if status and status.lower() not in set(Consent):
        return RejectedRow(line=line, value=status, reason=_unknown_status(status))
    zone = _cell(cells, layout.columns.get(_ZONE))
    if problem := _zone_problem(zone):
        return RejectedRow(line=line, value=zone, reason=problem)
    topics = _SEPARATORS.sub(" ", _cell(cells, layout.columns.get(_TOPICS))).split()
    volume = _cell(cells, layout.columns.get(_VOLUME)).lower()
    if problem := _choice_problem(topics, volume, layout):
        return RejectedRow(line=line, value=" ".join((*topics, volume)).strip(), reason=problem)
    return SubscriberRow(
        line=line,
        address=address,
        name=_CONTROL.sub(" ", _cell(cells, layout.columns.get(_NAME))).strip(),
        consent=Consent(status.lower()) if status else None,
        variant=_variant(topics, volume),
        time_zone=zone,
    )


def _zone_problem(zone: str) -> str:
    try:
        check_zone(zone or "UTC")
    except UnfitError as error:
        return f"{error}; {error.fix}"
    return ""


def _variant(topics: Sequence[str], volume: str) -> Variant | None:
    if not topics and not volume:
        return None
    return Variant(topics=tuple(topics), volume=Volume(volume) if volume else Volume.FULL)


def _choice_problem(topics: Sequence[str], volume: str, layout: _Layout) -> str:
    unknown = [topic for topic in topics if layout.topics and topic not in layout.topics]
    if unknown:
        near = get_close_matches(unknown[0], sorted(layout.topics), 1) or sorted(layout.topics)
        return f"there is no topic {unknown[0]!r}; {_hint(near)}"
    if volume and volume not in set(Volume):
        return f"{volume!r} is no volume; {_hint(list(Volume))}"
    return ""


def _hint(choices: Sequence[str]) -> str:
    if len(choices) == 1:
        return f"did you mean {choices[0]}?"
    return f"use one of {', '.join(choices)}"


def _cell(cells: list[str], index: int | None) -> str:
    return (
        _plain(cells[index].strip(" ")).strip() if index is not None and index < len(cells) else ""
    )


def _unknown_status(status: str) -> str:
    word = status.lower()
    near = _OTHER_WORDS.get(word) or next(iter(get_close_matches(word, list(Consent), 1)), "")
    hint = f"; did you mean {near}?" if near else f"; use one of {', '.join(Consent)}"
    return f"{status!r} is no status{hint}"
