"""Entries, images and moments as JSON values, and back; every one checked on arrival."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.model import Attribute, Entry, EntryKey, Image


def entry_value(entry: Entry) -> list[Any]:
    """An entry without its feed's URL, which both sides know."""
    return [
        entry.key.id,
        entry.title,
        entry.url,
        entry.fingerprint,
        entry.feed_title,
        entry.authors,
        moment_value(entry.published_at),
        moment_value(entry.updated_at),
        entry.summary,
        entry.content,
        image_value(entry.image),
        entry.categories,
        entry.language,
        entry.support,
        entry.full_text,
        fields_value(entry.fields),
    ]


def read_entry(value: object, *, feed: str) -> Entry:
    """The entry of that feed.

    :raises ValueError: when the value is none, as all that read here do.
    """
    match value:
        case [id_, title, page, fingerprint, feed_title, authors, published, updated, *rest]:
            summary, content, image, categories, language, support, full_text, fields = rest
        case _:
            raise ValueError("not an entry")
    return Entry(
        key=EntryKey(feed=feed, id=read_text(id_)),
        title=read_text(title),
        url=read_text(page),
        fingerprint=read_text(fingerprint),
        feed_title=read_text(feed_title),
        authors=read_texts(authors),
        published_at=read_moment(published),
        updated_at=read_moment(updated),
        summary=read_text(summary),
        content=read_text(content),
        image=read_image(image),
        categories=read_texts(categories),
        language=read_text(language),
        support=read_texts(support),
        full_text=full_text is True,
        fields=read_fields(fields),
    )


def fields_value(fields: Iterable[Attribute]) -> list[Any]:
    """Each field's name and value."""
    return [(each.name, each.value) for each in fields]


def read_fields(value: object) -> tuple[Attribute, ...]:
    """The fields of a list of names and values."""
    if isinstance(value, list):
        return tuple(_read_field(each) for each in value)
    raise ValueError("not a list of fields")


def image_value(image: Image | None) -> list[Any] | None:
    """An image's fields in their order."""
    return [image.url, image.alt, image.credit, image.width, image.height] if image else None


def read_image(value: object) -> Image | None:
    """The image, or that there is none."""
    match value:
        case None:
            return None
        case [str(url), str(alt), str(credit), int() | None as width, int() | None as height]:
            return Image(url=url, alt=alt, credit=credit, width=width, height=height)
    raise ValueError("not an image")


def moment_value(moment: datetime | None) -> str | None:
    """A moment as ISO 8601 writes it."""
    return moment.isoformat() if moment else None


def read_moment(value: object) -> datetime | None:
    """The moment in UTC, or that there is none."""
    if value is None:
        return None
    moment = datetime.fromisoformat(read_text(value))
    if moment.tzinfo is None:
        raise ValueError("not an aware datetime")
    return moment.astimezone(UTC)


def read_duration(value: object) -> timedelta | None:
    """A number of seconds as a duration, or that there is none."""
    if value is None:
        return None
    if isinstance(value, int | float) and 0 <= value <= timedelta.max.total_seconds():
        return timedelta(seconds=value)
    raise ValueError("not a duration")


def _read_field(value: object) -> Attribute:
    match value:
        case [str(name), str(text)]:
            return Attribute(name=name, value=text)
    raise ValueError("not a field")


def read_text(value: object) -> str:
    """The text."""
    if isinstance(value, str):
        return value
    raise ValueError("not a text")


def read_texts(value: object) -> tuple[str, ...]:
    """The texts of a list."""
    if isinstance(value, list):
        return tuple(read_text(item) for item in value)
    raise ValueError("not a list of texts")
