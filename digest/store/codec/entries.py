"""Entries as documents."""

from digest.model import Entry
from digest.store.codec.documents import (
    fields,
    image,
    key,
    moment,
    read,
    read_fields,
    read_image,
    read_key,
    read_moment,
    write,
)


def encode_entry(entry: Entry) -> str:
    """An entry as a JSON document."""
    return write(
        {
            "key": key(entry.key),
            "title": entry.title,
            "url": entry.url,
            "fingerprint": entry.fingerprint,
            "feed_title": entry.feed_title,
            "authors": entry.authors,
            "published_at": moment(entry.published_at),
            "updated_at": moment(entry.updated_at),
            "summary": entry.summary,
            "content": entry.content,
            "image": image(entry.image),
            "categories": entry.categories,
            "language": entry.language,
            "support": entry.support,
            "full_text": entry.full_text or None,
            "fields": fields(entry.fields),
        }
    )


def decode_entry(text: str) -> Entry:
    """The entry of a document.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    document = read(text)
    return Entry(
        key=read_key(document["key"]),
        title=document.get("title", ""),
        url=document.get("url", ""),
        fingerprint=document.get("fingerprint", ""),
        feed_title=document.get("feed_title", ""),
        authors=tuple(document.get("authors", ())),
        published_at=read_moment(document.get("published_at")),
        updated_at=read_moment(document.get("updated_at")),
        summary=document.get("summary", ""),
        content=document.get("content", ""),
        image=read_image(document.get("image")),
        categories=tuple(document.get("categories", ())),
        language=document.get("language", ""),
        support=tuple(document.get("support", ())),
        full_text=document.get("full_text", False),
        fields=read_fields(document.get("fields", {})),
    )
