"""Bodies unpacked as they arrive, never further than they may grow.

A few kilobytes can stand for gigabytes: what is unpacked is counted while it is being unpacked,
and nothing beyond the limit ever lies in memory.
"""

import zlib

# What a request may ask for (RFC 9110, section 12.5.3): exactly what can be unpacked here.
ACCEPTED = "gzip, deflate"

_GZIP = 16 + zlib.MAX_WBITS
_CODINGS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}
_LOW_NIBBLE = 0x0F
_DEFLATED = 8
_MAX_MEMBERS = 1_000


class BodyRefusedError(Exception):
    """A body is too large or cannot be unpacked. The message is a sentence for people."""


class Body:
    """One body, taken piece by piece.

    :param coding: the Content-Encoding header.
    :param length: the Content-Length, if it was said.
    :param limit: how many bytes it may have, packed and unpacked.
    :param keep_partial: whether its beginning will do where it has more.
    :raises BodyRefusedError: when it cannot be unpacked, or is said to be too large.
    """

    __slots__ = (
        "_keep_partial",
        "_limit",
        "_members",
        "_pieces",
        "_received",
        "_size",
        "_started",
        "_unpacker",
        "_window",
        "full",
    )

    def __init__(
        self, *, coding: str, length: int | None, limit: int, keep_partial: bool = False
    ) -> None:
        names = [name for name in (part.strip() for part in coding.lower().split(",")) if name]
        codings = [name for name in names if name != "identity"]
        if len(codings) > 1:
            raise BodyRefusedError("the document is compressed more than once")
        if codings and codings[0] not in _CODINGS:
            raise BodyRefusedError("the document is compressed in a way that was not asked for")
        self._window = _CODINGS[codings[0]] if codings else 0
        self._unpacker = zlib.decompressobj(self._window) if codings else None
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = self._received = self._members = 0
        self._started = False
        self._keep_partial = keep_partial
        self.full = False
        if (length or 0) > limit and not keep_partial:
            raise self._too_large()

    def take(self, piece: bytes) -> None:
        """Keep a piece.

        :raises BodyRefusedError: when the body has become too large or is not what was said.
        """
        if self._keep_partial:
            piece = piece[: self._limit - self._received]
        self._received += len(piece)
        if self._received > self._limit:
            raise self._too_large()
        self.full = self._keep_partial and self._received == self._limit
        if self._unpacker is None:
            self._pieces.append(piece)
            return
        try:
            self._unpack(piece)
        except zlib.error as error:
            raise BodyRefusedError("the document cannot be decompressed") from error

    def whole(self) -> bytes:
        """All of it, once all pieces were taken.

        :raises BodyRefusedError: when its compressed form breaks off.
        """
        cut = self._unpacker is not None and self._received and not self._unpacker.eof
        if cut and not self.full:
            raise BodyRefusedError("the document cannot be decompressed: it breaks off")
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def _unpack(self, piece: bytes) -> None:
        if not self._started:
            self._started = True
            self._mend_deflate(piece)
        while piece:
            unpacker = self._unpacker
            assert unpacker is not None  # noqa: S101 - callers have looked
            if unpacker.eof:
                # Several members make one document (RFC 1952, section 2.2); what follows
                # without being one is padding.
                if self._window != _GZIP or not piece.startswith(b"\x1f"):
                    return
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise BodyRefusedError("the document is compressed in too many parts")
                self._unpacker = unpacker = zlib.decompressobj(self._window)
            unpacked = unpacker.decompress(piece, self._limit - self._size + 1)
            self._size += len(unpacked)
            if self._size > self._limit and self._keep_partial:
                self._pieces.append(unpacked[: self._limit - self._size])
                self.full = True
                return
            if self._size > self._limit:
                raise self._too_large()
            if unpacked:
                self._pieces.append(unpacked)
            piece = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail

    def _mend_deflate(self, piece: bytes) -> None:
        """Many servers send deflate without the zlib header it should have."""
        if self._window == zlib.MAX_WBITS and piece[0] & _LOW_NIBBLE != _DEFLATED:
            self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)

    def _too_large(self) -> BodyRefusedError:
        return BodyRefusedError(f"the document is larger than {self._limit:,} bytes")
