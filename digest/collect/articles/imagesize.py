"""A picture's natural size, read from the first bytes of its file (JPEG, PNG, GIF, WebP)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digest.model import Attribute, FetchRequest, Image

HEAD = 65_536
"""How many bytes are asked for; nearly every JPEG says its size within them."""

LEAD_WIDTH = 200
"""What is narrower than this many pixels does not stand with a story."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_SIZELESS_MARKERS = frozenset({0x01, *range(0xD0, 0xDA)})
_NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
_FRAMES = frozenset(range(0xC0, 0xD0)) - _NO_FRAMES
_SCAN = 0xDA
_APP1 = 0xE1
_ORIENTATION = 0x0112
_SIDEWAYS = range(5, 9)
_VP8_START = b"\x9d\x01\x2a"
_VP8L_START = 0x2F
_MAX_SIDE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSize:
    """Width and height in pixels, as the picture is shown."""

    width: int
    height: int


def image_size(head: bytes) -> ImageSize | None:
    """The size of the picture whose file begins so; None when it does not say, or is another kind.

    Sources: PNG (RFC 2083) section 4.1.1, GIF89a section 18, JPEG (ITU-T T.81) B.2.2, WebP
    (RFC 9649) section 2, Exif 2.3 for JPEGs that are to be turned.
    """
    if head.startswith(_PNG) and head[12:16] == b"IHDR":
        return _size(_big(head, 16, 4), _big(head, 20, 4))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _size(_little(head, 6, 2), _little(head, 8, 2))
    if head.startswith(_JPEG):
        return _jpeg(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    return None


def head_request(url: str) -> FetchRequest:
    """The request for a picture's first bytes; servers that send all of it are cut short."""
    return FetchRequest(
        url=url,
        headers=(Attribute(name="Range", value=f"bytes=0-{HEAD - 1}"),),
        accept="image/webp, image/png, image/jpeg, image/gif, image/*;q=0.5",
        max_size=HEAD,
        keep_partial=True,
    )


def best_picture(pictures: Sequence[Image], sizes: Mapping[str, ImageSize]) -> Image | None:
    """The first picture that is large enough to stand with a story, with its size.

    ``sizes`` are those measured, by URL. Where none is known to be large enough, the first one
    is taken unmeasured, if its size is not known at all.
    """
    sized = [_sized(picture, sizes.get(picture.url)) for picture in pictures]
    fit = (picture for picture in sized if picture.width and picture.height)
    large = next((each for each in fit if _is_large(each)), None)
    unknown = next((each for each in sized[:1] if each.width is None), None)
    return large or unknown


def _sized(picture: Image, size: ImageSize | None) -> Image:
    return replace(picture, width=size.width, height=size.height) if size else picture


def _is_large(picture: Image) -> bool:
    return (picture.width or 0) >= LEAD_WIDTH and (picture.height or 0) > 1


def _size(width: int, height: int) -> ImageSize | None:
    usable = 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE
    return ImageSize(width=width, height=height) if usable else None


def _big(data: bytes, start: int, length: int) -> int:
    """An unsigned number, most significant byte first; 0 where the data ends too early."""
    piece = data[start : start + length]
    return int.from_bytes(piece, "big") if len(piece) == length else 0


def _little(data: bytes, start: int, length: int) -> int:
    piece = data[start : start + length]
    return int.from_bytes(piece, "little") if len(piece) == length else 0


def _jpeg(head: bytes) -> ImageSize | None:
    place, sideways = 2, False
    while place + 4 <= len(head):
        if head[place] != 0xFF:  # noqa: PLR2004 - every marker begins so
            return None
        marker = head[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            place += 1
            continue
        if marker in _FRAMES:
            height, width = _big(head, place + 5, 2), _big(head, place + 7, 2)
            return _size(height, width) if sideways else _size(width, height)
        if marker == _SCAN:
            return None
        if marker == _APP1:
            sideways = sideways or _is_sideways(
                head[place + 4 : place + 2 + _big(head, place + 2, 2)]
            )
        place += 2 if marker in _SIZELESS_MARKERS else 2 + max(_big(head, place + 2, 2), 2)
    return None


def _is_sideways(segment: bytes) -> bool:
    """Whether an Exif segment says that the picture is to be turned by a quarter."""
    if not segment.startswith(b"Exif\0\0"):
        return False
    tiff = segment[6:]
    number = _little if tiff.startswith(b"II") else _big
    start = number(tiff, 4, 4)
    for index in range(min(number(tiff, start, 2), 200)):
        field = start + 2 + 12 * index
        if number(tiff, field, 2) == _ORIENTATION:
            return number(tiff, field + 8, 2) in _SIDEWAYS
    return False


def _webp(head: bytes) -> ImageSize | None:
    kind = head[12:16]
    if kind == b"VP8X" and len(head) >= 30:  # noqa: PLR2004 - where its two sides end
        return _size(_little(head, 24, 3) + 1, _little(head, 27, 3) + 1)
    if kind == b"VP8 " and head[23:26] == _VP8_START:
        return _size(_little(head, 26, 2) & 0x3FFF, _little(head, 28, 2) & 0x3FFF)
    if kind == b"VP8L" and head[20:21] == bytes([_VP8L_START]):
        bits = _little(head, 21, 4)
        return _size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None
