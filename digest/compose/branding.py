"""A publication's brand in a theme: its colour in place of the theme's, its logo, its links."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from digest.compose.contrast import (
    READABLE,
    contrast,
    inverted_contrast,
    least_contrast,
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
    derived = readable_shade(brand.accent, theme.dark.surface) if brand.accent else ""
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
        if colour and least_contrast(colour, palette.surface) < READABLE:
            yield Problem(
                file=f"newsletters/{newsletter.id}.toml",
                field=f"brand.{key}",
                message=_unreadable(colour, palette.surface),
                fix=_nearest(key, colour, palette.surface),
            )


def _accented(palette: Palette, accent: str) -> Palette:
    if not accent:
        return palette
    candidates = (palette.on_accent, "#ffffff", "#000000")
    fit = (each for each in candidates if least_contrast(each, accent) >= READABLE)
    best = max(candidates, key=lambda each: least_contrast(each, accent))
    return replace(palette, accent=accent, on_accent=next(fit, best))


def _unreadable(colour: str, ground: str) -> str:
    plain = contrast(colour, ground)
    if plain < READABLE:
        return f"{colour} on {ground} has a contrast of {plain:.1f}:1, and needs {READABLE}:1"
    turned = inverted_contrast(colour, ground)
    return (
        f"{colour} on {ground} has a contrast of {turned:.1f}:1 where a mail client inverts "
        f"colours, and needs {READABLE}:1"
    )


def _nearest(key: str, colour: str, ground: str) -> str:
    shade = readable_shade(colour, ground)
    return f'the nearest shade that can be read is {key} = "{shade}"' if shade else ""
