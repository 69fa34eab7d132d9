"""Edits and choices as documents."""

import zlib
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from digest.model import (
    Choice,
    Drop,
    Edits,
    EntryKey,
    Move,
    Origin,
    Quote,
    ScorePart,
    SectionOrder,
    StoryQuotes,
    TextEdit,
    TextField,
    Verdict,
)
from digest.store.codec.documents import (
    Document,
    dense,
    key,
    keys,
    read,
    read_key,
    read_keys,
    write,
)
from digest.store.codec.stories import placement, quote, read_placement, read_quote, read_score

_DIGITS = 4
_LEVEL = 6


def encode_edits(edits: Edits) -> str:
    """Edits as a JSON document; nothing for none."""
    if edits == Edits():
        return ""
    return write(
        {
            "lead": key(edits.lead) if edits.lead else None,
            "pins": keys(edits.pins),
            "drops": [(*key(drop.entry), drop.why) for drop in edits.drops],
            "moves": [(*key(move.entry), move.topic) for move in edits.moves],
            "sections": edits.sections,
            "orders": [(order.section, keys(order.entries)) for order in edits.orders],
            "texts": [_text(edit) for edit in edits.texts],
            "quotes": [
                (key(chosen.entry), _quotes(chosen.quotes), _quotes(chosen.source))
                for chosen in edits.quotes
            ],
            "by": edits.by,
        }
    )


def decode_edits(text: str) -> Edits:
    """The edits of a document.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    if not text:
        return Edits()
    document = read(text)
    lead = document.get("lead")
    return Edits(
        lead=read_key(lead) if lead else None,
        pins=read_keys(document.get("pins", ())),
        drops=tuple(
            Drop(entry=EntryKey(feed=feed, id=entry_id), why=why)
            for feed, entry_id, why in document.get("drops", ())
        ),
        moves=tuple(
            Move(entry=EntryKey(feed=feed, id=entry_id), topic=topic)
            for feed, entry_id, topic in document.get("moves", ())
        ),
        sections=tuple(document.get("sections", ())),
        orders=tuple(
            SectionOrder(section=section, entries=read_keys(entries))
            for section, entries in document.get("orders", ())
        ),
        texts=tuple(_read_text(edit) for edit in document.get("texts", ())),
        quotes=tuple(
            StoryQuotes(
                entry=read_key(entry), quotes=_read_quotes(chosen), source=_read_quotes(source)
            )
            for entry, chosen, source in document.get("quotes", ())
        ),
        by=document.get("by", ""),
    )


def encode_choices(choices: Sequence[Choice]) -> bytes:
    """Choices in order of key, compressed (zlib, RFC 1950).

    What a score's parts come to is kept to four digits: full floats do not compress.
    """
    feeds = list(dict.fromkeys(choice.entry.feed for choice in choices))
    numbers = {feed: number for number, feed in enumerate(feeds)}
    rows = [_choice(choice, numbers) for choice in sorted(choices, key=attrgetter("entry"))]
    return zlib.compress(write({"feeds": feeds, "choices": rows}).encode(), _LEVEL)


def decode_choices(compressed: bytes) -> tuple[Choice, ...]:
    """The choices of a document.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    document = read(zlib.decompress(compressed).decode())
    feeds = document.get("feeds", ())
    return tuple(_read_choice(row, feeds) for row in document.get("choices", ()))


def _quotes(quotes: Sequence[Quote]) -> Sequence[Any]:
    return [quote(one) for one in quotes]


def _read_quotes(document: Sequence[Any]) -> tuple[Quote, ...]:
    return tuple(read_quote(one) for one in document)


def _text(edit: TextEdit) -> Document:
    return dense(
        {
            "field": edit.field.value,
            "value": edit.value,
            "section": edit.section,
            "entry": key(edit.entry) if edit.entry else None,
            "source": edit.source,
            "source_origin": edit.source_origin.value,
        }
    )


def _read_text(document: Document) -> TextEdit:
    entry = document.get("entry")
    return TextEdit(
        field=TextField(document["field"]),
        value=document.get("value", ""),
        section=document.get("section", ""),
        entry=read_key(entry) if entry else None,
        source=document.get("source", ""),
        source_origin=Origin(document["source_origin"]),
    )


def _choice(choice: Choice, feeds: dict[str, int]) -> Sequence[Any]:
    return (
        feeds[choice.entry.feed],
        choice.entry.id,
        choice.title,
        choice.source,
        choice.verdict.value,
        choice.reason,
        placement(choice.placement),
        [_rounded(part) for part in choice.score],
        key(choice.told_by) if choice.told_by else None,
        choice.decided_by,
    )


def _read_choice(row: Sequence[Any], feeds: Sequence[str]) -> Choice:
    feed, entry_id, title, source, verdict, reason, placed, parts, told_by, decided_by = row
    return Choice(
        entry=EntryKey(feed=feeds[feed], id=entry_id),
        title=title,
        source=source,
        verdict=Verdict(verdict),
        reason=reason,
        placement=read_placement(placed),
        score=read_score(parts),
        told_by=read_key(told_by) if told_by else None,
        decided_by=decided_by,
    )


def _rounded(part: ScorePart) -> Sequence[Any]:
    return (part.name, round(part.value, _DIGITS), part.weight)
