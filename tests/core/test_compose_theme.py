"""A theme's colours: read, checked, and readable."""

import pytest

from digest.compose.theme import Palette, parse_theme
from digest.errors import TemplateError
from digest.resources import TEMPLATES

CLASSIC = (TEMPLATES / "email/classic/theme.toml").read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear: list[float] = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def lightness(luminance: float) -> float:
    """CIE L*, for the colours used here (below 8 it is only compared with 50)."""
    root: float = luminance ** (1 / 3)
    return 116 * root - 16


def inverted(luminance: float, *, is_ground: bool) -> float:
    """What a client that forces dark makes of a colour: light grounds and dark text are mirrored.

    Done in LCH, where lightness alone decides the contrast.
    """
    level = lightness(luminance)
    if is_ground == (level >= 50):
        level = 50 - (level - 50) * 0.75
    return ((level + 16) / 116) ** 3


def contrast(one: float, other: float) -> float:
    lighter, darker = sorted((one, other), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("turned", [False, True], ids=["as is", "inverted"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "surface"),
        ("muted", "surface"),
        ("accent", "surface"),
        ("muted", "background"),
        ("muted", "quote"),
        ("on_accent", "accent"),
    ],
)
def test_every_pair_can_be_read(mode: str, turned: bool, text: str, ground: str) -> None:  # noqa: FBT001 - a parameter of the test
    """Checks 25 to 27: at least 4.5:1 in light, in dark, and when a client inverts."""
    palette: Palette = getattr(parse_theme(CLASSIC, file="theme.toml"), mode)
    front, back = luminance(getattr(palette, text)), luminance(getattr(palette, ground))
    if turned:
        front, back = inverted(front, is_ground=False), inverted(back, is_ground=True)

    assert contrast(front, back) >= 4.5


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#0b5cad", "#05a", "light.accent: is not a colour"),
        ("#0b5cad", "blue", "light.accent: is not a colour"),
        ("accent = ", "acent = ", "light.accent: is not a colour"),
        ("[light]", '[light]\nextra = "#000000"', "light.extra: is no colour of a theme"),
        ("[dark]", "[night]", "dark.background: is not a colour"),
        ("[light]", "[light", "theme.toml:4: Expected ']'"),
    ],
    ids=["three digits", "name", "missing", "unknown", "no table", "no TOML"],
)
def test_a_wrong_theme_is_explained(old: str, new: str, message: str) -> None:
    """What is wrong is named by file, table and colour."""
    with pytest.raises(TemplateError) as caught:
        parse_theme(CLASSIC.replace(old, new, 1), file="theme.toml")

    assert message in str(caught.value)
