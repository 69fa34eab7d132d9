"""Repeats: entries that one document holds twice."""

from collections import defaultdict
from collections.abc import Iterable

from digest.model import Entry, EntryKey


def without_repeats(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without those that have the id and the URL or the words of an earlier one.

    Others with an id that is not theirs alone stay: their feed numbers its entries badly.
    """
    kept: defaultdict[EntryKey, list[Entry]] = defaultdict(list)
    result = []
    for entry in entries:
        if not any(_is_repeat(entry, other) for other in kept[entry.key]):
            kept[entry.key].append(entry)
            result.append(entry)
    return result


def _is_repeat(entry: Entry, other: Entry) -> bool:
    same_words = entry.title == other.title and entry.summary == other.summary
    return entry.url == other.url or (same_words and bool(entry.summary))
