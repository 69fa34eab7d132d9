"""Bytes on their way out: in pieces, and counted, so that it is known which of them went."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

# More than a write can use, and below every system's limit of pieces in one.
_PIECES = 256


class Outbox:
    """A queue of bytes. ``queued`` and ``written`` count from the start of the connection."""

    def __init__(self) -> None:
        self.queued = 0
        self.written = 0
        self._pieces: deque[bytes | memoryview] = deque()

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def extend(self, pieces: Sequence[bytes]) -> None:
        """Put bytes at the end."""
        for piece in pieces:
            if piece:
                self._pieces.append(piece)
                self.queued += len(piece)

    def pieces(self) -> list[bytes | memoryview]:
        """The next bytes to write, as they lie."""
        return list(islice(self._pieces, _PIECES))

    def record(self, size: int) -> bytes:
        """The next bytes to write, ``size`` at most, in one piece."""
        taken: list[bytes | memoryview] = []
        room = size
        for piece in self._pieces:
            taken.append(memoryview(piece)[:room])
            room -= len(taken[-1])
            if not room:
                break
        return b"".join(taken)

    def wrote(self, count: int) -> None:
        """Let go of the first ``count`` bytes: they are out."""
        self.written += count
        while count:
            piece = self._pieces.popleft()
            if len(piece) > count:
                self._pieces.appendleft(memoryview(piece)[count:])
                return
            count -= len(piece)

    def clear(self) -> None:
        """Forget what was not written."""
        self._pieces.clear()
