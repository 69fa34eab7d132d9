"""Header fields: untrusted text made harmless, then encoded and folded.

Sources: RFC 5322 sections 2.2.3 and 3.2 (folding, phrases), RFC 2047 (encoded words). The standard
library's own writer is not used: in Python 3.11 it decodes an encoded word and writes the line
break inside it as a line break (CVE-2024-6923), and it costs milliseconds a message.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from binascii import a2b_qp
from collections.abc import Iterator
from typing import AnyStr

LINE = 76
WORD = 75

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t\r\n]+(?==\?)")
_MAX_NESTING = 5
_BREAKS = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SPACES = re.compile(r" {2,}")

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_SPECIAL = re.compile(r'(["\\])')
# RFC 2047 section 5 (3): what Q may leave as it is inside a phrase, which is fine elsewhere too.
_Q_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = tuple(
    chr(byte) if byte in _Q_LITERAL else "_" if byte == ord(" ") else f"={byte:02X}"
    for byte in range(256)
)
_Q_FRAME = "=?utf-8?q?{}?="
_B_FRAME = "=?utf-8?b?{}?="
_FRAME = len(_Q_FRAME) - len("{}")


def safe_header_text(value: str, limit: int) -> str:
    """Text from outside as one harmless line of at most ``limit`` characters.

    Encoded words are decoded first, because a reader's program would decode them; line breaks of
    every kind become spaces, other control characters go, runs of spaces collapse. No-break spaces
    stay. A text that is cut ends in ``…``.
    """
    # An encoded character takes at most 12 (=F0=9F=98=80): more can never be shown.
    text = value[: 12 * limit + 1_000]
    if "=?" in text:
        text = _decoded(text)
    if not text.isprintable():
        text = _CONTROLS.sub("", _BREAKS.sub(" ", text))
    text = _SPACES.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def text_field(name: str, text: str) -> str:
    """An unstructured field such as Subject, folded, with its CRLF. ``text`` is safe already."""
    return _folded(name, _words(text, offset=len(name) + 2))


def mailbox_field(name: str, address: str, display_name: str = "") -> str:
    """A field of one mailbox such as From. ``address`` is ASCII, ``display_name`` is safe."""
    if not display_name:
        return _folded(name, (address,))
    return _folded(name, (*phrase(display_name, offset=len(name) + 2), f"<{address}>"))


def words_field(name: str, words: tuple[str, ...]) -> str:
    """A field of ASCII words that may be folded between any two of them."""
    return _folded(name, words)


def token_field(name: str, token: str) -> str:
    """A field whose value must stay in one piece, such as Message-ID."""
    return f"{name}: {token}\r\n"


def phrase(text: str, *, offset: int) -> tuple[str, ...]:
    """A display name as the words of a phrase (RFC 5322 section 3.2.5), ready to be folded."""
    if not _writable(text):
        return tuple(encoded_words(text, offset=offset))
    if _ATOMS.fullmatch(text):
        return tuple(text.split(" "))
    quoted = _SPECIAL.sub(r"\\\1", text)
    return tuple(f'"{quoted}"'.split(" "))


def list_field(name: str, display_name: str, list_id: str) -> str:
    """A List-Id field (RFC 2919): the list's name, then its id in angle brackets."""
    words = phrase(display_name, offset=len(name) + 2) if display_name else ()
    return _folded(name, (*words, f"<{list_id}>"))


def encoded_words(text: str, *, offset: int) -> Iterator[str]:
    """``text`` as encoded words of at most 75 characters, in whichever encoding is shorter.

    ``offset`` is how much of the first line is taken. No character is split (RFC 2047 section 5).
    """
    data = [character.encode() for character in text]
    quoted = ["".join(_Q[byte] for byte in character) for character in data]
    size = sum(map(len, data))
    if sum(map(len, quoted)) <= (size + 2) // 3 * 4:
        rooms = (min(WORD, LINE - offset) - _FRAME, WORD - _FRAME)
        for word in _packed(quoted, rooms=rooms):
            yield _Q_FRAME.format("".join(word))
    else:
        rooms = ((min(WORD, LINE - offset) - _FRAME) // 4 * 3, (WORD - _FRAME) // 4 * 3)
        for chunk in _packed(data, rooms=rooms):
            yield _B_FRAME.format(b64encode(b"".join(chunk)).decode("ascii"))


def _packed(pieces: list[AnyStr], *, rooms: tuple[int, int]) -> Iterator[list[AnyStr]]:
    """Runs of pieces that fit: the first into ``rooms[0]``, each other into ``rooms[1]``."""
    run: list[AnyStr] = []
    size, room = 0, rooms[0]
    for piece in pieces:
        if run and size + len(piece) > room:
            yield run
            run, size, room = [], 0, rooms[1]
        run.append(piece)
        size += len(piece)
    yield run


def _words(text: str, *, offset: int) -> tuple[str, ...]:
    return tuple(text.split(" ") if _writable(text) else encoded_words(text, offset=offset))


def _writable(text: str) -> bool:
    # What looks like an encoded word has to be encoded, or readers would decode it.
    return text.isascii() and "=?" not in text


def _folded(name: str, words: tuple[str, ...]) -> str:
    lines, line = [], f"{name}:"
    for index, word in enumerate(words):
        if index and len(line) + 1 + len(word) > LINE:
            lines.append(line)
            line = ""
        line = f"{line} {word}"
    return "\r\n".join((*lines, line)) + "\r\n"


def _decoded(text: str) -> str:
    for _ in range(_MAX_NESTING):
        plainer = _ENCODED_WORD.sub(_decode_word, _BETWEEN_WORDS.sub("", text))
        if plainer == text:
            break
        text = plainer
    return text


def _decode_word(match: re.Match[str]) -> str:
    charset, encoding, payload = match[1], match[2], match[3]
    try:
        if encoding in "bB":
            raw = b64decode(payload + "=" * (-len(payload) % 4))
        else:
            raw = a2b_qp(payload.encode("ascii"), header=True)
        return raw.decode(charset.partition("*")[0], "replace")
    except (Base64Error, LookupError, ValueError):
        return match[0]
