"""Mail as it comes back: bytes to parts, forgiving everything.

The standard library's parser is not used: it takes a bare CR for no line end, reads a base64
``message/delivery-status`` as if it were not encoded, follows any depth of nesting by recursion,
and finds no parts where a boundary is missing or broken, all of which bounces do. Sources: RFC 5322
section 2.2, RFC 2045, RFC 2046 section 5.1.
"""

import re
from base64 import b64decode
from binascii import a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from digest.deliver.headers import safe_header_text

MAX_SIZE = 1_000_000
"""What is read of a mail, in bytes: what matters of a report stands before the returned mail."""
MAX_DEPTH = 12
MAX_PARTS = 100
MAX_FIELD = 4_000

_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]{0,20}:[ \t]?(.*)")
_MBOX_FROM = re.compile(r">?From [^\n]*\n")
_PARAMETER = re.compile(r';?\s*([A-Za-z0-9_-]{1,40})\*?\d?\*?\s*=\s*(?:"([^"]*)"|([^;\s]+))')
_GUESSED_BOUNDARY = re.compile(r"^--(\S[^\n]{0,100})\n(?=content-)", re.IGNORECASE | re.MULTILINE)
_TAG = re.compile(r"<[^<>]{0,5000}>")
_UNSEEN = re.compile(r"<(style|script|head|title)\b", re.IGNORECASE)
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_ROW = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?table)\b[^<>]{0,2000}>", re.IGNORECASE)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " ", "&#64;": "@", "&amp;": "&"}
# Codecs of Python that are no charset of any mail, some of them slow.
_NO_CHARSET = re.compile(r"punycode|idna|.*escape|undefined|mbcs|oem", re.IGNORECASE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A mail or a part of one. ``kind`` is its media type in lower case.

    ``text`` is what stands in it, decoded, with bare line feeds; a multipart has ``parts`` besides,
    and a ``message/rfc822`` the one message.
    """

    fields: tuple[tuple[str, str], ...]
    kind: str
    parameters: dict[str, str]
    text: str
    parts: tuple["Part", ...] = field(default=())

    def get(self, name: str) -> str:
        """The first field of that name (lower case), unfolded and decoded; empty for none."""
        return next((safe_header_text(v, MAX_FIELD) for n, v in self.fields if n == name), "")

    def all(self, *names: str) -> tuple[str, ...]:
        """Every field of these names, in the mail's order, as it stands."""
        return tuple(value for name, value in self.fields if name in names)

    @cached_property
    def readable(self) -> str:
        """The text as a person would see it."""
        return visible_text(self.text) if self.kind == "text/html" else self.text


def read_message(data: bytes) -> Part:
    """A mail's parts. Total: what makes no sense becomes plain text."""
    text = data[:MAX_SIZE].replace(b"\x00", b"").decode("utf-8", "surrogateescape")
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n \t")
    return _Reader().message(text, depth=0)


def read_header(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The fields at the start of ``text``, names in lower case and values unfolded; the rest."""
    fields: list[tuple[str, list[str]]] = []
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if not line.strip():
            position = end + 1
            break
        if line[0] in " \t" and fields:
            fields[-1][1].append(line.strip())
        elif match := _FIELD.fullmatch(line):
            fields.append((match[1].lower(), [match[2].strip()]))
        elif not fields:
            break
        position = end + 1
    return tuple((name, " ".join(lines)) for name, lines in fields), text[position:]


def walk(part: Part) -> Iterator[Part]:
    """The parts of a mail that are no containers, without looking into returned mails."""
    if part.kind == "message/rfc822" or not part.parts:
        yield part
        return
    for inner in part.parts:
        yield from walk(inner)


def visible_text(html: str) -> str:
    """HTML as lines of text, roughly: for finding words and addresses in it."""
    text = _TAG.sub(" ", _ROW.sub("\n", _seen(html)))
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text


def _seen(html: str) -> str:
    """HTML without the elements that nobody sees; one that never ends is taken for seen."""
    lower = html.translate(_ASCII_LOWER)
    pieces: list[str] = []
    endless: set[str] = set()
    position = kept = 0
    while match := _UNSEEN.search(lower, position):
        position, name = match.end(), match[1]
        end = -1 if name in endless else lower.find(f"</{name}", position)
        if end < 0:
            endless.add(name)
            continue
        pieces.append(html[kept : match.start()])
        position = kept = end
    return " ".join((*pieces, html[kept:]))


class _Reader:
    """Reads one mail, counting its parts."""

    def __init__(self) -> None:
        self._left = MAX_PARTS

    def message(self, text: str, *, depth: int) -> Part:
        if match := _MBOX_FROM.match(text):
            text = text[match.end() :]
        return self._part(text, depth=depth, default="text/plain")

    def _part(self, text: str, *, depth: int, default: str) -> Part:
        self._left -= 1
        fields, body = read_header(text)
        named = dict(reversed(fields))
        kind, parameters = _content_type(named.get("content-type", ""), default)
        encoding = named.get("content-transfer-encoding", "")
        if kind.startswith("multipart/") and f"--{parameters.get('boundary', '')}" in body:
            encoding = ""  # some say base64 of the whole, and encode but the parts
        body = _decoded(body, encoding, parameters)
        parts: tuple[Part, ...] = ()
        if depth < MAX_DEPTH and self._left > 0:
            if kind in {"message/rfc822", "message/global"}:
                kind = "message/rfc822"
                parts = (self.message(body.lstrip("\n"), depth=depth + 1),)
            elif kind.startswith("multipart/"):
                parts = self._multipart(body, kind, parameters.get("boundary", ""), depth=depth)
        if kind.startswith("multipart/") and not parts:
            kind = "text/plain"
        return Part(fields=fields, kind=kind, parameters=parameters, text=body, parts=parts)

    def _multipart(self, body: str, kind: str, boundary: str, *, depth: int) -> tuple[Part, ...]:
        pieces = _split(body, boundary) if boundary else []
        if not pieces and (guess := _GUESSED_BOUNDARY.search(body)):
            pieces = _split(body, guess[1].rstrip())
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        return tuple(
            self._part(piece, depth=depth + 1, default=default)
            for piece in pieces[:MAX_PARTS]
            if self._left > 0
        )


def _split(body: str, boundary: str) -> list[str]:
    """What stands between the lines of a boundary; the end may be missing."""
    mark = f"--{boundary.rstrip()}"
    pieces: list[list[str]] = []
    for line in body.split("\n"):
        bare = line.rstrip()
        if bare == mark:
            pieces.append([])
        elif bare == f"{mark}--" and pieces:
            break
        elif pieces:
            pieces[-1].append(line)
    return ["\n".join(lines) for lines in pieces]


def _content_type(value: str, default: str) -> tuple[str, dict[str, str]]:
    kind, _, rest = value.partition(";")
    kind = kind.strip().lower().split(" ")[0]
    pairs = _PARAMETER.findall(rest[:MAX_FIELD])
    parameters = {name.lower(): quoted or bare for name, quoted, bare in reversed(pairs)}
    return (kind if "/" in kind else default), parameters


def _decoded(body: str, encoding: str, parameters: dict[str, str]) -> str:
    """Undo the transfer encoding and the charset, as far as either makes sense."""
    raw = body.encode("utf-8", "surrogateescape")
    match encoding.strip().strip('"').lower():
        case "base64":
            raw = _base64(raw)
        case "quoted-printable":
            raw = a2b_qp(raw)
    text = _characters(raw, parameters.get("charset", ""))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _base64(raw: bytes) -> bytes:
    # A list's footer may stand behind the padding.
    kept = _NOT_BASE64.sub(b"", raw.partition(b"=")[0])
    whole = kept[: len(kept) - (len(kept) % 4 == 1)]
    return b64decode(whole + b"=" * (-len(whole) % 4))


def _characters(raw: bytes, charset: str) -> str:
    if b"\x1b$" in raw:
        charset = "iso-2022-jp"  # it is written without saying so more often than not
    if _NO_CHARSET.fullmatch(charset):
        charset = ""
    for name in dict.fromkeys((charset.lower(), "utf-8")):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    try:
        return raw.decode(charset, "replace")
    except (LookupError, ValueError):
        return raw.decode("latin-1")
