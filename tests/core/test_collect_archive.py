"""Archives: which page is next, when it is enough, and what is known afterwards."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.http.freshness import next_page
from digest.collect.upkeep.archive import (
    ArchivePage,
    Goal,
    Stop,
    StopReason,
    Turn,
    Walk,
    with_file,
)
from digest.collect.upkeep.paging import numbered_page, page_number, reach_of
from digest.model import BEGINNING, Entry, EntryKey, FeedArchive, ParsedFeed, Period

FEED = "https://site.example/feed/"
DAY = timedelta(days=1)
START = datetime(2019, 1, 1, tzinfo=UTC)
NOW = datetime(2021, 1, 1, tzinfo=UTC)
NOTHING = FeedArchive(url=FEED)
ALL = Goal()
WORDPRESS = "https://wordpress.org/?v=6.4"


def entry(day: int | None) -> Entry:
    """The entry of a day after 2019 began."""
    at = None if day is None else START + day * DAY
    key = EntryKey(feed=FEED, id=f"post-{day}")
    return Entry(key=key, title=f"Day {day}", url="", fingerprint="f", published_at=at)


@dataclass
class Blog:
    """A site whose feed shows ``size`` of its entries a page, the newest first.

    ``offers`` says whether pages name the next one; ``repeats`` what is there past the end:
    the last page, the first, or (None) nothing.
    """

    days: list[int]
    size: int = 10
    offers: bool = False
    generator: str = ""
    repeats: int | None = None
    asked: list[str] = field(default_factory=list)

    def page(self, url: str) -> ArchivePage | None:
        self.asked.append(url)
        days = sorted(self.days, reverse=True)
        parts = [days[at : at + self.size] for at in range(0, len(days), self.size)] or [[]]
        number = page_number(url)
        if number > len(parts):
            if self.repeats is None:
                return None
            number = 1 if self.repeats == 1 else len(parts)
        offered = numbered_page(FEED, number + 1) if self.offers and number < len(parts) else ""
        feed = ParsedFeed(
            title="Site",
            next_page=offered,
            generator=self.generator,
            entries=tuple(map(entry, parts[number - 1])),
        )
        return ArchivePage(feed=feed)


@dataclass
class Shelf:
    """What is kept of a feed, and what is known of its archive."""

    archive: FeedArchive = NOTHING
    kept: set[str] = field(default_factory=set)

    def walk(
        self, blog: Blog, goal: Goal = ALL, *, now: datetime = NOW, patience: int = 1_000
    ) -> Stop | None:
        """Walk the blog's archive; None where it is interrupted after ``patience`` pages."""
        walk = Walk(FEED, goal, known=self.archive, now=now)
        then = walk.first()
        while isinstance(then, Turn):
            if patience == 0:
                return None
            patience -= 1
            page = blog.page(then.url)
            if page is None:
                then = walk.miss(then, "the server answered 404", status=404)
                continue
            taken = walk.take(then, page)
            self.kept |= {each.key.id for each in taken.entries}
            self.archive, then = taken.archive, taken.then
        self.archive = walk.archive
        return then

    def gaps(self, blog: Blog) -> list[int]:
        """Days in the stretch that is said to be complete whose entries are not kept."""
        since, until = self.archive.complete_since, self.archive.complete_until
        if since is None or until is None:
            return []
        inside = [day for day in blog.days if since <= START + day * DAY < until]
        return [day for day in inside if f"post-{day}" not in self.kept]


