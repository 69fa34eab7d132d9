"""JSON documents with a version, and the small values that stand in them.

A document carries its version as ``v``; empty fields are left out.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from digest.errors import StoreVersionError
from digest.model import NO_WORDING, Attribute, EntryKey, Image, Origin, Wording

VERSION = 1

Document = dict[str, Any]


def write(document: Document) -> str:
    """The text of a document, with its version; it always has a UTF-8 form."""
    full = dense({"v": VERSION} | document)
    text = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8, but a JSON escape
        return json.dumps(full, separators=(",", ":"))
    return text


def read(text: str) -> Document:
    """The document of a text.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    document: Document = json.loads(text)
    if document["v"] != VERSION:
        message = f"a document has version {document['v']}; this program reads up to {VERSION}"
        raise StoreVersionError(message)
    return document


def dense(document: Document) -> Document:
    """A document without its empty fields."""
    return {name: value for name, value in document.items() if value not in ("", None, [], ())}


def moment(value: datetime | None) -> str | None:
    """A time in UTC, the way logs show it."""
    return value.astimezone(UTC).isoformat() if value else None


def read_moment(text: str | None) -> datetime | None:
    """The time of :func:`moment`."""
    return datetime.fromisoformat(text) if text else None


def key(value: EntryKey) -> Sequence[str]:
    """An entry's key."""
    return (value.feed, value.id)


def read_key(document: Sequence[str]) -> EntryKey:
    """The key of :func:`key`."""
    feed, entry_id = document
    return EntryKey(feed=feed, id=entry_id)


def keys(values: Sequence[EntryKey]) -> Sequence[Sequence[str]]:
    """Entries' keys, in order."""
    return [key(value) for value in values]


def read_keys(document: Sequence[Sequence[str]]) -> tuple[EntryKey, ...]:
    """The keys of :func:`keys`."""
    return tuple(read_key(part) for part in document)


def image(value: Image | None) -> Document | None:
    """A picture, where there is one."""
    if value is None:
        return None
    return dense(
        {
            "url": value.url,
            "alt": value.alt,
            "caption": value.caption,
            "credit": value.credit,
            "width": value.width,
            "height": value.height,
        }
    )


def read_image(document: Document | None) -> Image | None:
    """The picture of :func:`image`."""
    if document is None:
        return None
    return Image(
        url=document.get("url", ""),
        alt=document.get("alt", ""),
        caption=document.get("caption", ""),
        credit=document.get("credit", ""),
        width=document.get("width"),
        height=document.get("height"),
    )


def fields(values: Sequence[Attribute]) -> Document | None:
    """Fields by their names, where there are any."""
    return {value.name: value.value for value in values} or None


def read_fields(document: Document) -> tuple[Attribute, ...]:
    """The fields of :func:`fields`."""
    return tuple(Attribute(name=name, value=value) for name, value in document.items())


def wording(value: Wording) -> Sequence[str] | None:
    """A text and its origin; None for one that nobody has written."""
    return None if value == NO_WORDING else (value.value, value.origin.value)


def read_wording(document: Sequence[str] | None) -> Wording:
    """The wording of :func:`wording`."""
    if document is None:
        return NO_WORDING
    value, origin = document
    return Wording(value=value, origin=Origin(origin))
