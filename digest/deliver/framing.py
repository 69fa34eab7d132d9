"""The message as it goes over the wire: no line break that can be read two ways, dots doubled.

A message comes in parts. One that is large is taken to be in many messages, so it is looked at
once. Source: RFC 5321 sections 2.3.8 and 4.5.2.
"""

from collections.abc import Callable
from functools import lru_cache

END = b".\r\n"
"""The line that ends a message after DATA."""

_SHARED_SIZE = 2048
_SHARED_COUNT = 64


def checked(parts: tuple[bytes, ...]) -> None:
    """Make sure that every line of a message ends in CRLF.

    :raises ValueError: when a CR or LF stands alone, which servers read differently (smuggling).
    """
    if len(parts) > 1 and all(map(_is_clean, parts)):
        return
    # A cut between CR and LF is fine.
    if not _has_whole_lines(b"".join(parts)):
        message = "the message has a line break that is not CRLF"
        raise ValueError(message)


def framed(parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The message as DATA carries it: leading dots doubled, the final dot added.

    :raises ValueError: when a CR or LF stands alone, which servers read differently (smuggling).
    """
    checked(parts)
    if len(parts) == 1 or not all(map(_is_clean, parts)):
        return _framed((b"".join(parts),), stuffed=_doubled)
    return _framed(parts, stuffed=_stuffed)


def _framed(parts: tuple[bytes, ...], *, stuffed: Callable[[bytes], bytes]) -> tuple[bytes, ...]:
    wire: list[bytes] = []
    at_start = True
    for part in parts:
        if not part:
            continue
        if at_start and part.startswith(b"."):
            wire.append(b".")
        wire.append(stuffed(part))
        at_start = part.endswith(b"\r\n")
    if not at_start:
        wire.append(b"\r\n")
    wire.append(END)
    return tuple(wire)


def _is_clean(part: bytes) -> bool:
    return _is_clean_once(part) if len(part) >= _SHARED_SIZE else _has_whole_lines(part)


def _stuffed(part: bytes) -> bytes:
    return _stuffed_once(part) if len(part) >= _SHARED_SIZE else _doubled(part)


def _has_whole_lines(part: bytes) -> bool:
    return part.count(b"\r\n") == part.count(b"\r") == part.count(b"\n")


def _doubled(part: bytes) -> bytes:
    return part.replace(b"\r\n.", b"\r\n..")


_is_clean_once = lru_cache(maxsize=_SHARED_COUNT)(_has_whole_lines)
_stuffed_once = lru_cache(maxsize=_SHARED_COUNT)(_doubled)
