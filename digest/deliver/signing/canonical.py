"""The relaxed canonical forms of header fields and bodies (RFC 6376 sections 3.4.2 and 3.4.4).

A body comes in chunks whose borders may stand anywhere, also inside a run of spaces or a CRLF: the
white space at a chunk's end is held back until it is known what follows.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Self

_WHITE = re.compile(rb"[ \t]+")
_BLANK = b" \t\r\n"
_CRLF = b"\r\n"


def relaxed_field(field: str) -> bytes:
    """A field as it is signed, with its CRLF: unfolded, its name in lower case, spaces single."""
    name, _, value = field.partition(":")
    return f"{name.rstrip().lower()}:{' '.join(value.split())}\r\n".encode()


class BodyHash:
    """The SHA-256 of a body in relaxed form, chunk by chunk. Line ends are CRLF."""

    __slots__ = ("_gap", "_sha", "_wrote")

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._gap = b""
        self._wrote = False

    def copy(self) -> Self:
        """Another one that has seen the same chunks."""
        other = type(self).__new__(type(self))
        other._sha = self._sha.copy()  # noqa: SLF001 - its own kind
        other._gap = self._gap  # noqa: SLF001 - its own kind
        other._wrote = self._wrote  # noqa: SLF001 - its own kind
        return other

    def update(self, chunk: bytes) -> None:
        """Go on with a chunk."""
        self._add(*_settled(chunk))

    def update_shared(self, chunk: bytes) -> None:
        """Go on with a chunk that comes again: its canonical form is remembered."""
        self._add(*_settled_once(chunk))

    def digest(self) -> bytes:
        """The hash, should the body end here: without empty lines at its end, closed by a CRLF."""
        end = self._sha.copy()
        if self._wrote:
            end.update(_CRLF)
        return end.digest()

    def _add(self, lead: bytes, core: bytes, tail: bytes) -> None:
        gap = self._gap + lead
        if not core:
            self._gap = gap
            return
        # Nearly all borders are ends of lines.
        self._sha.update(gap if gap == _CRLF else _relaxed(gap))
        self._sha.update(core)
        self._gap = tail
        self._wrote = True


def body_hash(chunks: Sequence[bytes]) -> bytes:
    """The hash of a body whose chunks are by turns shared with other bodies and its own.

    What is shared before the first byte of its own is hashed once for all of them.
    """
    first = next((at for at in range(1, len(chunks), 2) if chunks[at]), len(chunks))
    state = _after(tuple(chunks[:first:2])).copy()
    for at in range(first, len(chunks)):
        if chunk := chunks[at]:
            (state.update if at % 2 else state.update_shared)(chunk)
    return state.digest()


@lru_cache(maxsize=256)
def _after(chunks: tuple[bytes, ...]) -> BodyHash:
    state = BodyHash()
    for chunk in chunks:
        state.update(chunk)
    return state


def _settled(chunk: bytes) -> tuple[bytes, bytes, bytes]:
    """The white space a chunk begins with, its middle in canonical form, and that at its end."""
    core = chunk.strip(_BLANK)
    lead = len(chunk) - len(chunk.lstrip(_BLANK))
    return chunk[:lead], _relaxed(core), chunk[lead + len(core) :]


_settled_once = lru_cache(maxsize=1024)(_settled)


def _relaxed(data: bytes) -> bytes:
    return _WHITE.sub(b" ", data).replace(b" \r\n", b"\r\n")
