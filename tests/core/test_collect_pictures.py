"""Pictures: how large they are made, what is made of each kind of file, and what is refused."""

import io
import struct
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from digest.collect.isolation.wire import (
    decode_picture,
    decode_task,
    encode_picture,
    encode_task,
)
from digest.collect.pictures.resize import prepare_picture
from digest.collect.pictures.sizing import MAX_BYTES, Size, file_size, unfit
from digest.collect.pictures.visits import Ask, is_due, picture_request, visit_of
from digest.model import (
    Fetched,
    FetchFailed,
    NoPicture,
    NotModified,
    PictureJob,
    PictureSlot,
    PreparedPicture,
)
from tests.fakes import NOW

SLOT = PictureSlot(url="https://quay.example/boat.jpg", width=552, height=552)


def photo(width: int, height: int, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    red = Pillow.linear_gradient("L").resize((width, height))
    green = red.transpose(Pillow.Transpose.FLIP_TOP_BOTTOM)
    blue = Pillow.radial_gradient("L").resize((width, height))
    Pillow.merge("RGB", (red, green, blue)).save(file, kind, **options)
    return file.getvalue()


def saved(image: Pillow.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def made(body: bytes, *, width: int = 552, height: int = 552) -> PreparedPicture:
    result = prepare_picture(PictureJob(body=body, width=width, height=height))
    assert isinstance(result, PreparedPicture), result
    opened = Pillow.open(io.BytesIO(result.body))
    assert opened.size == (result.width, result.height)
    assert opened.get_format_mimetype() == result.media_type
    return result


def refused(body: bytes, content_type: str = "") -> str:
    result = prepare_picture(
        PictureJob(body=body, width=552, height=552, content_type=content_type)
    )
    assert isinstance(result, NoPicture)
    return result.reason


def bomb(side: int) -> bytes:
    """A PNG of that many pixels a side, all of one colour: some hundred kilobytes at most."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("natural", "box", "file"),
    [
        pytest.param((4000, 3000), (552, 552), (1104, 828), id="twice-the-slot"),
        pytest.param((800, 600), (552, 552), (800, 600), id="never-enlarged"),
        pytest.param((3000, 2000), (144, 192), (288, 192), id="a-story"),
        pytest.param((2000, 4000), (144, 192), (192, 384), id="upright-by-its-height"),
        pytest.param((9000, 40), (552, 552), (1104, 5), id="a-strip"),
    ],
)
def test_a_file_has_twice_the_slots_pixels(
    natural: tuple[int, int], box: tuple[int, int], file: tuple[int, int]
) -> None:
    """A file has two pixels for each of its slot's, or all it has."""
    size = file_size(Size(width=natural[0], height=natural[1]), width=box[0], height=box[1])
    assert (size.width, size.height) == file


@given(st.integers(1, 40_000), st.integers(1, 40_000), st.integers(1, 600), st.integers(1, 600))
def test_a_file_is_never_enlarged_and_never_empty(w: int, h: int, width: int, height: int) -> None:
    """Whatever the sizes, the file fits twice the slot and its original, and has a pixel."""
    size = file_size(Size(width=w, height=h), width=width, height=height)
    assert 1 <= size.width <= min(w, 2 * width)
    assert 1 <= size.height <= min(h, 2 * height)


@pytest.mark.parametrize(
    ("size", "word"),
    [
        pytest.param((1, 1), "tracking pixel", id="pixel"),
        pytest.param((48, 48), "icon", id="icon"),
        pytest.param((600, 1), "tracking pixel", id="line"),
        pytest.param((30_000, 30_000), "not unpacked", id="bomb"),
    ],
)
def test_what_is_too_small_or_too_large_is_not_shown(size: tuple[int, int], word: str) -> None:
    """Tracking pixels, icons and bombs are told by their size."""
    assert word in unfit(Size(width=size[0], height=size[1]))
    assert not unfit(Size(width=72, height=60))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_every_kind_of_photograph_becomes_a_light_file(kind: str) -> None:
    """Each format that the web uses becomes JPEG or PNG of the slot's size, within its weight."""
    picture = made(photo(1600, 900, kind))
    assert (picture.width, picture.height) == (1104, 621)
    assert picture.media_type in {"image/jpeg", "image/png"}
    assert len(picture.body) <= MAX_BYTES


def test_a_photograph_of_noise_still_keeps_within_its_weight() -> None:
    """What no quality makes light enough is made smaller."""
    noise = Pillow.merge("RGB", [Pillow.effect_noise((1400, 1400), 90) for _ in range(3)])
    assert len(made(saved(noise, "JPEG", quality=95)).body) <= MAX_BYTES
    clear = noise.copy()
    clear.putalpha(Pillow.linear_gradient("L").resize(noise.size))
    picture = made(saved(clear, "PNG", compress_level=1))
    assert picture.media_type == "image/png"
    assert len(picture.body) <= MAX_BYTES


def test_flat_and_transparent_pictures_stay_png() -> None:
    """A chart stays sharp, a logo keeps its ground; an alpha channel that hides nothing is lost."""
    chart = Pillow.new("RGB", (800, 400), "white")
    ImageDraw.Draw(chart).rectangle((80, 60, 300, 380), fill="#0B5CAD")
    assert made(saved(chart, "PNG")).media_type == "image/png"
    assert made(saved(chart.quantize(8), "PNG")).media_type == "image/png"
    logo = Pillow.new("RGBA", (400, 300), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((20, 20, 280, 280), fill=(8, 96, 63, 255))
    assert Pillow.open(io.BytesIO(made(saved(logo, "PNG")).body)).mode == "RGBA"
    opaque = Pillow.open(io.BytesIO(photo(600, 400))).convert("RGBA")
    assert made(saved(opaque, "PNG")).media_type == "image/jpeg"


def test_a_turned_photograph_is_upright_and_says_nothing_of_its_place() -> None:
    """The Exif orientation is applied, and everything but the pixels is gone."""
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
    exif[0x013B] = "Somebody"
    body = photo(1600, 800, exif=exif, comment=b"shot at home")
    picture = made(body)
    assert (picture.width, picture.height) == (552, 1104)
    opened = Pillow.open(io.BytesIO(picture.body))
    assert not opened.getexif()
    assert not opened.info.keys() & {"exif", "comment", "icc_profile", "xmp"}


def test_print_colours_and_deep_greys_are_shown_on_screens() -> None:
    """CMYK and sixteen-bit files become RGB, without turning white or black."""
    cmyk = Pillow.open(io.BytesIO(photo(600, 400))).convert("CMYK")
    assert Pillow.open(io.BytesIO(made(saved(cmyk, "JPEG")).body)).mode == "RGB"
    deep = Pillow.new("I;16", (300, 300), 0x8000)
    shown = Pillow.open(io.BytesIO(made(saved(deep, "PNG")).body)).convert("RGB")
    assert shown.getpixel((150, 150)) == pytest.approx((128, 128, 128), abs=3)


def test_an_animation_is_its_first_frame() -> None:
    """Nothing moves: the first frame is the picture."""
    frames = [Pillow.new("RGB", (300, 200), colour) for colour in ("#cc0000", "#0000cc")]
    body = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    shown = Pillow.open(io.BytesIO(made(body).body))
    assert getattr(shown, "n_frames", 1) == 1
    assert shown.convert("RGB").getpixel((10, 10)) == pytest.approx((204, 0, 0), abs=4)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"<!doctype html><title>Log in</title>", "is a web page", id="html"),
        pytest.param(b"", "is no JPEG", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no JPEG", id="svg"),
        pytest.param(photo(400, 300)[:2000], "broken off", id="truncated-jpeg"),
        pytest.param(photo(400, 300, "PNG")[:-300], "broken off", id="truncated-png"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "", id="no-png-at-all"),
        pytest.param(photo(400, 300, "TIFF"), "is no JPEG", id="tiff"),
        pytest.param(photo(1, 1), "tracking pixel", id="pixel"),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(body: bytes, words: str) -> None:
    """Everything else is refused with a reason, and nothing is raised."""
    assert words in refused(body)


def test_a_bomb_is_not_unpacked() -> None:
    """A small file of 900 million pixels is refused by what its first bytes say."""
    body = bomb(30_000)
    assert len(body) < 200_000
    assert "not unpacked" in refused(body)
    assert "not unpacked" in refused(bomb(8_000))


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=400))
def test_garbage_behind_a_pictures_first_bytes_is_never_raised(garbage: bytes) -> None:
    """Damaged files of every kind come to a result."""
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        whole = photo(90, 60, kind)
        middle = len(whole) // 2
        body = whole[:middle] + garbage + whole[middle + len(garbage) :]
        result = prepare_picture(PictureJob(body=body, width=144, height=192))
        assert isinstance(result, PreparedPicture | NoPicture)


def test_pictures_pass_the_wire_and_nothing_else_does() -> None:
    """Jobs and results come back as they were; a file that is not what it says is refused."""
    job = PictureJob(body=b"abc", width=144, height=192, content_type="image/jpeg")
    assert decode_task(encode_task(job)) == job
    none = NoPicture(reason="is a web page")
    assert decode_picture(encode_picture(none)) == none
    picture = made(photo(300, 200))
    assert decode_picture(encode_picture(picture)) == picture
    page = b"<html><script>alert(1)</script></html>"
    for lie in (
        replace(picture, body=page),
        replace(picture, media_type="text/html"),
        replace(picture, width=301),
    ):
        with pytest.raises(ValueError, match="neither a picture"):
            decode_picture(encode_picture(lie))


def test_a_picture_is_asked_for_again_as_a_condition() -> None:
    """What was had is fresh for a day, then asked for with its validators, and stays on a 304."""
    picture = made(photo(300, 200))
    answer = Fetched(url=SLOT.url, body=b"", etag='"a"')
    first = visit_of(Ask(slot=SLOT), answer, picture, now=NOW)
    assert first.picture is not None
    assert not is_due(first, NOW + timedelta(hours=23))
    later = NOW + timedelta(days=1)
    assert is_due(first, later)
    again = Ask(slot=SLOT, before=first)
    assert picture_request(again).etag == '"a"'
    same = visit_of(again, NotModified(), None, now=later)
    assert same == replace(first, visited_at=later)


def test_a_failure_is_tried_again_and_leaves_what_was_had() -> None:
    """A server that fails is asked three times; a picture that was had before stays."""
    failed = FetchFailed(reason="no answer")
    visit = visit_of(Ask(slot=SLOT), failed, None, now=NOW)
    assert visit.remark == "cannot be had: no answer"
    assert not is_due(visit, NOW)
    assert is_due(visit, NOW + timedelta(minutes=10))
    visit = visit_of(Ask(slot=SLOT, before=visit), failed, None, now=NOW)
    visit = visit_of(Ask(slot=SLOT, before=visit), failed, None, now=NOW)
    assert (visit.attempts, visit.retry_at) == (3, None)
    page = visit_of(Ask(slot=SLOT), Fetched(url="", body=b""), NoPicture(reason="x"), now=NOW)
    assert (page.remark, page.retry_at) == ("x", None)
    had = visit_of(Ask(slot=SLOT), Fetched(url="", body=b""), made(photo(300, 200)), now=NOW)
    assert visit_of(Ask(slot=SLOT, before=had), failed, None, now=NOW).picture == had.picture
