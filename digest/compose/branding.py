"""A publication's brand in a theme: its colour in place of the theme's, its logo, its links."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from digest.compose.contrast import (
    READABLE,
    contrast,
    inverted_contrast,
    readable_label,
    readable_shade,
)
from digest.compose.theme import Palette, Theme
from digest.errors import Problem
from digest.model import Brand, Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoView:
    """A logo. ``dark_url`` is empty where one picture serves both; ``width`` is in pixels."""

    url: str
    dark_url: str
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A link of the publication's own."""

    label: str
    url: str


def branded(theme: Theme, brand: Brand) -> Theme:
    """The theme in a brand's colours. Where only the light one is given, dark has a shade of it."""
    if not brand.accent and not brand.accent_dark:
        return theme
    derived = _nearest(brand.accent, theme.dark) if brand.accent else ""
    return Theme(
        light=_accented(theme.light, brand.accent),
        dark=_accented(theme.dark, brand.accent_dark or derived),
    )


def brand_problems(theme: Theme, newsletter: Newsletter) -> Iterator[Problem]:
    """Where a brand's colour cannot be read in a theme: light, dark, or when a client inverts."""
    brand = newsletter.brand
    for key, colour, palette in (
        ("accent", brand.accent, theme.light),
        ("accent_dark", brand.accent_dark, theme.dark),
    ):
        shade = _nearest(colour, palette) if colour else ""
        if shade != colour:
            fix = f'the nearest shade that can be read is {key} = "{shade}"' if shade else ""
            yield Problem(
                file=f"newsletters/{newsletter.id}.toml",
                field=f"brand.{key}",
                message=_unreadable(colour, palette.surface),
                fix=fix,
            )


def _accented(palette: Palette, accent: str) -> Palette:
    if not accent:
        return palette
    label = readable_label(accent, _labels(palette)) or palette.on_accent
    return replace(palette, accent=accent, on_accent=label)


def _labels(palette: Palette) -> tuple[str, ...]:
    return (palette.on_accent, "#ffffff", "#000000")


def _nearest(colour: str, palette: Palette) -> str:
    """The nearest shade that can be read as a link and carry a button's label."""
    return readable_shade(colour, palette.surface, labels=_labels(palette))


def _unreadable(colour: str, ground: str) -> str:
    plain, turned = contrast(colour, ground), inverted_contrast(colour, ground)
    if plain < READABLE:
        return f"{colour} on {ground} has a contrast of {plain:.1f}:1, and needs {READABLE}:1"
    if turned >= READABLE:
        return f"no label of a button can be read on {colour}: it needs {READABLE}:1"
    return (
        f"{colour} on {ground} has a contrast of {turned:.1f}:1 where a mail client inverts "
        f"colours, and needs {READABLE}:1"
    )
