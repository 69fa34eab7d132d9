"""Stories: entries that tell the same thing, found among others and told as one.

Precision before recall: two stories taken for one hide one of them, one story told twice does not.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from digest.curate.excerpts import excerpt, minutes_for, shorten, was_cut_by_feed
from digest.curate.grouping.agglomeration import Point, agglomerate
from digest.curate.grouping.copies import group_copies
from digest.curate.grouping.followups import earlier
from digest.curate.grouping.headlines import Text, read_headlines
from digest.curate.grouping.sources import host, source_name
from digest.curate.words import count_words, fold, fold_title, one_line, plain_text
from digest.model import Coverage, Entry, EntryKey, Image, KeptEntry, Origin, Story, Wording
from digest.ports import Embedder

__all__ = [
    "coverage",
    "earlier",
    "full_text",
    "group_copies",
    "group_stories",
    "host",
    "tell",
    "without_support",
]

_HEADLINE_FROM_TEXT = 80  # characters
_ENOUGH_TEXT = 100  # words, from where on more make no better source
_OPENING = 2000  # characters of HTML
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Group = tuple[KeptEntry, ...]


def group_stories(
    kept: Sequence[KeptEntry], *, sources: Sequence[str] = (), embedder: Embedder | None = None
) -> tuple[Group, ...]:
    """The entries in groups that tell the same story, the same for any input order.

    Copies are one; so are headlines (with what follows them) of different feeds that are like
    each other, near in time, in one language and do not contradict each other. Of each group the
    best source leads: that which stands first in ``sources`` (feed URLs), the publisher's own
    before an aggregator's copy, that with most text, with a picture, the first published. Groups
    are in order of their first's key. Undated entries have copies only. ``embedder`` is not asked:
    likeness of meaning finds the same theme rather than the same story.
    """
    del embedder
    units = group_copies(kept)
    dated = [unit for unit in units if any(item.dated_at for item in unit)]
    clusters = agglomerate(_points(dated))
    placed = {place for cluster in clusters for place in cluster}
    groups = [tuple(item for place in cluster for item in dated[place]) for cluster in clusters]
    groups += [unit for place, unit in enumerate(dated) if place not in placed]
    groups += [unit for unit in units if not any(item.dated_at for item in unit)]
    rank = {url: place for place, url in enumerate(dict.fromkeys(sources))}
    ordered = (_best_first(group, rank) for group in groups)
    return tuple(sorted(ordered, key=lambda group: group[0].entry.key))


def coverage(group: Sequence[KeptEntry]) -> tuple[Coverage, ...]:
    """The other sources of a group, one each, in its order.

    A feed, a title of feeds and a URL each count as one source: an aggregator's link to what
    leads is no other.
    """
    found: list[Coverage] = []
    seen: set[str] = set()
    for place, item in enumerate(group):
        entry = item.entry
        name = source_name(entry)
        marks = {f"feed {entry.key.feed}", f"name {fold(name)}"}
        marks |= {f"url {entry.url}"} if entry.url else set()
        if place and not seen & marks:
            headline = one_line(entry.title) or name
            found.append(Coverage(source=name, url=entry.url, headline=headline, entry=entry.key))
        seen |= marks
    return tuple(found)


def tell(group: Sequence[KeptEntry], *, text: str, words: int, reason: str) -> Story:
    """One story of a group: the first one's words, and who else covers it.

    ``text`` is the first one's :func:`full_text`; ``words`` limits the excerpt. The picture is
    its own, or that of a copy of it.
    """
    shown = group[0]
    entry = shown.entry
    source = source_name(entry)
    return Story(
        entries=tuple(item.entry.key for item in group),
        url=entry.url,
        headline=_headline(entry, text=text, source=source),
        excerpt=Wording(value=excerpt(_opening(entry, without_support(entry, text)), words)),
        source=source,
        published_at=shown.dated_at or shown.first_seen_at,
        minutes=minutes_for(count_words(text)),
        authors=entry.authors,
        image=_image(group),
        reason=reason,
        support=tuple(dict.fromkeys(line for item in group for line in item.entry.support)),
        coverage=coverage(group),
        fields=entry.fields,
    )


def full_text(entry: Entry) -> str:
    """All the words an entry brings: its content's, or its summary's where those are more."""
    return max(plain_text(entry.content), one_line(entry.summary), key=len)


def without_support(entry: Entry, text: str) -> str:
    """An entry's text without its help lines, which are told beside the excerpt."""
    for line in entry.support:
        text = one_line(text.replace(one_line(line), " "))
    return text


def _points(units: Sequence[Group]) -> list[Point]:
    headlines = read_headlines([_text(unit[0].entry) for unit in units])
    return [
        Point(
            headline=headline,
            hours=min(
                (item.dated_at or item.first_seen_at) - _EPOCH for item in unit
            ).total_seconds()
            / 3600,
            feeds=frozenset(item.entry.key.feed for item in unit),
        )
        for headline, unit in zip(headlines, units, strict=True)
    ]


def _text(entry: Entry) -> Text:
    opening = one_line(entry.summary) or plain_text(_whole_tags(entry.content[:_OPENING]))
    title = one_line(entry.title) or shorten(opening, _HEADLINE_FROM_TEXT)
    language = entry.language.replace("_", "-").partition("-")[0].lower()
    return Text(title=title, opening=opening, language=language)


def _whole_tags(markup: str) -> str:
    start, end = markup.rfind("<"), markup.rfind(">")
    return markup[:start] if start > end else markup


def _best_first(group: Group, rank: Mapping[str, int]) -> Group:
    if len(group) == 1:
        return group
    at_home = {item.entry.url for item in group if _is_at_home(item.entry)}

    def precedence(item: KeptEntry) -> tuple[int, bool, int, bool, datetime, EntryKey]:
        entry = item.entry
        return (
            rank.get(entry.key.feed, len(rank)),
            entry.url in at_home and not _is_at_home(entry),
            -min(count_words(full_text(entry)), _ENOUGH_TEXT),
            entry.image is None,
            item.dated_at or item.first_seen_at,
            entry.key,
        )

    return tuple(sorted(group, key=precedence))


def _is_at_home(entry: Entry) -> bool:
    return bool(entry.url) and host(entry.url) == host(entry.key.feed)


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


def _image(group: Sequence[KeptEntry]) -> Image | None:
    """The first's, or that of the same post elsewhere; another publisher's is not ours to show."""
    first = group[0].entry
    title = fold_title(first.title)
    return next(
        (
            item.entry.image
            for item in group
            if item.entry.image
            and (
                item is group[0]
                or (first.url and item.entry.url == first.url)
                or (title and fold_title(item.entry.title) == title)
            )
        ),
        None,
    )
