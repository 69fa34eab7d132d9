"""The picture that stands with an entry."""

import re
from collections.abc import Iterator
from dataclasses import replace

from digest.collect.credits import credit_in
from digest.collect.document import RawEntry
from digest.collect.sanitise import image_attributes, text_of_clean
from digest.collect.urls import absolute_url
from digest.collect.wording import MAX_NAME, one_line
from digest.model import Image

_FIGURE = re.compile(r"<figure\b(.*?)</figure>", re.DOTALL)
_CAPTION = re.compile(r"<figcaption\b[^>]*>(.*?)</figcaption>", re.DOTALL)
_NOT_PICTURES = re.compile(
    r"//(?:pixel|stats|b|beacon|analytics|feeds\.feedburner|feedads|ad|ads)\.|doubleclick\.net"
    r"|/(?:emoji|smilies|wp-smiley)[/.]|/core/emoji/|feedburner\.com/~|/pixel\.gif|/spacer\.gif"
    r"|gravatar\.com/avatar|avatars\.githubusercontent|pheedo\.com/|/~r/|rss\.[^/]+/[^?]*\?g="
    r"|/(?:icons?|buttons?|share|social)/"
    r"|/(?:twitter|facebook|linkedin|whatsapp|pinterest|googleplus|tumblr|digg|reddit|email|rss)"
    r"[a-z0-9_-]*\.(?:gif|png|svg)|[/_.-](?:1x1|pixel|blank|spacer)\.(?:gif|png)",
    re.IGNORECASE,
)
_MAX_ALT = 500
_ICON_SIDE = 32
_MAX_SIDE = 100_000


def lead_image(raw: RawEntry, content: str, *, base: str) -> Image | None:
    """The best picture the entry names, else the first real one in its clean content."""
    named = next(filter(None, (_named(image, base) for image in raw.images)), None)
    inside = _inside(content) if "<img" in content else iter(())
    if named is None:
        first = next(inside, None)
        return _credited(first, raw, content) if first else None
    twin = next((image for image in inside if image.url == named.url), None)
    if twin is not None and not named.alt:
        named = replace(named, alt=twin.alt)
    return _credited(named, raw, content)


def side(value: object) -> int | None:
    """A width or height in pixels, from what a feed says; None for percentages and nonsense."""
    text = str(value or "").strip().lower().removesuffix("px")
    # isdecimal alone takes other scripts' digits, and int() refuses very long ones.
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(_MAX_SIDE))):
        return None
    return int(text) or None


def _named(image: Image, base: str) -> Image | None:
    url = absolute_url(image.url, base)
    found = replace(image, url=url, alt=one_line(image.alt, _MAX_ALT))
    return found if _is_picture(found) else None


def _inside(content: str) -> Iterator[Image]:
    found = (
        Image(
            url=attributes.get("src", ""),
            alt=one_line(attributes.get("alt", ""), _MAX_ALT),
            width=side(attributes.get("width")),
            height=side(attributes.get("height")),
        )
        for attributes in image_attributes(content)
    )
    return (image for image in found if _is_picture(image))


def _is_picture(image: Image) -> bool:
    sides = (image.width, image.height)
    small = any(length is not None and length <= _ICON_SIDE for length in sides)
    usable = image.url.startswith(("http://", "https://"))
    return usable and not small and not _NOT_PICTURES.search(image.url)


def _credited(image: Image, raw: RawEntry, content: str) -> Image:
    credit = image.credit or raw.credit or credit_in(_caption(image, content))
    return replace(image, credit=one_line(credit, MAX_NAME))


def _caption(image: Image, content: str) -> str:
    if "<figcaption" not in content:
        return ""
    for figure in _FIGURE.finditer(content):
        urls = {attributes.get("src") for attributes in image_attributes(figure[1])}
        caption = _CAPTION.search(figure[1])
        if caption and image.url in urls:
            return text_of_clean(caption[1])
    return ""
