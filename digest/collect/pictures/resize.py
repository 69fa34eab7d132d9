"""Files from anywhere made into pictures for mails. The only home of Pillow.

Runs in a process of its own, with limits of time and memory: see :mod:`digest.collect.isolation`.
"""

import io
import struct
import warnings
from contextlib import suppress

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError, features

from digest.collect.pictures.sizing import MAX_BYTES, MOST_PIXELS, Size, file_size, unfit
from digest.model import NoPicture, PictureJob, PictureResult, PreparedPicture

# Every other format that Pillow knows is a decoder that no hostile file needs to reach.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", *(("AVIF",) if features.check("avif") else ()))
_ORIENTATION = 0x0112
_SIDEWAYS = range(5, 9)
_RESIZABLE = frozenset({"L", "RGB", "RGBA", "CMYK", "YCbCr"})
_QUALITIES = (82, 74, 66)
_SMALLEST = 72
_FLAT_COLOURS = 16
_FLAT_SHARE = 0.8
# A flat picture stays sharp as PNG; a photograph on a plain ground is not worth it.
_WORTH = 1.2
_JPEG = "image/jpeg"
_PNG = "image/png"


def prepare_picture(job: PictureJob) -> PictureResult:
    """The picture in this file, made to fit its slot: upright, RGB, its first frame, no metadata.

    PNG where it is transparent or flat, else JPEG.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Pillow warns of bombs up to twice the limit, and raises beyond.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _prepared(job)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            return NoPicture(reason=f"has more than {MOST_PIXELS:,} pixels, and is not unpacked")
        except UnidentifiedImageError:
            return NoPicture(reason=_no_picture(job))
        except (OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error):
            return NoPicture(reason="is broken off or damaged")


def _prepared(job: PictureJob) -> PictureResult:
    with _opened(job) as checked:
        checked.verify()
    with _opened(job) as image:
        # Before anything that unpacks it; even a PNG's orientation may stand behind its pixels.
        reason = unfit(Size(width=image.width, height=image.height))
        if reason:
            return NoPicture(reason=reason)
        size = file_size(_shown_size(image), width=job.width, height=job.height)
        return _light(_fitted(image, size))


def _opened(job: PictureJob) -> Image.Image:
    return Image.open(io.BytesIO(job.body), formats=_FORMATS)


def _no_picture(job: PictureJob) -> str:
    start = job.body[:1000].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "is a web page"
    said = f" (its server says {job.content_type[:80]})" if job.content_type else ""
    return f"is no JPEG, PNG, GIF, WebP or AVIF{said}"


def _shown_size(image: Image.Image) -> Size:
    size = Size(width=image.width, height=image.height)
    return size.turned if _is_sideways(image) else size


def _is_sideways(image: Image.Image) -> bool:
    return image.getexif().get(_ORIENTATION) in _SIDEWAYS


def _fitted(image: Image.Image, size: Size) -> Image.Image:
    """The picture in that size, in RGB or RGBA."""
    clear = image.has_transparency_data
    stored = size.turned if _is_sideways(image) else size
    if image.mode not in _RESIZABLE:
        image = _unpacked(image, clear=clear)
    # Asks the JPEG decoder for a smaller picture, so that a large one is never unpacked whole.
    image.thumbnail((stored.width, stored.height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(image)
    coloured = _screen_colours(upright)
    plain = coloured.convert("RGBA" if clear else "RGB")
    # Comments, profiles and the like would be written along.
    plain.info = {}
    return plain


def _unpacked(image: Image.Image, *, clear: bool) -> Image.Image:
    if image.mode.startswith("I"):  # sixteen bits a pixel
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if clear else "RGB")


def _screen_colours(image: Image.Image) -> Image.Image:
    """The picture in sRGB, where it says what its colours mean."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK"}:
        with suppress(ImageCms.PyCMSError, OSError):
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(
                image, found, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return turned or image
    return image


def _light(image: Image.Image) -> PictureResult:
    """The picture as a file within its weight, smaller where nothing else helps."""
    while True:
        found = next((each for each in _files(image) if len(each.body) <= MAX_BYTES), None)
        if found:
            return found
        size = Size(width=image.width, height=image.height).smaller
        if size.width < _SMALLEST:
            return NoPicture(reason=f"cannot be made lighter than {MAX_BYTES // 1000} KB")
        image = image.resize((size.width, size.height), Image.Resampling.LANCZOS)


def _files(image: Image.Image) -> list[PreparedPicture]:
    """The files that the picture could be, the best first."""
    if image.mode == "RGBA":
        if image.getchannel("A").getextrema() != (255, 255):
            return [_png(image), _png(image.quantize(method=Image.Quantize.FASTOCTREE))]
        image = image.convert("RGB")
    best = _jpeg(image, _QUALITIES[0])
    if _is_flat(image):
        sharp = _png(image)
        if len(sharp.body) <= _WORTH * len(best.body):
            return [sharp]
    if len(best.body) <= MAX_BYTES:
        return [best]
    return [_jpeg(image, quality) for quality in _QUALITIES[1:]]


def _is_flat(image: Image.Image) -> bool:
    """Whether a few colours make nearly all of it, as in logos, charts and screenshots."""
    colours = image.getcolors(image.width * image.height) or []
    counts = sorted((int(count) for count, _ in colours), reverse=True)
    return sum(counts[:_FLAT_COLOURS]) >= _FLAT_SHARE * sum(counts)


def _jpeg(image: Image.Image, quality: int) -> PreparedPicture:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    return _file(image, file, _JPEG)


def _png(image: Image.Image) -> PreparedPicture:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return _file(image, file, _PNG)


def _file(image: Image.Image, file: io.BytesIO, media_type: str) -> PreparedPicture:
    return PreparedPicture(
        body=file.getvalue(), media_type=media_type, width=image.width, height=image.height
    )
