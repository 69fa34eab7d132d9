"""The shape of ``[brand]``: how a publication looks in its mails."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from digest.config.notations import check_feed_url, check_filled, check_line
from digest.config.settings import Section
from digest.config.wording import UnfitError, shown
from digest.model import Brand, BrandLink, Logo

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SHOWABLE = (".png", ".jpg", ".jpeg", ".gif")
_MEDIA = "/media/"
_WIDEST = 552  # the column of a mail, between its margins


def check_colour(value: str) -> str:
    """A colour as ``#rrggbb``; empty stays empty. Outlook misreads three digits.

    :raises UnfitError: for anything else.
    """
    if value and not _COLOUR.fullmatch(value):
        message = f"should be a colour of six digits, not {shown(value)}"
        raise UnfitError(message, fix='write it as "#0b5cad"')
    return value


def check_logo(value: str) -> str:
    """A picture's URL, or its path under ``/media/``; empty stays empty.

    :raises UnfitError: for anything else, and for kinds of picture that mail clients do not show.
    """
    if not value:
        return value
    if not value.startswith(_MEDIA):
        check_feed_url(value)
    kind = urlsplit(value).path.rpartition(".")[2].lower()
    if f".{kind}" not in _SHOWABLE and kind in {"svg", "svgz", "webp", "avif", "tif", "tiff"}:
        message = f"is a picture that mail clients do not show: {shown(value)}"
        raise UnfitError(message, fix="save it as PNG, twice as wide as it is shown")
    return value


_Colour = Annotated[str, AfterValidator(check_colour)]
_Picture = Annotated[str, AfterValidator(check_logo)]
_Label = Annotated[str, AfterValidator(check_filled), AfterValidator(check_line)]
_Url = Annotated[str, AfterValidator(check_feed_url)]
_Width = Annotated[
    int,
    Field(ge=24, le=_WIDEST, strict=True, description=f"a number of pixels from 24 to {_WIDEST}"),
]


class LinkTable(Section):
    """One of ``links``."""

    label: _Label = Field(examples=["Mastodon"])
    url: _Url = Field(examples=["https://social.example/@weekly"])


class BrandTable(Section):
    """``[brand]``. Defaults are those of :class:`digest.model.Brand`."""

    logo: _Picture = ""
    logo_dark: _Picture = ""
    logo_width: _Width = 160
    accent: _Colour = ""
    accent_dark: _Colour = ""
    links: tuple[LinkTable, ...] = ()


def made_brand(table: BrandTable) -> Brand:
    """The brand a table describes."""
    logo = Logo(url=table.logo, dark_url=table.logo_dark, width=table.logo_width)
    return Brand(
        logo=logo if table.logo else None,
        accent=table.accent.lower(),
        accent_dark=table.accent_dark.lower(),
        links=tuple(BrandLink(label=link.label.strip(), url=link.url) for link in table.links),
    )
