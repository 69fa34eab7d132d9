"""Gathering: posts that gather other posts, such as earlier roundups and lists of links."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from digest.curate.roundup.cues import GATHERS
from digest.curate.roundup.passages import Paragraph, links_in, paragraphs
from digest.curate.words import one_line
from digest.model import Entry, EntryKey

_QUOTED = 2  # posts that it quotes, or
_LED_TO = 5  # posts that it links to, make a post a roundup
_SHINGLE = 8  # words that stand in two posts in the same order: one has them from the other
_WORD = re.compile(r"\w+")


def gatherers(entries: Sequence[Entry]) -> dict[EntryKey, str]:
    """The posts that gather others of the same lot, each with what gives it away.

    Its title or a category says so, or it has block quotes from two of them, or links to five.
    """
    found: dict[EntryKey, str] = {}
    led: defaultdict[EntryKey, int] = defaultdict(int)
    for linking in links_between(entries).values():
        for key in linking:
            led[key] += 1
    quoted = quoted_posts(entries)
    for entry in entries:
        named = next(
            (name for name in (entry.title, *entry.categories) if GATHERS.search(name)), ""
        )
        quotes = len(quoted.get(entry.key, ()))
        if named:
            found[entry.key] = f"a roundup itself, by its name: {one_line(named)!r}"
        elif quotes >= _QUOTED:
            found[entry.key] = f"a roundup itself: it quotes {quotes} other posts of the year"
        elif led[entry.key] >= _LED_TO:
            found[entry.key] = f"a list of links: to {led[entry.key]} other posts of the year"
    return found


def links_between(entries: Iterable[Entry]) -> dict[EntryKey, frozenset[EntryKey]]:
    """For each post, which of the others link to it."""
    lot = tuple(entries)
    pages = {_page(entry.url): entry.key for entry in lot if entry.url}
    linking: dict[EntryKey, set[EntryKey]] = {entry.key: set() for entry in lot}
    for entry in lot:
        for link in links_in(entry.content):
            key = pages.get(_page(link))
            if key and key != entry.key:
                linking[key].add(entry.key)
    return {key: frozenset(keys) for key, keys in linking.items()}


def quoted_posts(entries: Sequence[Entry]) -> Mapping[EntryKey, frozenset[EntryKey]]:
    """For each post with block quotes, which of the others say in running text what it quotes."""
    wanted = _quoted_shingles(entries)
    found: defaultdict[EntryKey, set[EntryKey]] = defaultdict(set)
    firsts = {shingle[0] for shingle in wanted}
    for entry in entries if wanted else ():
        for words in _texts(entry, quoted=False):
            for at, word in enumerate(words):
                if word in firsts:
                    for key in wanted.get(tuple(words[at : at + _SHINGLE]), ()):
                        found[key].add(entry.key)
    return {key: frozenset(keys - {key}) for key, keys in found.items()}


def _quoted_shingles(entries: Iterable[Entry]) -> dict[tuple[str, ...], set[EntryKey]]:
    """The words in the middle of each block quote, and the posts that have it."""
    wanted: defaultdict[tuple[str, ...], set[EntryKey]] = defaultdict(set)
    for entry in entries:
        if "<blockquote" in entry.content:
            for words in _texts(entry, quoted=True):
                if len(words) >= 2 * _SHINGLE:
                    middle = (len(words) - _SHINGLE) // 2
                    wanted[tuple(words[middle : middle + _SHINGLE])].add(entry.key)
    return wanted


def _texts(entry: Entry, *, quoted: bool) -> Iterator[list[str]]:
    """The words of each of a post's block quotes, or of the running text between them."""
    run: list[str] = []
    body = paragraphs(entry.content)
    for paragraph, after in pairwise((*body, Paragraph(text=""))):
        if paragraph.quoted is quoted:
            run += _WORD.findall(paragraph.text.lower())
        if run and after.quoted is not quoted:
            yield run
            run = []
    if run:
        yield run


def _page(url: str) -> str:
    """A page's address as links to it are compared."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"
