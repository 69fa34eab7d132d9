"""A feed's archive: which page of it comes next, what to keep of one, and when that is enough.

A feed says where older entries are (RFC 5005: ``prev-archive``, ``next``; JSON Feed: ``next_url``;
HTTP: a Link header). Where it says nothing, ``?paged=2`` is tried, which WordPress answers with the
second page of its feed; a page with the same title and older entries proves that it does.

What is known without a gap is one stretch of time. A walk starts at the feed itself; where it
meets the stretch that an earlier walk left, it goes on from that one's last page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from digest.collect.upkeep.paging import newest_of, numbered_page, page_number, reach_of
from digest.model import BEGINNING, Entry, FeedArchive, ParsedFeed

_PAST_THE_END = frozenset({400, 404, 410})
_SECOND = 2


class StopReason(StrEnum):
    """Why no further page of an archive is asked for."""

    END = "end"
    SINCE = "since"
    KNOWN = "known"
    MAX_PAGES = "max-pages"
    LOOP = "loop"
    REPEATED = "repeated"
    NO_ARCHIVE = "no-archive"
    NOT_ALLOWED = "not-allowed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The end of a walk. ``why`` is a sentence for people."""

    reason: StopReason
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The page to ask for next. ``guessed`` says that no document named it."""

    url: str
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage:
    """A page as it was read. ``linked`` is the ``next`` of its Link header."""

    feed: ParsedFeed
    linked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What follows from a page: entries to keep, what is known with them, and what comes next."""

    entries: tuple[Entry, ...]
    archive: FeedArchive
    then: Turn | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a walk is for. Entries dated ``until`` and later are not kept; None means all."""

    since: datetime | None = None
    until: datetime | None = None
    max_pages: int = 200


def with_file(
    known: FeedArchive, entries: Sequence[Entry], goal: Goal, *, now: datetime
) -> FeedArchive:
    """What is known with an exported archive: what it spans, and what was known next to that.

    Of two stretches with a gap between them the longer one stays.
    """
    dates = [entry.published_at for entry in entries if entry.published_at]
    if not dates:
        return known
    start = max(min(dates), goal.since or BEGINNING)
    end = min(max(dates), goal.until or now, now)
    if end <= start:
        return known
    if known.complete_since is None or known.complete_until is None:
        return replace(known, complete_since=start, complete_until=end)
    if start <= known.complete_until and end >= known.complete_since:
        return replace(
            known,
            complete_since=min(start, known.complete_since),
            complete_until=max(end, known.complete_until),
        )
    longer = end - start > known.complete_until - known.complete_since
    return replace(known, complete_since=start, complete_until=end, page="") if longer else known


class Walk:
    """A way through a feed's archive, page by page, into the past.

    ``known`` is what an earlier walk left, ``now`` when this one starts.
    """

    def __init__(self, feed_url: str, goal: Goal, *, known: FeedArchive, now: datetime) -> None:
        self._feed_url = feed_url
        self._goal = goal
        self._known = known
        self._now = now
        self._until = _keeping_until(goal.until, known)
        self._upper = min(self._until, now) if self._until else now
        self._seen: set[str] = set()
        self._visited: set[str] = set()
        self._pages = 0
        self._title = ""
        self._wordpress = False
        self._newest: datetime | None = None
        self._reach: datetime | None = None
        # Whether the stretch that is known was met, and which page to take up should going on
        # from its last one fail.
        self._met = False
        self._otherwise: Turn | Stop | None = None
        # Whether the last page brought nothing that was not there before.
        self._stale = False
        self.archive = known

    def first(self) -> Turn | Stop:
        """Where to begin: at the feed, unless all that is newer is known."""
        until = self._known.complete_until
        if until is not None and self._upper <= until:
            self._met = True
            return self._beyond(Turn(url=self._feed_url))
        return Turn(url=self._feed_url)

    def take(self, turn: Turn, page: ArchivePage) -> Taken:
        """Go on from a page that was read."""
        first = not self._visited
        fresh = tuple(each for each in page.feed.entries if each.key.id not in self._seen)
        refused = self._refused(turn, page, fresh)
        if refused:
            return self._outcome((), refused)
        self._pages += 1
        kept = tuple(each for each in fresh if self._keeps(each))
        if self._otherwise and self._has_moved_on(page):
            return Taken(entries=kept, archive=self.archive, then=self._back(self._otherwise))
        self._visited.add(turn.url)
        self._seen.update(each.key.id for each in fresh)
        if first:
            self._title = page.feed.title
            self._wordpress = "wordpress" in page.feed.generator.lower()
        if not (fresh or first or self._otherwise):
            return self._outcome((), self._exhausted(turn))
        self._stale = False
        self._note(turn, fresh, first=first)
        return self._outcome(kept, self._then(turn, page, first=first))

    def miss(self, turn: Turn, reason: str, *, status: int | None = None) -> Turn | Stop:
        """Go on from a page that could not be read."""
        if self._otherwise:
            return self._back(self._otherwise)
        number = page_number(turn.url)
        over = status in _PAST_THE_END and number > 1
        if over and (number > _SECOND or self._wordpress):
            return self._outcome((), _END).then
        if turn.guessed and number == _SECOND and not self._wordpress:
            return _NO_ARCHIVE
        return Stop(reason=StopReason.FAILED, why=reason)

    def _refused(self, turn: Turn, page: ArchivePage, fresh: Sequence[Entry]) -> Stop | None:
        """Why a page that was only tried is none of the archive's; None where it is one."""
        if not turn.guessed or page_number(turn.url) != _SECOND:
            return None
        if not page.feed.entries and self._wordpress:
            return _END
        newest = newest_of(fresh)
        forward = newest and self._newest and newest > self._newest
        other = page.feed.title != self._title
        return _NO_ARCHIVE if other or not fresh or forward else None

    def _has_moved_on(self, page: ArchivePage) -> bool:
        """Whether the page to go on from no longer touches what is known: a gap may be between."""
        since, newest = self._known.complete_since, newest_of(page.feed.entries)
        return since is not None and (newest is None or newest < since)

    def _note(self, turn: Turn, fresh: Sequence[Entry], *, first: bool) -> None:
        """Take down how far back this page reaches, and with it what is known."""
        newest, reach = newest_of(fresh), reach_of(fresh, first=first)
        forward = newest and self._newest and newest > self._newest
        self._newest = min(filter(None, (newest, self._newest)), default=None)
        if reach is not None and not forward:
            self._reach = min(reach, self._now)
        self._extend(self._reach, page=turn.url)

    def _extend(self, reach: datetime | None, *, page: str) -> None:
        known = self._known
        if reach is None:
            return
        if known.complete_since is None or known.complete_until is None:
            upper = max(self._upper, reach)
            self.archive = replace(known, complete_since=reach, complete_until=upper, page=page)
            return
        self._met = self._met or reach <= known.complete_until
        if self._met:
            further = reach < known.complete_since
            self.archive = replace(
                known,
                complete_since=min(reach, known.complete_since),
                complete_until=max(self._upper, known.complete_until),
                page=page if further else known.page,
            )

    def _then(self, turn: Turn, page: ArchivePage, *, first: bool) -> Turn | Stop:
        since = self._goal.since
        if since and self._reach and self._reach < since:
            return Stop(reason=StopReason.SINCE, why=f"entries before {since:%Y-%m-%d} begin here")
        following = self._following(turn, page, first=first)
        if self._otherwise:
            self._otherwise = None
            return following
        return self._beyond(following) if self._met else following

    def _following(self, turn: Turn, page: ArchivePage, *, first: bool) -> Turn | Stop:
        offered = page.feed.next_page or page.linked
        number = page_number(turn.url)
        if not offered and (page.feed.complete or not (first or number > 1)):
            return _END
        following = offered or numbered_page(turn.url, number + 1)
        return self._unless_enough(following, guessed=not offered)

    def _unless_enough(self, url: str, *, guessed: bool) -> Turn | Stop:
        if url in self._visited:
            return Stop(reason=StopReason.LOOP, why=f"the archive leads back to {url}")
        if self._pages >= self._goal.max_pages:
            why = f"{self._pages} pages were read, which is as many as were asked for"
            return Stop(reason=StopReason.MAX_PAGES, why=why)
        return Turn(url=url, guessed=guessed)

    def _beyond(self, otherwise: Turn | Stop) -> Turn | Stop:
        """Past what is known: enough, or on from the last page of an earlier walk."""
        known = self._known
        if known.complete_since and known.complete_since <= (self._goal.since or BEGINNING):
            return Stop(reason=StopReason.KNOWN, why="all of it is kept already")
        if not known.page or known.page in self._visited or self._pages >= self._goal.max_pages:
            return otherwise
        self._otherwise = otherwise
        return Turn(url=known.page)

    def _back(self, otherwise: Turn | Stop) -> Turn | Stop:
        """What was read of what is known leads nowhere any more: on from where it was met."""
        self._known = replace(self._known, page="")
        self._otherwise = None
        return otherwise

    def _keeps(self, entry: Entry) -> bool:
        return not (self._until and entry.published_at and entry.published_at >= self._until)

    def _exhausted(self, turn: Turn) -> Turn | Stop:
        """What a page without anything new means.

        Sites repeat a page past the last of their own. One such page is no proof: entries that
        arrived in the meantime push the others down.
        """
        if page_number(turn.url) == 1:
            why = "the page brings nothing that was not there before"
            return Stop(reason=StopReason.REPEATED, why=why)
        if self._stale:
            return _END
        self._stale = True
        return self._unless_enough(numbered_page(turn.url, page_number(turn.url) + 1), guessed=True)

    def _outcome(self, entries: tuple[Entry, ...], then: Turn | Stop) -> Taken:
        if isinstance(then, Stop) and then.reason is StopReason.END:
            self._extend(BEGINNING, page="")
        return Taken(entries=entries, archive=self.archive, then=then)


_END = Stop(reason=StopReason.END, why="the archive was read to its end")
_NO_ARCHIVE = Stop(
    reason=StopReason.NO_ARCHIVE, why="the feed names no older entries, and has no numbered pages"
)


def _keeping_until(until: datetime | None, known: FeedArchive) -> datetime | None:
    """Until when to keep entries; all of them where a gap to what is known would be left."""
    if until and known.complete_since and until < known.complete_since:
        return None
    return until
