"""Copies: entries that are the same post, found among others by what identifies one.

A wrong merge hides a story, so a sign counts only where it identifies one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from digest.curate.words import count_words, fold, fold_title
from digest.model import EntryKey, KeptEntry

_TELLING_TITLE = 3  # words; "Weekly links" is nobody's own


def group_copies(kept: Sequence[KeptEntry]) -> tuple[tuple[KeptEntry, ...], ...]:
    """The entries in groups of copies, each in order of key; in order of each group's first.

    Two entries are copies when their title and also their URL or their summary are the same. The
    URL alone is enough where it is no home page, and the title alone where it has three words,
    provided that no feed uses it for two different entries.
    """
    union = _Union()
    for bucket in _buckets(kept, _sure_signs):
        union.join(bucket)
    for bucket in _buckets(kept, _likely_signs):
        roots = {(item.entry.key.feed, union.root(item.entry.key)) for item in bucket}
        if len({feed for feed, _ in roots}) == len(roots):
            union.join(bucket)
    groups: defaultdict[EntryKey, list[KeptEntry]] = defaultdict(list)
    for item in sorted(kept, key=_key):
        groups[union.root(item.entry.key)].append(item)
    return tuple(tuple(group) for group in groups.values())


def _key(item: KeptEntry) -> EntryKey:
    return item.entry.key


_Sign = tuple[str, ...]


def _sure_signs(item: KeptEntry) -> Iterator[_Sign]:
    entry = item.entry
    title, summary = fold_title(entry.title), fold(entry.summary)
    if title and entry.url:
        yield ("title and url", title, entry.url)
    if title and summary:
        yield ("title and summary", title, summary)


def _likely_signs(item: KeptEntry) -> Iterator[_Sign]:
    entry = item.entry
    if entry.url and not _is_home_page(entry.url):
        yield ("url", entry.url)
    title = fold_title(entry.title)
    if count_words(title) >= _TELLING_TITLE:
        yield ("title", title)


def _is_home_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def _buckets(
    kept: Iterable[KeptEntry], signs: Callable[[KeptEntry], Iterator[_Sign]]
) -> Iterator[list[KeptEntry]]:
    """Entries that share a sign, in an order that does not depend on theirs."""
    buckets: defaultdict[_Sign, list[KeptEntry]] = defaultdict(list)
    for item in kept:
        for sign in signs(item):
            buckets[sign].append(item)
    return (buckets[sign] for sign in sorted(buckets) if len(buckets[sign]) > 1)


class _Union:
    """Disjoint sets of entries; a set's root is its smallest key, whatever the order of joins."""

    def __init__(self) -> None:
        self._parents: dict[EntryKey, EntryKey] = {}

    def root(self, key: EntryKey) -> EntryKey:
        while (parent := self._parents.get(key, key)) != key:
            key = parent
        return key

    def join(self, items: Iterable[KeptEntry]) -> None:
        roots = sorted({self.root(item.entry.key) for item in items})
        for other in roots[1:]:
            self._parents[other] = roots[0]
