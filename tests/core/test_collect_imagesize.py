"""Pictures' sizes from their first bytes."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from digest.collect.articles.imagesize import ImageSize, best_picture, head_request, image_size
from digest.model import Image


def picture(kind: str, width: int, height: int, **options: object) -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", (width, height), "teal").save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": Pillow.Exif()}),
    ],
    ids=["png", "gif", "jpeg", "progressive", "webp", "lossless", "extended"],
)
@pytest.mark.parametrize(("width", "height"), [(1, 1), (640, 427), (3000, 20)])
def test_sizes(kind: str, options: dict[str, object], width: int, height: int) -> None:
    """The size that is read is the one that another program wrote."""
    found = image_size(picture(kind, width, height, **options)[:65_536])
    assert found == ImageSize(width=width, height=height)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_measured_as_it_is_shown(orientation: int) -> None:
    """Orientations 5 to 8 swap width and height."""
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    found = image_size(picture("JPEG", 300, 200, exif=exif))
    sides = (200, 300) if orientation > 4 else (300, 200)
    assert found is not None
    assert (found.width, found.height) == sides


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"\xff\xd8" + b"\xff" * 60_000,
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 10_000,
        b"RIFF\0\0\0\0WEBPVP8X",
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 0, 0),
    ],
    ids=["nothing", "svg", "png cut", "jpeg cut", "fill", "empty segments", "webp cut", "no size"],
)
def test_what_says_no_size_has_none(head: bytes) -> None:
    """Other kinds and broken files are no pictures with a size."""
    assert image_size(head) is None


@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]), st.binary()
)
def test_any_bytes_are_answered(start: bytes, rest: bytes) -> None:
    """Reading never fails."""
    found = image_size(start + rest)
    assert found is None or (found.width > 0 and found.height > 0)


def at(url: str, width: int | None = None, height: int | None = None) -> Image:
    return Image(url=url, width=width, height=height)


@pytest.mark.parametrize(
    ("pictures", "sizes", "chosen"),
    [
        ((at("a"), at("b")), {"a": (640, 400)}, "a"),
        ((at("a"), at("b")), {"a": (199, 400), "b": (200, 100)}, "b"),
        ((at("a"), at("b")), {"a": (1, 1)}, ""),
        ((at("a", 400, 300), at("b")), {"b": (900, 600)}, "a"),
        ((at("a"),), {}, "a"),
        ((at("a", 80, 80),), {}, ""),
        ((), {}, ""),
    ],
    ids=["measured", "too small", "pixel", "known", "unmeasured", "icon", "none"],
)
def test_the_picture_of_a_story(
    pictures: tuple[Image, ...], sizes: dict[str, tuple[int, int]], chosen: str
) -> None:
    """The first picture of at least 200 px, else the first one that nothing is known of."""
    known = {url: ImageSize(width=w, height=h) for url, (w, h) in sizes.items()}
    found = best_picture(pictures, known)
    assert (found.url if found else "") == chosen
    if found and chosen in sizes:
        assert (found.width, found.height) == sizes[chosen]


def test_only_the_beginning_is_asked_for() -> None:
    """A range is asked for, and a server that sends everything is cut short."""
    request = head_request("https://quay.example/a.jpg")
    assert request.headers[0].value == "bytes=0-65535"
    assert (request.max_size, request.keep_partial) == (65_536, True)
