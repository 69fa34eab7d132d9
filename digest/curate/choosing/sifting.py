"""Sifting: which entries an issue may tell at all, and why it may not tell the others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from digest.curate.placing.matching import first_fit
from digest.curate.states import unfit
from digest.curate.words import one_line
from digest.model import (
    Choice,
    Edits,
    EntryKey,
    EntryState,
    Feed,
    KeptEntry,
    Mark,
    Newsletter,
    Period,
    Placement,
    Verdict,
)

ALWAYS_TOLD = "always told"
"""How the reason of a story begins that one of the newsletter's keeps wants."""

SOMEBODY = "an editor"
"""Whom a decision is put down to where nobody gave a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What entries are sifted by: an issue's newsletter, period and slug, and editors' words."""

    newsletter: Newsletter
    period: Period
    slug: str
    feeds: Mapping[str, Feed]
    edits: Edits

    @property
    def editor(self) -> str:
        """Who edited the issue."""
        return self.edits.by or SOMEBODY

    @property
    def pinned(self) -> frozenset[EntryKey]:
        """The entries that editors want told, the lead among them."""
        lead = (self.edits.lead,) if self.edits.lead else ()
        return frozenset((*self.edits.pins, *lead))

    def tags(self, key: EntryKey) -> tuple[str, ...]:
        """The tags of an entry's feed."""
        feed = self.feeds.get(key.feed)
        return feed.tags if feed else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """The entries that may be told, under the names of their feeds, and the fates of the others."""

    usable: tuple[KeptEntry, ...]
    left_out: tuple[Choice, ...]


def sift(kept: tuple[KeptEntry, ...], ground: Ground) -> Sifted:
    """Part the entries an issue may tell from those it may not, in order of key.

    An editor's pin counts for more than a date or a block; nothing undoes a hold or a skip.
    """
    usable: list[KeptEntry] = []
    left_out: list[Choice] = []
    for item in sorted(kept, key=lambda item: item.entry.key):
        named = under_its_title(item, ground.feeds)
        reason = _obstacle(named, ground)
        if reason:
            left_out.append(fate(named, Verdict.LEFT_OUT, reason))
        else:
            usable.append(named)
    return Sifted(usable=tuple(usable), left_out=tuple(left_out))


def fate(
    item: KeptEntry,
    verdict: Verdict,
    reason: str,
    *,
    placement: Placement | None = None,
    told_by: EntryKey | None = None,
    decided_by: str = "",
) -> Choice:
    """What becomes of one entry."""
    entry = item.entry
    return Choice(
        entry=entry.key,
        title=one_line(entry.title) or entry.url,
        source=one_line(entry.feed_title) or entry.key.feed,
        verdict=verdict,
        reason=reason,
        placement=placement,
        told_by=told_by,
        decided_by=decided_by,
    )


def _obstacle(item: KeptEntry, ground: Ground) -> str:
    key = item.entry.key
    pinned = key in ground.pinned
    as_released = pinned and item.mark is None
    asked = replace(
        item,
        used_in="" if item.used_in == ground.slug else item.used_in,
        mark=Mark(state=EntryState.NEW, why="pinned") if as_released else item.mark,
    )
    reason = unfit(asked, ground.period, clock=ground.newsletter.clock)
    if reason or pinned:
        return reason
    block = first_fit(item.entry, ground.newsletter.blocks, ground.tags(key))
    return f"blocked: {block}" if block else ""


def under_its_title(item: KeptEntry, feeds: Mapping[str, Feed]) -> KeptEntry:
    """The entry under the title that the configuration gives its feed, if it gives one."""
    feed = feeds.get(item.entry.key.feed)
    if feed is None or not feed.title or feed.title == item.entry.feed_title:
        return item
    return replace(item, entry=replace(item.entry, feed_title=feed.title))
