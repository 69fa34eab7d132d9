"""A feed as its document states it: read by a parser, not yet checked, cut or cleaned."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """Text with what it is: HTML, or characters that mean themselves."""

    text: str = ""
    html: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawField:
    """What an entry has of a field that its feed's configuration names."""

    name: str
    value: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An item as it stands in the document. Nothing in it is trusted.

    ``links`` are candidates for the entry's page, best first. ``images`` are those named
    outside the content, best first. ``base`` is what relative URLs are relative to.
    """

    id: str = ""
    links: tuple[str, ...] = ()
    title: Markup = Markup()
    summary: Markup = Markup()
    content: Markup = Markup()
    base: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    credit: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    fields: tuple[RawField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A whole document, its items in their order. ``problems`` are sentences for people."""

    title: Markup = Markup()
    home_url: str = ""
    language: str = ""
    ttl: timedelta | None = None
    hub: str = ""
    topic: str = ""
    next_page: str = ""
    complete: bool = False
    generator: str = ""
    authors: tuple[str, ...] = ()
    entries: tuple[RawEntry, ...] = ()
    problems: tuple[str, ...] = ()
