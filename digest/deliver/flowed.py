"""Text that fits the window it is read in: format=flowed, with delsp=no (RFC 3676).

Who writes the text says which lines go on (they end in a space) and which are quotes (they start
with ``>``). What is left to do on the way out is space-stuffing, so that no other line is taken
for a quote, a mailbox's divider or an indent of the format's own.
"""

import re
from functools import lru_cache

from digest.model import Filled

PARAMETERS = "format=flowed; delsp=no"
"""What the part's Content-Type says."""

_LINE_BREAK = re.compile(r"\r\n|\r")
_TO_STUFF = (" ", "From ")


def stuffed(text: str) -> str:
    """Put a space before each line that needs one (section 4.4). Lines end in line feeds."""
    return "\n".join(
        f" {line}" if line.startswith(_TO_STUFF) else line for line in text.split("\n")
    )


def stuffed_pieces(body: Filled) -> Filled:
    """As :func:`stuffed`, of a text with one reader's values in it: they may begin a line."""
    pieces = _stuffed_pieces(body.pieces)
    starts = (
        piece.endswith("\n") or (number == 0 and not piece) for number, piece in enumerate(pieces)
    )
    values = tuple(
        f" {value}" if starts_line and value.startswith(_TO_STUFF) else value
        for value, starts_line in zip(body.values, starts, strict=False)
    )
    return Filled(pieces=pieces, values=values)


# What all readers share is looked through once: one entry for each variant under way.
@lru_cache(maxsize=128)
def _stuffed_pieces(pieces: tuple[str, ...]) -> tuple[str, ...]:
    first, *others = (_LINE_BREAK.sub("\n", piece) for piece in pieces)
    rest = (piece.partition("\n") for piece in others)
    return (stuffed(first), *(f"{own}{end}{stuffed(lines)}" for own, end, lines in rest))


def unstuffed(text: str) -> str:
    """Take that space away again, as whoever shows the text does."""
    return "\n".join(line.removeprefix(" ") for line in text.split("\n"))