@pytest.mark.parametrize("repeats", [None, 1, -1], ids=["404", "first-again", "last-again"])
@pytest.mark.parametrize("offers", [True, False], ids=["offered", "guessed"])
def test_an_archive_is_read_to_its_end(repeats: int | None, offers: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """Pages that are named, and WordPress's own that are not, whatever is there past the last."""
    blog, shelf = Blog(days=list(range(35)), offers=offers, repeats=repeats), Shelf()
    stop = shelf.walk(blog)
    assert stop
    assert stop.reason is StopReason.END
    assert len(shelf.kept) == 35
    assert (shelf.archive.complete_since, shelf.archive.complete_until) == (BEGINNING, NOW)


def test_since_ends_the_walk_where_a_page_reaches_past_it() -> None:
    """No page is asked for beyond; what it brought is kept all the same."""
    blog, shelf = Blog(days=list(range(100))), Shelf()
    stop = shelf.walk(blog, Goal(since=START + 75 * DAY))
    assert stop
    assert stop.reason is StopReason.SINCE
    assert len(blog.asked) == 3
    assert shelf.archive.complete_since == START + 70 * DAY


def test_until_leaves_newer_entries_out() -> None:
    """They are not kept, and not said to be."""
    blog, shelf = Blog(days=list(range(50))), Shelf()
    shelf.walk(blog, Goal(until=START + 20 * DAY))
    assert shelf.kept == {f"post-{day}" for day in range(20)}
    assert shelf.archive.complete_until == START + 20 * DAY


def test_a_second_walk_asks_for_one_page() -> None:
    """What is known is met at once; what is new in the meantime is kept."""
    blog, shelf = Blog(days=list(range(100))), Shelf()
    shelf.walk(blog)
    blog.days.append(800)
    blog.asked.clear()
    stop = shelf.walk(blog, now=NOW + 90 * DAY)
    assert stop
    assert stop.reason is StopReason.KNOWN
    assert blog.asked == [FEED]
    assert "post-800" in shelf.kept
    assert shelf.archive.complete_until == NOW + 90 * DAY


def test_an_interrupted_walk_goes_on_from_its_last_page() -> None:
    """The feed itself, then the last page that was read, then those beyond it."""
    blog, shelf = Blog(days=list(range(100))), Shelf()
    assert shelf.walk(blog, patience=4) is None
    blog.asked.clear()
    shelf.walk(blog, now=NOW + DAY)
    assert blog.asked[:3] == [FEED, f"{FEED}?paged=4", f"{FEED}?paged=5"]
    assert len(shelf.kept) == 100


def test_max_pages_ends_the_walk_and_the_next_goes_on() -> None:
    """As many pages a walk as are asked for."""
    blog, shelf = Blog(days=list(range(100))), Shelf()
    reasons = []
    for run in range(9):
        stop = shelf.walk(blog, Goal(max_pages=4), now=NOW + run * DAY)
        assert stop
        reasons.append(stop.reason)
    assert reasons[0] is StopReason.MAX_PAGES
    assert reasons[-1] is StopReason.KNOWN
    assert len(shelf.kept) == 100


@pytest.mark.parametrize(
    ("blog", "reason"),
    [
        (Blog(days=list(range(5))), StopReason.NO_ARCHIVE),
        (Blog(days=list(range(5)), repeats=1), StopReason.NO_ARCHIVE),
        (Blog(days=list(range(5)), generator=WORDPRESS), StopReason.END),
        (Blog(days=[], repeats=1), StopReason.NO_ARCHIVE),
    ],
    ids=["no-second-page", "parameter-ignored", "all-on-one-page", "empty"],
)
def test_a_feed_without_pages(blog: Blog, reason: StopReason) -> None:
    """Only of WordPress is it known that no second page means no more entries."""
    shelf = Shelf()
    stop = shelf.walk(blog)
    assert stop
    assert stop.reason is reason
    assert (shelf.archive.complete_since == BEGINNING) is (reason is StopReason.END)


def page_of(*days: int | None, leads: str = "", title: str = "Site", **more: str) -> ArchivePage:
    entries = tuple(map(entry, days))
    return ArchivePage(feed=ParsedFeed(title=title, entries=entries, next_page=leads), **more)


def steps(pages: dict[str, ArchivePage]) -> tuple[Stop, FeedArchive]:
    """Walk over scripted pages."""
    walk = Walk(FEED, Goal(), known=NOTHING, now=NOW)
    then = walk.first()
    for _ in range(20):
        if isinstance(then, Stop):
            return then, walk.archive
        page = pages.get(then.url)
        missed = "the server answered 404"
        then = walk.take(then, page).then if page else walk.miss(then, missed, status=404)
    raise AssertionError(then)


A, B = "https://site.example/a", "https://site.example/b"


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ({FEED: page_of(9, 8, leads=FEED)}, StopReason.LOOP),
        ({FEED: page_of(9, 8, leads=A), A: page_of(7, leads=FEED)}, StopReason.LOOP),
        ({FEED: page_of(9, 8, leads=A), A: page_of(9, 8, leads=B)}, StopReason.REPEATED),
        ({FEED: page_of(9, 8, leads=A)}, StopReason.FAILED),
        ({}, StopReason.FAILED),
        ({FEED: page_of(9, linked=A), A: page_of(8)}, StopReason.END),
        ({FEED: page_of(9), f"{FEED}?paged=2": page_of(8, title="Else")}, StopReason.NO_ARCHIVE),
        ({FEED: page_of(9), f"{FEED}?paged=2": page_of(30)}, StopReason.NO_ARCHIVE),
    ],
    ids=[
        "itself", "circle", "same-entries", "next-missing", "feed-missing", "link-header",
        "another-feed", "newer-entries",
    ],
)  # fmt: skip
def test_ends(pages: dict[str, ArchivePage], reason: StopReason) -> None:
    """A walk ends, and only at an archive's end is the archive said to be whole."""
    stop, archive = steps(pages)
    assert stop.reason is reason
    assert stop.why
    assert (archive.complete_since == BEGINNING) is (reason is StopReason.END)


