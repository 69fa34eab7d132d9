"""Colours as numbers: CSS notations, WCAG contrast, and what forced dark modes make of them."""

import re
from dataclasses import dataclass
from math import atan2, cos, hypot, sin

_WITH_ALPHA = 4
_HEX = re.compile(r"#([0-9a-f]{3,8})\Z")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^)]*)\)\Z")
_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:%|deg)?")
# CSS Color 4 §6.1: the sixteen of HTML and those that mails use beside them.
_NAMES = {
    "black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080",
    "white": "#ffffff", "maroon": "#800000", "red": "#ff0000", "purple": "#800080",
    "fuchsia": "#ff00ff", "magenta": "#ff00ff", "green": "#008000", "lime": "#00ff00",
    "olive": "#808000", "yellow": "#ffff00", "navy": "#000080", "blue": "#0000ff",
    "teal": "#008080", "aqua": "#00ffff", "cyan": "#00ffff", "orange": "#ffa500",
    "pink": "#ffc0cb", "brown": "#a52a2a", "gold": "#ffd700", "crimson": "#dc143c",
    "tomato": "#ff6347", "coral": "#ff7f50", "indigo": "#4b0082", "violet": "#ee82ee",
    "beige": "#f5f5dc", "ivory": "#fffff0", "snow": "#fffafa", "whitesmoke": "#f5f5f5",
    "darkgray": "#a9a9a9", "darkgrey": "#a9a9a9", "dimgray": "#696969", "dimgrey": "#696969",
    "lightgray": "#d3d3d3", "lightgrey": "#d3d3d3", "dodgerblue": "#1e90ff",
    "darkblue": "#00008b", "darkgreen": "#006400", "darkred": "#8b0000",
    "steelblue": "#4682b4", "royalblue": "#4169e1", "slategray": "#708090",
    "transparent": "#00000000",
}  # fmt: skip
_MIDDLE = 50.0


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of sRGB: three channels from 0 to 255, and opacity from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, ground: "Colour") -> "Colour":
        """What is seen where it lies on an opaque ground."""
        if self.alpha >= 1:
            return self
        mixed = (
            top * self.alpha + below * (1 - self.alpha)
            for top, below in zip(self.channels, ground.channels, strict=True)
        )
        return Colour(*mixed)

    @property
    def channels(self) -> tuple[float, float, float]:
        """Red, green and blue."""
        return self.red, self.green, self.blue

    def __str__(self) -> str:
        return "#" + "".join(f"{round(channel):02x}" for channel in self.channels)


BLACK = Colour(0, 0, 0)
WHITE = Colour(255, 255, 255)
LINK = Colour(0, 0, 238)


def parse_colour(text: str) -> Colour | None:
    """The colour of a CSS value; None where it is none, or one that is not known here."""
    value = text.strip().lower()
    value = _NAMES.get(value, value)
    if found := _HEX.match(value):
        return _from_hex(found[1])
    if found := _FUNCTION.match(value):
        return _from_function(found[1], _NUMBER.findall(found[2]))
    return None


def contrast(text: Colour, ground: Colour) -> float:
    """The ratio of two opaque colours' luminances, from 1 to 21 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def inverted_ground(colour: Colour) -> Colour:
    """A background as a forced dark mode shows it: a light one turned dark, a dark one kept."""
    lightness, chroma, hue = _lch(colour)
    if lightness < _MIDDLE:
        return colour
    turned = _MIDDLE - (lightness - _MIDDLE) * 0.75
    return _from_lch(turned, chroma * 0.8, hue, colour.alpha)


def inverted_text(colour: Colour) -> Colour:
    """A text colour as a forced dark mode shows it: a dark one turned light, a light one kept."""
    lightness, chroma, hue = _lch(colour)
    if lightness >= _MIDDLE:
        return colour
    turned = _MIDDLE + (_MIDDLE - lightness) * 0.75
    return _from_lch(turned, chroma * 0.8, hue, colour.alpha)


def _from_hex(digits: str) -> Colour | None:
    if len(digits) in {3, 4}:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in {6, 8}:
        return None
    red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return Colour(red, green, blue, alpha[0] / 255 if alpha else 1.0)


def _from_function(name: str, parts: list[str]) -> Colour | None:
    if len(parts) not in {3, 4}:
        return None
    alpha = min(max(_share(parts[3], 1), 0), 1) if len(parts) == _WITH_ALPHA else 1.0
    if name == "rgb":
        red, green, blue = (min(max(_share(part, 255), 0), 255) for part in parts[:3])
        return Colour(red, green, blue, alpha)
    return _from_hsl(
        float(parts[0].rstrip("deg%")), _share(parts[1], 1), _share(parts[2], 1), alpha
    )


def _share(part: str, whole: float) -> float:
    return float(part[:-1]) / 100 * whole if part.endswith("%") else float(part.removesuffix("deg"))


def _from_hsl(hue: float, saturation: float, lightness: float, alpha: float) -> Colour:
    reach = saturation * min(lightness, 1 - lightness)

    def channel(offset: int) -> float:
        step = (offset + hue / 30) % 12
        return (lightness - reach * max(-1, min(step - 3, 9 - step, 1))) * 255

    return Colour(channel(0), channel(8), channel(4), alpha)


def _linear(channel: float) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - IEC 61966-2-1


def _gamma(share: float) -> float:
    share = min(max(share, 0), 1)
    return 255 * (share * 12.92 if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - IEC 61966-2-1


def _luminance(colour: Colour) -> float:
    red, green, blue = map(_linear, colour.channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lch(colour: Colour) -> tuple[float, float, float]:
    """CIE LCH under D65: lightness 0 to 100, chroma, hue in radians."""
    red, green, blue = map(_linear, colour.channels)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = map(_lab, (x, y, z))
    a, b = 500 * (fx - fy), 200 * (fy - fz)
    return 116 * fy - 16, hypot(a, b), atan2(b, a)


def _from_lch(lightness: float, chroma: float, hue: float, alpha: float) -> Colour:
    fy = (lightness + 16) / 116
    fx, fz = fy + chroma * cos(hue) / 500, fy - chroma * sin(hue) / 200
    x, y, z = _unlab(fx) * 0.9505, _unlab(fy), _unlab(fz) * 1.089
    return Colour(
        _gamma(3.2406 * x - 1.5372 * y - 0.4986 * z),
        _gamma(-0.9689 * x + 1.8758 * y + 0.0415 * z),
        _gamma(0.0557 * x - 0.2040 * y + 1.0570 * z),
        alpha,
    )


def _lab(share: float) -> float:
    return share ** (1 / 3) if share > (6 / 29) ** 3 else share / (3 * (6 / 29) ** 2) + 4 / 29


def _unlab(share: float) -> float:
    return share**3 if share > 6 / 29 else 3 * (6 / 29) ** 2 * (share - 4 / 29)
