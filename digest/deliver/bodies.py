"""Bodies: the encoded parts of a message, with what all readers share encoded once.

What may go as it is does (:mod:`digest.deliver.literal`); the rest is encoded to be ASCII.

Quoted-printable works line by line (RFC 2045 section 6.7), so the lines that hold no reader's
value are the same bytes in every message; the result is what encoding the whole text would be.
Base64 works in threes of bytes, in lines of any length up to 76 (section 6.8): what stands between
two values has one of three encodings, by how many of its bytes the value before it takes along.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from digest.deliver.flowed import PARAMETERS, stuffed_pieces
from digest.deliver.literal import literal
from digest.model import Filled

_PLAIN = "plain"
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_HIGH_BYTES = bytes(range(0x80, 0x100))
# Quoted-printable triples a byte above ASCII, base64 adds 37 % to all of them.
_DEAREST_SHARE = 0.37 / 2
# One for each part of each variant of the issues under way, and of service mail.
_KEPT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The body of a multipart/alternative message.

    ``chunks`` are by turns what all readers of a variant share, which is the same object for each
    of them, and what is one reader's own. The first and the last are shared. They are whole lines,
    each with its CRLF, but for parts that are not encoded.
    """

    boundary: str
    chunks: tuple[bytes, ...]
    eight_bit: bool = False

    def __bytes__(self) -> bytes:
        return b"".join(self.chunks)


def alternative(text: str | Filled, html: str | Filled, *, eight_bit: bool = False) -> Body:
    """Both forms of a message, the plainer one first (RFC 2046 section 5.1.4).

    ``eight_bit``: the server takes more than ASCII, and nobody on the way may have to re-encode.
    """
    plain, rich = stuffed_pieces(_whole(text)), _whole(html)
    boundary = _boundary(plain.pieces, rich.pieces)
    text_encoding, text_chunks = _part(plain, boundary, eight_bit=eight_bit)
    html_encoding, html_chunks = _part(rich, boundary, eight_bit=eight_bit)
    chunks = (
        _head(boundary, _PLAIN, text_encoding),
        b"",
        *text_chunks,
        b"",
        _head(boundary, "html", html_encoding),
        b"",
        *html_chunks,
        b"",
        _end(boundary),
    )
    is_eight_bit = "8bit" in {text_encoding, html_encoding}
    return Body(boundary=boundary, chunks=chunks, eight_bit=is_eight_bit)


def _part(body: Filled, boundary: str, *, eight_bit: bool) -> tuple[str, list[bytes]]:
    as_it_is = literal(body, boundary=boundary) if eight_bit else None
    return as_it_is or _encoded(body)


def _whole(body: str | Filled) -> Filled:
    """The body with its slots; without them where a value breaks lines, and so the pattern."""
    if isinstance(body, str):
        return Filled(pieces=(body,), values=())
    if any("\n" in value or "\r" in value for value in body.values):
        return Filled(pieces=(str(body),), values=())
    return body


@lru_cache(maxsize=_KEPT)
def _boundary(plain: tuple[str, ...], rich: tuple[str, ...]) -> str:
    """A boundary for this body: "=_" cannot occur in an encoding, nor a text's hash in the text."""
    state = blake2b(digest_size=16)
    for piece in (*plain, *rich):
        state.update(piece.encode("utf-8", "replace"))
    return f"=_{state.hexdigest()}"


@lru_cache(maxsize=_KEPT)
def _head(boundary: str, subtype: str, encoding: str) -> bytes:
    """What stands before a part; the CRLF before the delimiter is the last line's own."""
    flowed = f"; {PARAMETERS}" if subtype == _PLAIN else ""
    head = (
        f"--{boundary}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8{flowed}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii")


@lru_cache(maxsize=_KEPT)
def _end(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What a part's readers share: between each two of ``runs`` stands one of ``lines``.

    A run is whole encoded lines with their CRLF; a line is its pieces, a value between each two.
    """

    runs: tuple[bytes, ...]
    lines: tuple[tuple[str, ...], ...]


def _encoded(body: Filled) -> tuple[str, list[bytes]]:
    """The encoding that is shorter, and the body in it: shared and own chunks by turns."""
    size, high = _weight(body.pieces)
    own = "".join(body.values).encode("utf-8", "replace")
    if high + _high(own) <= (size + len(own)) * _DEAREST_SHARE:
        return "quoted-printable", _quoted_printable(_shared(body.pieces), body.values)
    return "base64", _base64(body)


def _quoted_printable(shared: _Shared, values: tuple[str, ...]) -> list[bytes]:
    chunks = [shared.runs[0]]
    at = 0
    for line, run in zip(shared.lines, shared.runs[1:], strict=True):
        own = values[at : at + len(line) - 1]
        at += len(own)
        chunks += (_lines_encoded(str(Filled(pieces=line, values=own))), run)
    return chunks


def _base64(body: Filled) -> list[bytes]:
    run, _, carry = _base64_run(body.pieces[0], 0)
    chunks = [run]
    for value, piece in zip(body.values, body.pieces[1:], strict=True):
        own = carry + value.encode("utf-8", "replace")
        run, taken, rest = _base64_run(piece, -len(own) % 3)
        own += taken
        # A piece too short to fill the last three leaves them to the next value.
        whole = len(own) // 3 * 3
        carry = own[whole:] + rest
        chunks += (_base64_lines(own[:whole]), run)
    return [*chunks, _base64_lines(carry), b""]


@lru_cache(maxsize=3 * _KEPT)
def _base64_run(piece: str, skip: int) -> tuple[bytes, bytes, bytes]:
    """A piece encoded but for its first ``skip`` bytes and the last that make no three."""
    data = _LINE_BREAK.sub("\r\n", piece).encode("utf-8", "replace")
    end = skip + max(len(data) - skip, 0) // 3 * 3
    return _base64_lines(data[skip:end]), data[:skip], data[end:]


def _base64_lines(data: bytes) -> bytes:
    return encodebytes(data).replace(b"\n", b"\r\n")


@lru_cache(maxsize=_KEPT)
def _weight(pieces: tuple[str, ...]) -> tuple[int, int]:
    """How many bytes the pieces have, and how many of them are above ASCII."""
    data = "".join(_LINE_BREAK.sub("\r\n", piece) for piece in pieces).encode("utf-8", "replace")
    return len(data), _high(data)


@lru_cache(maxsize=_KEPT)
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
    return _Shared(runs=tuple(runs), lines=tuple(lines))


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
