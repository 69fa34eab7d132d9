"""Bodies: the encoded parts of a message, with what all readers share encoded once.

Quoted-printable works line by line (RFC 2045 section 6.7), so the lines that hold no reader's
value are the same bytes in every message. The result is what encoding the whole text would be.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from functools import lru_cache

from digest.deliver.flowed import PARAMETERS, stuffed_pieces
from digest.model import Filled

_PLAIN = "plain"
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_HIGH_BYTES = bytes(range(0x80, 0x100))
# Quoted-printable triples a byte above ASCII, base64 adds 37 % to all of them.
_DEAREST_SHARE = 0.37 / 2


def encoded_part(subtype: str, body: str | Filled) -> bytes:
    """A text part with its own header fields, without the last line's CRLF."""
    if isinstance(body, str):
        body = Filled(pieces=(body,), values=())
    if subtype == _PLAIN:
        body = stuffed_pieces(body)
    return _with_head(subtype, *_encoded(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What a part's readers share: between each two of ``runs`` stands one of ``lines``.

    A run is whole encoded lines with their CRLF; a line is its pieces, a value between each two.
    ``size`` and ``high`` count the bytes, and those above ASCII, of all pieces.
    """

    runs: tuple[bytes, ...]
    lines: tuple[tuple[str, ...], ...]
    size: int
    high: int


def _encoded(body: Filled) -> tuple[str, bytes]:
    """The encoding that is shorter, and the body in it."""
    if any("\n" in value or "\r" in value for value in body.values):
        body = Filled(pieces=(str(body),), values=())
    shared = _shared(body.pieces)
    own = "".join(body.values).encode("utf-8", "replace")
    high = shared.high + _high(own)
    if high < (shared.size + len(own)) * _DEAREST_SHARE:
        return "quoted-printable", _quoted_printable(shared, body.values)
    data = _LINE_BREAK.sub("\r\n", str(body)).encode("utf-8", "replace")
    return "base64", encodebytes(data).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def _quoted_printable(shared: _Shared, values: tuple[str, ...]) -> bytes:
    parts = [shared.runs[0]]
    at = 0
    for line, run in zip(shared.lines, shared.runs[1:], strict=True):
        own = values[at : at + len(line) - 1]
        at += len(own)
        parts += (_lines_encoded(str(Filled(pieces=line, values=own))), run)
    last = len(parts) - 1 if parts[-1] else len(parts) - 2
    parts[last] = parts[last].removesuffix(b"\r\n")
    return b"".join(parts)


# One for each part of each variant of the issues under way, and of service mail.
@lru_cache(maxsize=256)
def _shared(pieces: tuple[str, ...]) -> _Shared:
    runs: list[bytes] = []
    lines: list[tuple[str, ...]] = []
    run: list[str] = []
    line: list[str] = []
    texts = [_LINE_BREAK.sub("\n", piece).split("\n") for piece in pieces]
    for number, (first, *others) in enumerate(texts):
        line.append(first)
        for text in others:
            _end_line(line, run, runs, lines)
            line = [text]
        if number == len(texts) - 1:
            _end_line(line, run, runs, lines)
    runs.append(_lines_encoded("\r\n".join(run)) if run else b"")
    data = "".join("\r\n".join(text) for text in texts).encode("utf-8", "replace")
    return _Shared(runs=tuple(runs), lines=tuple(lines), size=len(data), high=_high(data))


def _end_line(
    line: list[str], run: list[str], runs: list[bytes], lines: list[tuple[str, ...]]
) -> None:
    if len(line) == 1:
        run.append(line[0])
        return
    runs.append(_lines_encoded("\r\n".join(run)) if run else b"")
    run.clear()
    lines.append(tuple(line))


def _lines_encoded(text: str) -> bytes:
    # The line break says which kind the soft ones should be, and has a last space encoded.
    return b2a_qp(text.encode("utf-8", "replace") + b"\r\n")


def _high(data: bytes) -> int:
    return len(data) - len(data.translate(None, _HIGH_BYTES))


def _with_head(subtype: str, encoding: str, encoded: bytes) -> bytes:
    flowed = f"; {PARAMETERS}" if subtype == _PLAIN else ""
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8{flowed}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii") + encoded
