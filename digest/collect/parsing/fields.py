"""Fields that a feed is asked to keep: elements of XML by name, texts of JSON by path."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digest.collect.document import Markup, RawField
from digest.collect.wording import is_html
from digest.model import Attribute
from digest.model.json_path import JsonPath, filled, placeholders

_NUMBERS = (int, float)


def element_key(element: str, prefixes: Mapping[str | None, str]) -> str:
    """What feedparser calls an element such as ``ev:location`` in a document.

    ``prefixes`` leads from the document's to those that feedparser has for the same namespaces.
    """
    prefix, _, name = element.lower().rpartition(":")
    theirs = next((known for own, known in prefixes.items() if (own or "").lower() == prefix), "")
    space = (theirs if prefix else "") or prefix
    return f"{space}_{name}" if space else name


def element_fields(item: Mapping[str, Any], fields: Sequence[Attribute]) -> tuple[RawField, ...]:
    """The fields of an entry; the value of each is its :func:`element_key`."""
    return tuple(_field(field.name, _text(item.get(field.value))) for field in fields)


def json_fields(item: object, fields: Sequence[Attribute]) -> tuple[RawField, ...]:
    """The fields of an item; the value of each is a path in it, or a template with such paths."""
    return tuple(_field(field.name, _read(field.value, item)) for field in fields)


def texts_at(path: JsonPath, item: object) -> Iterator[str]:
    """The texts and numbers at a path, as texts."""
    for value in path.find(item):
        yield from _scalars(value)


def _field(name: str, text: str) -> RawField:
    return RawField(name=name, value=Markup(text=text, html=is_html(text)))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _read(place: str, item: object) -> str:
    inner = placeholders(place)
    try:
        paths = [JsonPath.parse(path) for path in inner or (place,)]
    except ValueError:  # an element's name, in a list of feeds of both kinds
        return ""
    values = tuple(next(texts_at(path, item), "") for path in paths)
    return (filled(place, values) if all(values) else "") if inner else values[0]


def _scalars(value: object) -> Iterator[str]:
    """A text or number; of a list, those of its members."""
    if isinstance(value, list):
        for member in value:
            yield from _scalars(member) if not isinstance(member, list) else ()
    if isinstance(value, bool):
        return
    if isinstance(value, str) and value.strip():
        # JSON can spell lone surrogates, which nothing can store or send.
        yield value.strip().encode("utf-8", "replace").decode()
    elif isinstance(value, _NUMBERS) and abs(value) < 1e15:  # noqa: PLR2004 - no id or date is longer
        yield str(value)
