"""Contrast: how well one colour can be read on another, as it is and when a client inverts it.

Colours are ``#rrggbb``. Ratios are those of WCAG 2.2; lightness is CIE L*.
"""

import colorsys
from collections.abc import Iterable, Sequence

READABLE = 4.5
"""The least contrast of text and its ground (WCAG 2.2, 1.4.3)."""

_STEPS = 100
_MIDDLE = 50
# What is left of the distance from the middle lightness; chroma, which also shrinks, is left out.
_INVERSION = 0.75


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    return _ratio(_luminance(one), _luminance(other))


def inverted_contrast(text: str, ground: str) -> float:
    """The same, once a client that forces dark mode has mirrored light grounds and dark text.

    That is done in LCH, where lightness alone decides the contrast.
    """
    return _ratio(
        _mirrored(_luminance(text), is_ground=False), _mirrored(_luminance(ground), is_ground=True)
    )


def least_contrast(text: str, ground: str) -> float:
    """The lesser of the two."""
    return min(contrast(text, ground), inverted_contrast(text, ground))


def readable_label(ground: str, candidates: Iterable[str]) -> str:
    """The first of some colours that can be read on a ground, or "" where none can."""
    fit = (each for each in candidates if least_contrast(each, ground) >= READABLE)
    return next(fit, "")


def readable_shade(colour: str, ground: str, *, labels: Sequence[str] = ()) -> str:
    """The nearest shade of a colour that can be read on a ground, or "" where there is none.

    With ``labels``, one of these colours can be read on the shade, too.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    darker = _lightness(_luminance(ground)) >= _MIDDLE
    target = 0.0 if darker else 1.0
    for step in range(_STEPS + 1):
        level = lightness + (target - lightness) * step / _STEPS
        shade = _hex(colorsys.hls_to_rgb(hue, level, saturation)) if step else colour
        labelled = not labels or readable_label(shade, labels)
        if labelled and least_contrast(shade, ground) >= READABLE:
            return shade
    return ""


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _luminance(colour: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - WCAG's numbers
        for c in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lightness(luminance: float) -> float:
    # CIE 1976 has a straight line near black: 903.3 below 0.008856.
    dark = luminance <= 0.008856  # noqa: PLR2004
    return 903.3 * luminance if dark else 116 * float(luminance ** (1 / 3)) - 16


def _from_lightness(level: float) -> float:
    return level / 903.3 if level <= 8 else ((level + 16) / 116) ** 3  # noqa: PLR2004 - as above


def _mirrored(luminance: float, *, is_ground: bool) -> float:
    level = _lightness(luminance)
    if is_ground == (level >= _MIDDLE):
        level = _MIDDLE - (level - _MIDDLE) * _INVERSION
    return _from_lightness(level)


def _ratio(one: float, other: float) -> float:
    darker, lighter = sorted((one, other))
    return (lighter + 0.05) / (darker + 0.05)
