"""Identity: whether an entry that arrives is one that is kept already.

An entry is the same as a kept one of its feed when its id says so, or when several other signs
agree. Precision comes first: announcing a post twice is a nuisance, losing one is a fault.

1. **Its id** (or an alias, an id under which it came before) is the kept one's. An id shorter
   than eight characters may be a position in a list, so one more sign has to agree.
2. **Its page and title**, and its date: a new id, http or https, ``www.``, tracking parameters, a
   new host with the same paths. Undated entries need the same words instead of the date.
3. **Its title, words and date**, where the numbers in its URL and id are the same ones: a new
   slug. Other numbers would make it the next of a series.
4. **Everything a reader sees** and the date: entries that share their feed's home page.
5. **Its page and title alone**, where no id in the document is known and at least three entries
   are found by their page and title: the feed was published again, whatever the dates.

A URL alone, a title alone or words alone never identify, nor does the home page of a site or a
text of fewer than 40 letters where words are asked for. Each kept entry is matched once, the
strongest signs first; what agrees in all of them with one that is taken is a repeat of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.collect.repeats import without_repeats
from digest.collect.upkeep.traits import SHORT, Arrived, numbers_of, path_of
from digest.model import Entry, EntryKey

_SURE_ID = 8  # characters
_REPUBLISHED = 3  # entries
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What is kept of an entry to know it again by. ``aliases`` are other ids it came with."""

    key: EntryKey
    url_key: str
    title_key: str
    content_key: str
    fingerprint: str
    first_seen_at: datetime
    dated_at: datetime | None = None
    published_at: datetime | None = None
    edits: int = 0
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """An entry that is kept already. ``alias`` is its id where that is to be remembered."""

    entry: Entry
    known: KnownEntry
    alias: str = ""

    @property
    def edited(self) -> bool:
        """Whether a reader sees something else now."""
        return self.entry.fingerprint != self.known.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What a document brought. ``fresh`` entries have keys that no other one has.

    ``unsure`` are those that were not found, or by nothing but their id: worth another look with
    more known entries. Entries in none of the others repeat one that is.
    """

    fresh: tuple[Arrived, ...]
    same: tuple[Recognised, ...]
    unsure: tuple[Arrived, ...]

    @property
    def new(self) -> tuple[Entry, ...]:
        """The entries that are new."""
        return tuple(item.entry for item in self.fresh)


class Document:
    """The entries of one document, in an order that does not depend on the document's.

    Their traits are worked out once, however often they are matched.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        newest_first = sorted(entries, key=_rank, reverse=True)
        self._items = [Arrived(entry) for entry in without_repeats(newest_first)]

    def match(self, known: Iterable[KnownEntry]) -> Matching:
        """Tell them apart as :func:`match` does."""
        items, kept = self._items, _Known(known)
        found = _settled(items, kept)
        _find(items, kept, found)
        _find_republished(items, kept, found)
        lost = [item for item in items if item not in found]
        fresh = [item for item in lost if not _repeats_known(item, kept)]
        return Matching(
            fresh=tuple(_with_own_ids(fresh, kept)),
            same=tuple(_recognised(items, found, kept)),
            unsure=tuple(item for item in items if _is_unsure(item, found.get(item))),
        )


def match(arrived: Iterable[Entry], known: Iterable[KnownEntry]) -> Matching:
    """Tell the entries of one document apart into new ones and those kept already.

    ``known`` holds at least those kept entries of the feed that share an id, an alias, a
    ``page_key`` or a ``text_key`` with one that arrived. Orders do not matter.
    """
    return Document(arrived).match(known)


class _Known:
    """The kept entries, by each of the ways to find them."""

    def __init__(self, known: Iterable[KnownEntry]) -> None:
        self.by_id: defaultdict[str, list[KnownEntry]] = defaultdict(list)
        self.by_page: defaultdict[tuple[str, str], list[KnownEntry]] = defaultdict(list)
        self.by_text: defaultdict[tuple[str, str], list[KnownEntry]] = defaultdict(list)
        self.by_looks: defaultdict[str, list[KnownEntry]] = defaultdict(list)
        self.ids: set[str] = set()
        self.taken: set[EntryKey] = set()
        for item in sorted({item.key: item for item in known}.values(), key=lambda k: k.key):
            self.ids.add(item.key.id)
            for name in {item.key.id, *item.aliases}:
                self.by_id[name].append(item)
            if item.title_key:
                self.by_page[path_of(item.url_key), item.title_key].append(item)
                self.by_text[item.title_key, item.content_key].append(item)
            self.by_looks[item.fingerprint].append(item)

    def candidates(self, item: Arrived) -> dict[EntryKey, KnownEntry]:
        """Those that any sign points to."""
        pools = [self.by_id.get(item.id, ()), self.by_id.get(item.derived_id, ())]
        if item.title_key:
            pools.append(self.by_page.get((item.path, item.title_key), ()) if item.path else ())
            pools.append(self.by_text.get((item.title_key, item.content_key), ()))
        pools.append(self.by_looks.get(item.entry.fingerprint, ()))
        return {known.key: known for pool in pools for known in pool}

    def free(self, pool: Iterable[KnownEntry]) -> list[KnownEntry]:
        return [known for known in pool if known.key not in self.taken]


