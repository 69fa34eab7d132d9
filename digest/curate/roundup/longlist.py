"""The longlist: every post of a year that a roundup may feature, and why others may not be."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from digest.curate.choosing.sifting import fate, under_its_title
from digest.curate.grouping.copies import group_copies
from digest.curate.grouping.sources import host
from digest.curate.placing.matching import first_fit
from digest.curate.roundup.gathering import gatherers, links_between
from digest.curate.timing.wallclock import moment_of
from digest.curate.words import fold, one_line
from digest.model import (
    Choice,
    Entry,
    EntryKey,
    EntryState,
    Feed,
    KeptEntry,
    Newsletter,
    Period,
    PlacedBy,
    Placement,
    Verdict,
)

Group = tuple[KeptEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post with its copies. ``published_at`` is on the publication's wall clock.

    ``topic`` is its topic's name or, where none was found, its first category that says
    something (not most posts have it); ``linked`` how
    many other posts of the year link to it.
    """

    group: Group
    published_at: datetime
    placement: Placement
    topic: str
    linked: int = 0

    @property
    def kept(self) -> KeptEntry:
        """The copy that is told."""
        return self.group[0]

    @property
    def key(self) -> EntryKey:
        """What it is known by."""
        return self.group[0].entry.key

    @property
    def author(self) -> str:
        """Who wrote it, folded; empty where nobody says."""
        return fold(", ".join(self.group[0].entry.authors))

    @property
    def quarter(self) -> int:
        """The quarter of the year, 1 to 4."""
        return (self.published_at.month + 2) // 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Longlist:
    """What a roundup is chosen from, oldest first, and the fates of what was set aside.

    ``count`` is how many posts the year had, roundups among them, copies once.
    """

    year: int
    posts: tuple[Post, ...]
    set_aside: tuple[Choice, ...] = field(default=())
    count: int = 0

    @property
    def keys(self) -> tuple[EntryKey, ...]:
        """The posts' keys."""
        return tuple(post.key for post in self.posts)


def year_of(newsletter: Newsletter, year: int) -> Period:
    """A calendar year in the newsletter's time zone."""
    zone = ZoneInfo(newsletter.schedule.time_zone)
    edges = (datetime(each, 1, 1) for each in (year, year + 1))  # noqa: DTZ001 - a wall-clock time
    start, end = (moment_of(edge, zone) for edge in edges)
    return Period(start=start, end=end)


def longlist(
    kept: Sequence[KeptEntry],
    newsletter: Newsletter,
    year: int,
    *,
    feeds: Mapping[str, Feed],
    placements: Mapping[EntryKey, Placement],
) -> Longlist:
    """The posts of a year, copies merged; those that gather other posts are set aside.

    So are those that are held or skipped, that the newsletter blocks, or that have no link. Posts
    that issues told are welcome. The order of ``kept`` does not matter.
    """
    period = year_of(newsletter, year)
    inside = (item for item in kept if item.dated_at and item.dated_at in period)
    dated = [under_its_title(item, feeds) for item in inside]
    groups = [_best_first(group) for group in group_copies(dated)]
    entries = [group[0].entry for group in groups]
    linked = links_between(entries)
    gathered = gatherers(entries)
    common = _common_categories(entries)
    posts: list[Post] = []
    aside: list[Choice] = []
    for group in groups:
        key = group[0].entry.key
        reason = gathered.get(key) or _obstacle(group[0], newsletter, feeds)
        if reason:
            aside += [fate(item, Verdict.LEFT_OUT, reason) for item in group]
            continue
        placement = placements[key]
        posts.append(
            Post(
                group=group,
                published_at=_on_the_wall(group[0], newsletter),
                placement=placement,
                topic=_topic(group[0], placement, newsletter, common=common),
                linked=len(linked[key] - gathered.keys()),
            )
        )
    posts.sort(key=lambda post: (post.published_at.astimezone(UTC), post.key))
    aside.sort(key=lambda choice: choice.entry)
    return Longlist(year=year, posts=tuple(posts), set_aside=tuple(aside), count=len(groups))


def _best_first(group: Group) -> Group:
    """The publisher's own copy first, then the fullest text."""

    def precedence(item: KeptEntry) -> tuple[bool, int, EntryKey]:
        entry = item.entry
        return host(entry.url) != host(entry.key.feed), -len(entry.content), entry.key

    return tuple(sorted(group, key=precedence))


def _on_the_wall(item: KeptEntry, newsletter: Newsletter) -> datetime:
    zone = ZoneInfo(newsletter.schedule.time_zone)
    return (item.dated_at or item.first_seen_at).astimezone(zone)


def _topic(
    item: KeptEntry, placement: Placement, newsletter: Newsletter, *, common: frozenset[str]
) -> str:
    names = {topic.id: topic.name for topic in newsletter.topics}
    if placement.by is not PlacedBy.DEFAULT and placement.topic in names:
        return names[placement.topic]
    own = [one_line(name) for name in item.entry.categories if name.strip()]
    telling = (name for name in own if fold(name) not in common)
    return next(telling, own[0] if own else "")


def _common_categories(entries: Sequence[Entry]) -> frozenset[str]:
    """The categories of more than half of the posts, which tell none from the others."""
    counts = Counter(
        name for entry in entries for name in {fold(each) for each in entry.categories}
    )
    return frozenset(name for name, count in counts.items() if count * 2 > len(entries))


def _obstacle(item: KeptEntry, newsletter: Newsletter, feeds: Mapping[str, Feed]) -> str:
    mark = item.mark
    if mark and mark.state is not EntryState.NEW:
        return f"{mark.state}: {mark.why}" if mark.why else str(mark.state)
    if not item.entry.url:
        return "it has no link"
    feed = feeds.get(item.entry.key.feed)
    block = first_fit(item.entry, newsletter.blocks, feed.tags if feed else ())
    return f"blocked: {block}" if block else ""
