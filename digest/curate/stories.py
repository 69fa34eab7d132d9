"""Stories: entries that are the same thing, found among others and told as one.

Exact copies only. A wrong merge hides a story, so a sign counts only where it identifies one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from digest.curate.excerpts import excerpt, minutes_for, shorten, was_cut_by_feed
from digest.curate.words import count_words, fold, fold_title, one_line, plain_text
from digest.model import Entry, EntryKey, KeptEntry, Origin, Story, Wording

_TELLING_TITLE = 3  # words; "Weekly links" is nobody's own
_HEADLINE_FROM_TEXT = 80  # characters


def group_copies(kept: Sequence[KeptEntry]) -> tuple[tuple[KeptEntry, ...], ...]:
    """The entries in groups of copies, each with the one to show first; in order of that one's key.

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
    for item in kept:
        groups[union.root(item.entry.key)].append(item)
    ordered = (tuple(sorted(group, key=_precedence)) for group in groups.values())
    return tuple(sorted(ordered, key=lambda group: group[0].entry.key))


def tell(group: Sequence[KeptEntry], *, text: str, words: int, reason: str) -> Story:
    """One story of a group of copies: the first one's words, and the first picture among them.

    ``text`` is the first one's :func:`full_text`; ``words`` limits the excerpt.
    """
    shown = group[0]
    entry = shown.entry
    source = one_line(entry.feed_title) or host(entry.url) or host(entry.key.feed)
    return Story(
        entries=tuple(item.entry.key for item in group),
        url=entry.url,
        headline=_headline(entry, text=text, source=source),
        excerpt=Wording(value=excerpt(_opening(entry, without_support(entry, text)), words)),
        source=source,
        published_at=shown.dated_at or shown.first_seen_at,
        minutes=minutes_for(count_words(text)),
        authors=entry.authors,
        image=next((item.entry.image for item in group if item.entry.image), None),
        reason=reason,
        support=tuple(dict.fromkeys(line for item in group for line in item.entry.support)),
    )


def full_text(entry: Entry) -> str:
    """All the words an entry brings: its content's, or its summary's where those are more."""
    return max(plain_text(entry.content), one_line(entry.summary), key=len)


def without_support(entry: Entry, text: str) -> str:
    """An entry's text without its help lines, which are told beside the excerpt."""
    for line in entry.support:
        text = one_line(text.replace(one_line(line), " "))
    return text


def _headline(entry: Entry, *, text: str, source: str) -> Wording:
    title = one_line(entry.title)
    if title:
        return Wording(value=title, origin=Origin.FEED)
    return Wording(value=shorten(text, _HEADLINE_FROM_TEXT) or source or entry.url)


def _opening(entry: Entry, text: str) -> str:
    """What an excerpt is taken from: the publisher's summary, if it is a whole one."""
    summary = one_line(entry.summary)
    if not summary or was_cut_by_feed(summary) or fold(summary) == fold(entry.title):
        return text if fold(text) != fold(entry.title) else ""
    return summary


def host(url: str) -> str:
    """A URL's host without ``www.``; empty for what is no URL."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return name.removeprefix("www.")


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


def _precedence(item: KeptEntry) -> tuple[bool, int, EntryKey]:
    """The publisher's own feed first, then the fullest text."""
    entry = item.entry
    return host(entry.url) != host(entry.key.feed), -len(entry.content), entry.key


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
