"""Traits: what an entry can be known by, beside its id."""

import re
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cached_property
from hashlib import blake2b
from typing import Self
from urllib.parse import urlsplit

from digest.collect.sanitise import without_tags
from digest.collect.urls import canonical_url
from digest.model import Entry

SHORT = "~"
"""What the ``content_key`` of a text begins with that is too short to identify."""

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_TELLING_LETTERS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What identifies an entry beside its id; empty where it has nothing to tell by.

    ``url_key`` is the URL without scheme, ``www.`` and closing slash; the others are hashes of 16
    hexadecimal characters. ``content_key`` starts with ``~`` when the text is too short to
    identify. Entries that rules 2, 4 and 5 find share ``page_key``, those of rule 3 ``text_key``.
    """

    url_key: str
    title_key: str
    content_key: str
    page_key: str
    text_key: str


def traits_of(entry: Entry) -> Traits:
    """What identifies an entry beside its id."""
    return Arrived(entry).traits


def derived_id(entry: Entry) -> str:
    """The id of an entry whose own belongs to another one as well."""
    return Arrived(entry).derived_id


class Arrived:
    """An entry that came and its traits, each worked out when it is asked for."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.id = entry.key.id

    def under(self, entry_id: str) -> Self:
        """The same entry with another id."""
        if entry_id == self.id:
            return self
        renamed = type(self)(replace(self.entry, key=replace(self.entry.key, id=entry_id)))
        renamed.traits = self.traits
        return renamed

    @cached_property
    def traits(self) -> Traits:
        """All of them."""
        return Traits(
            url_key=self.url_key,
            title_key=self.title_key,
            content_key=self.content_key,
            page_key=_page_key(self),
            text_key=_text_key(self),
        )

    @cached_property
    def url_key(self) -> str:
        """See :class:`Traits`."""
        return bare_url(self.entry.url)

    @cached_property
    def path(self) -> str:
        """What follows the host in its URL; empty for a home page."""
        return path_of(self.url_key)

    @cached_property
    def title_key(self) -> str:
        """See :class:`Traits`."""
        title = _words(self.entry.title)
        return _hash(title) if title else ""

    @cached_property
    def content_key(self) -> str:
        """See :class:`Traits`."""
        # The summary is the feed's own even where the article's full text was fetched.
        text = _words(self.entry.summary or without_tags(self.entry.content))
        if not text:
            return ""
        short = len(text) - text.count(" ") < _TELLING_LETTERS
        return SHORT * short + _hash(text)

    @cached_property
    def derived_id(self) -> str:
        """See :func:`derived_id`."""
        mark = self.url_key if self.path else f"{self.title_key}{self.content_key}"
        return f"{self.id}#{_hash(mark)}"


def _page_key(item: Arrived) -> str:
    if not item.path:
        return _hash(item.entry.fingerprint)
    return _hash(f"{item.path}\x1f{item.title_key}") if item.title_key else ""


def _text_key(item: Arrived) -> str:
    date = item.entry.published_at
    if date is None or not item.title_key or item.content_key[:1] in ("", SHORT):
        return ""
    moment = date.astimezone(UTC).isoformat()
    return _hash(f"{item.title_key}\x1f{item.content_key}\x1f{moment}")


def bare_url(url: str) -> str:
    """A URL as the identity of a page: no scheme, no ``www.``, no closing slash."""
    normal = canonical_url(url)
    try:
        parts = urlsplit(normal)
    except ValueError:
        return normal
    host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{host}{parts.path.rstrip('/')}{query}{fragment}"


def path_of(url_key: str) -> str:
    """What follows the host; empty for a home page, which is nobody's own."""
    at = min((at for mark in "/?#" if (at := url_key.find(mark)) >= 0), default=-1)
    return url_key[at:] if at >= 0 else ""


def numbers_of(url_key: str, entry_id: str) -> list[str]:
    """The numbers in a URL's path and in an id, in order: they tell the parts of a series apart."""
    # The host is left out: a new one may have a number of its own.
    return _NUMBER.findall(path_of(url_key)) + _NUMBER.findall(
        path_of(bare_url(entry_id)) or entry_id
    )


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
