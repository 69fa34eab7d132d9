"""Brands: how a publication looks in its mails, whatever the theme."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture of the publication's name: PNG, JPEG or GIF. ``width`` is that shown, in pixels.

    A URL may also be a path under ``/media/``, on the public pages' host. ``dark_url`` is for dark
    grounds; without one, the same picture stands there.
    """

    url: str
    dark_url: str = ""
    width: int = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandLink:
    """Where else a publication is found."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A publication's own logo, colour and links.

    ``accent`` and ``accent_dark`` are ``#rrggbb`` in place of the theme's, or empty. With the first
    alone, dark mode has a lighter shade of it.
    """

    logo: Logo | None = None
    accent: str = ""
    accent_dark: str = ""
    links: tuple[BrandLink, ...] = ()