class _Signs:
    """Which signs of an arrived entry agree with those of a kept one."""

    def __init__(self, item: Arrived, known: KnownEntry) -> None:
        entry = item.entry
        self.alias = item.id in known.aliases
        self.own_id = known.key.id in (item.id, item.derived_id)
        self.sure_id = (self.own_id or self.alias) and len(item.id) >= _SURE_ID
        self.page = bool(item.path) and item.path == path_of(known.url_key)
        self.url = self.page and item.url_key == known.url_key
        self.title = bool(item.title_key) and item.title_key == known.title_key
        self.text = bool(item.content_key) and item.content_key == known.content_key
        self.telling = self.text and not item.content_key.startswith(SHORT)
        self.bare = not item.content_key and not known.content_key
        dates = (known.published_at, known.dated_at)
        self.date = entry.published_at is not None and entry.published_at in dates
        self.undated = entry.published_at is None or known.published_at is None
        self.looks = entry.fingerprint == known.fingerprint
        self.numbers = numbers_of(item.url_key, item.id) == numbers_of(known.url_key, known.key.id)

    @property
    def score(self) -> int:
        """How strong they are together; 0 when they do not identify."""
        if not (self._id_says_so() or self._page_says_so() or self._words_say_so()):
            return 0
        by_id = 10 if self.sure_id else 4 * (self.own_id or self.alias)
        by_page = 3 * self.url or 2 * self.page
        by_words = 2 * self.title + 2 * self.text + self.telling
        return by_id + by_page + by_words + self.date + self.looks

    @property
    def all(self) -> bool:
        """Whether nothing tells the two apart but their ids."""
        words = self.text or self.bare
        return self.url and self.title and words and (self.date or self.undated)

    def _id_says_so(self) -> bool:
        named = self.own_id or self.alias
        return self.sure_id or (named and (self.page or self.title or self.text or self.date))

    def _page_says_so(self) -> bool:
        words = self.telling or (self.url and (self.text or self.bare))
        return self.page and self.title and (self.date or (self.undated and words))

    def _words_say_so(self) -> bool:
        edited_slug = self.title and self.telling and self.date and self.numbers
        return edited_slug or (self.looks and (self.date or (self.undated and self.telling)))


_Found = dict[Arrived, KnownEntry]


def _rank(entry: Entry) -> tuple[datetime, datetime, str, str, str]:
    updated, published = entry.updated_at or _EARLIEST, entry.published_at or _EARLIEST
    return updated, published, entry.key.id, entry.url, entry.fingerprint


def _settled(items: Iterable[Arrived], kept: _Known) -> _Found:
    """Those with an id that is known and nothing to see that is not: most, in most rounds."""
    found = {}
    for item in items:
        pool = kept.free(kept.by_id.get(item.id, ()))
        same = [known for known in pool if known.fingerprint == item.entry.fingerprint]
        if same:
            best = min(same, key=lambda known: (known.key.id != item.id, known.key))
            found[item] = best
            kept.taken.add(best.key)
    return found


def _find(items: Sequence[Arrived], kept: _Known, found: _Found) -> None:
    """Match the others one to one, the strongest signs first."""
    if not kept.ids:
        return
    rated = []
    for at, item in enumerate(items):
        if item not in found:
            for key, known in kept.candidates(item).items():
                score = _Signs(item, known).score
                if score:
                    rated.append((-score, at, key, known))
    for _, at, key, known in sorted(rated, key=lambda pair: pair[:3]):
        if items[at] not in found and key not in kept.taken:
            found[items[at]] = known
            kept.taken.add(key)


def _find_republished(items: Sequence[Arrived], kept: _Known, found: _Found) -> None:
    """Match by rule 5, where it holds."""
    if any(item.id in kept.by_id for item in items):
        return
    pages = Counter((item.path, item.title_key) for item in items)
    more: _Found = {}
    for item in items:
        pool = kept.by_page.get((item.path, item.title_key), []) if item.path else []
        if item in found or len(pool) != 1 or pages[item.path, item.title_key] > 1:
            continue
        known = pool[0]
        other_words = item.content_key and known.content_key not in ("", item.content_key)
        if known.key not in kept.taken and not other_words:
            more[item] = known
    if len(found) + len(more) >= _REPUBLISHED:
        found.update(more)
        kept.taken.update(known.key for known in more.values())


def _repeats_known(item: Arrived, kept: _Known) -> bool:
    """Whether it is a kept entry that the same document holds under another id as well."""
    if not kept.ids:
        return False
    signs = (_Signs(item, known) for known in kept.candidates(item).values())
    return any(sign.all or (sign.alias and (sign.url or sign.title)) for sign in signs)


def _is_unsure(item: Arrived, known: KnownEntry | None) -> bool:
    if known is None:
        return True
    if known.fingerprint == item.entry.fingerprint:
        return False
    signs = _Signs(item, known)
    return not (signs.page or signs.title or signs.text)


def _recognised(items: Sequence[Arrived], found: _Found, kept: _Known) -> Iterator[Recognised]:
    times = Counter(item.id for item in items)
    for item in items:
        known = found.get(item)
        if known is not None:
            named = item.id in (known.key.id, *known.aliases)
            shared = times[item.id] > 1 or item.id in kept.ids
            yield Recognised(
                entry=item.entry, known=known, alias="" if named or shared else item.id
            )


def _with_own_ids(fresh: Iterable[Arrived], kept: _Known) -> Iterator[Arrived]:
    """New entries under ids that are theirs alone."""
    taken = set(kept.by_id)
    for item in fresh:
        names = (name for name in (item.id, item.derived_id) if name not in taken)
        own = next(names, None)
        if own is not None:
            taken.add(own)
            yield item.under(own)