def test_a_complete_feed_has_no_archive_to_look_for() -> None:
    """RFC 5005, section 2: the document holds every entry."""
    page = page_of(9, 3)
    stop, archive = steps({FEED: replace(page, feed=replace(page.feed, complete=True))})
    assert (stop.reason, archive.complete_since) == (StopReason.END, BEGINNING)


def test_a_page_that_moved_on_leaves_no_gap() -> None:
    """Where the page to go on from holds older entries than it did, those between are read."""
    blog, shelf = Blog(days=list(range(100))), Shelf()
    shelf.walk(blog, Goal(max_pages=5))
    blog.days = [day for day in blog.days if day % 2]
    stop = shelf.walk(blog, now=NOW + DAY)
    assert stop
    assert stop.reason is StopReason.END
    assert shelf.gaps(blog) == []


def test_a_gap_to_what_is_known_is_not_passed_over() -> None:
    """A feed that was left alone for long is read down to what is known; until then, nothing."""
    blog, shelf = Blog(days=list(range(50))), Shelf()
    shelf.walk(blog, now=START + 50 * DAY)
    before = shelf.archive
    blog.days += range(50, 150)
    shelf.walk(blog, Goal(max_pages=3), now=START + 150 * DAY)
    assert shelf.archive == before
    shelf.walk(blog, now=START + 150 * DAY)
    assert shelf.archive.complete_until == START + 150 * DAY
    assert shelf.gaps(blog) == []


