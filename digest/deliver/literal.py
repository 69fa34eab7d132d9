"""Parts of a message as they are: 7bit and 8bit (RFC 2045 section 2.7, RFC 6152).

No line may have more than 998 octets, and no octet may be NUL; whatever breaks that has to be
encoded. What all readers share is looked through once.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from digest.model import Filled

MAX_LINE = 998
"""The most octets a line may have, without its CRLF (RFC 5322 section 2.1.1)."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# One for each part of each variant of the issues under way, and of service mail.
_KEPT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What a part's readers share: between each two of ``runs`` stands a value.

    ``lengths`` are the octets of each line with values, without them; ``homes`` says for each
    value which of those lines it stands in.
    """

    runs: tuple[bytes, ...]
    lengths: tuple[int, ...]
    homes: tuple[int, ...]
    is_ascii: bool


def literal(body: Filled, *, boundary: str) -> tuple[str, list[bytes]] | None:
    """The encoding's name, and shared and own chunks by turns; None where it cannot be.

    The values have no line breaks. ``boundary`` must not occur in what one reader chose.
    """
    shared = _shared(body.pieces)
    if shared is None:
        return None
    own = [value.encode("utf-8", "replace") for value in body.values]
    lengths = list(shared.lengths)
    for value, home in zip(own, shared.homes, strict=True):
        lengths[home] += len(value)
    mark = boundary.encode("ascii")
    if max(lengths, default=0) > MAX_LINE or any(b"\0" in one or mark in one for one in own):
        return None
    chunks = [b""] * (2 * len(own) + 1)
    chunks[::2], chunks[1::2] = shared.runs, own
    is_ascii = shared.is_ascii and all(map(bytes.isascii, own))
    return "7bit" if is_ascii else "8bit", chunks


@lru_cache(maxsize=_KEPT)
def _shared(pieces: tuple[str, ...]) -> _Shared | None:
    runs = [_LINE_BREAK.sub("\r\n", piece).encode("utf-8", "replace") for piece in pieces]
    lengths: list[int] = []
    homes: list[int] = []
    whole: list[int] = []
    open_line, has_value = 0, False
    for number, run in enumerate(runs):
        first, *others = map(len, run.split(b"\r\n"))
        open_line += first
        for length in others:
            (lengths if has_value else whole).append(open_line)
            open_line, has_value = length, False
        if number < len(runs) - 1:
            homes.append(len(lengths))
            has_value = True
    (lengths if has_value else whole).append(open_line)
    if max(whole, default=0) > MAX_LINE or any(b"\0" in run for run in runs):
        return None
    runs[-1] += b"\r\n"
    return _Shared(
        runs=tuple(runs),
        lengths=tuple(lengths),
        homes=tuple(homes),
        is_ascii=all(map(bytes.isascii, runs)),
    )