@given(
    st.integers(1, 12),
    st.booleans(),
    st.lists(
        st.tuples(
            st.integers(0, 40),  # new entries before it
            st.integers(2, 20),  # of which every so-manieth is deleted before it
            st.integers(1, 15),  # pages until it is interrupted
            st.integers(1, 15),  # pages at most
            st.one_of(st.none(), st.integers(0, 300)),  # since
            st.one_of(st.none(), st.integers(0, 300)),  # until
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_what_is_said_to_be_complete_is(
    size: int,
    offers: bool,  # noqa: FBT001 - drawn
    runs: list[tuple[int, int, int, int, int | None, int | None]],
) -> None:
    """However a site grows, and walks end: nothing is missing from the stretch that is known."""
    blog, shelf, today = Blog(days=list(range(60)), size=size, offers=offers), Shelf(), 60
    for added, deleted, patience, most, since, until in runs:
        del blog.days[::deleted]
        blog.days += range(today, today + added)
        today += added
        goal = Goal(
            since=None if since is None else START + since * DAY,
            until=None if until is None else START + until * DAY,
            max_pages=most,
        )
        shelf.walk(blog, goal, now=START + today * DAY, patience=patience)
        assert shelf.gaps(blog) == []


@pytest.mark.parametrize(
    ("days", "first", "expected"),
    [
        ((9, 8, 8, 2), False, 2),
        ((9, 1, 8), False, 9),
        ((1, 2, 3), False, 3),
        ((1, 2, 3), True, None),
        ((None, 4), True, 4),
        ((None,), False, None),
    ],
    ids=["back-in-time", "pinned", "forward", "forward-from-the-start", "undated-too", "undated"],
)
def test_how_far_a_page_reaches(
    days: tuple[int | None, ...],
    first: bool,  # noqa: FBT001 - a parameter of the table
    expected: int | None,
) -> None:
    """Its last entry's date is proof only where the page goes back in time throughout."""
    found = reach_of([entry(day) for day in days], first=first)
    assert found == (None if expected is None else START + expected * DAY)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/feed/", "https://a.example/feed/?paged=3"),
        ("https://a.example/?feed=rss2", "https://a.example/?feed=rss2&paged=3"),
        ("https://a.example/?paged=2&feed=rss2", "https://a.example/?feed=rss2&paged=3"),
        ("https://a.example/?a=1&paged=2&b=2", "https://a.example/?a=1&b=2&paged=3"),
        ("https://a.example/?unpaged=2", "https://a.example/?unpaged=2&paged=3"),
    ],
    ids=["none", "other", "replaced", "between", "another-name"],
)
def test_numbered_pages(url: str, expected: str) -> None:
    """The number goes into the query, in place of one that is there."""
    assert numbered_page(url, 3) == expected
    assert page_number(expected) == 3


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<?page=2>; rel="next"', "https://a.example/feed?page=2"),
        ('</2>; rel="last", </3>; rel="prev next"', "https://a.example/3"),
        ("<javascript:1>; rel=next", ""),
        ("</2>; rel=nextish", ""),
        ("", ""),
    ],
    ids=["relative", "several", "no-web-url", "another-relation", "none"],
)
def test_link_headers(header: str, expected: str) -> None:
    """RFC 8288: the first next, absolute."""
    assert next_page(header, base="https://a.example/feed") == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ((None, None), (10, 20)),
        ((15, 40), (10, 40)),
        ((25, 27), (10, 20)),
        ((25, 90), (25, 90)),
    ],
    ids=["nothing", "touching", "apart-and-shorter", "apart-and-longer"],
)
def test_a_file_adds_its_span(
    known: tuple[int | None, int | None], expected: tuple[int, int]
) -> None:
    """Stretches that touch become one; of two with a gap between them the longer one stays."""
    ends = [None if day is None else START + day * DAY for day in known]
    before = FeedArchive(url=FEED, complete_since=ends[0], complete_until=ends[1])
    after = with_file(before, [entry(10), entry(20)], ALL, now=NOW)
    assert after.complete_since == START + expected[0] * DAY
    assert after.complete_until == START + expected[1] * DAY


def test_what_is_dated_ahead_is_not_known_to_be_complete() -> None:
    """Neither by a page nor by a file: nobody knows what comes until then."""
    blog, shelf = Blog(days=[*range(20), 1_000, 1_001]), Shelf()
    shelf.walk(blog, patience=1)
    assert shelf.archive.complete_until == NOW
    after = with_file(NOTHING, [entry(10), entry(1_000)], ALL, now=NOW)
    assert after.complete_until == NOW


def test_the_share_of_a_period() -> None:
    """A year counts as known by how much of it is in the stretch."""
    year = Period(start=START, end=START + 365 * DAY)
    half = FeedArchive(url=FEED, complete_since=START + 73 * DAY, complete_until=NOW)
    assert NOTHING.share_of(year) == 0
    assert half.share_of(year) == pytest.approx(0.8)
    assert replace(half, complete_since=BEGINNING).share_of(year) == 1
    assert replace(half, complete_since=NOW).share_of(year) == 0
