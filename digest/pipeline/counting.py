"""Count what a publication had in a year, and since it began, where that can be known."""

from collections.abc import Sequence

from digest.app import App
from digest.curate.roundup import Counted, Longlist, year_of
from digest.curate.roundup.counts import WELL_COVERED, covered
from digest.model import Newsletter, Period
from digest.pipeline.sources import newsletter_feeds


def count_posts(
    app: App, newsletter: Newsletter, posts: Longlist, *, feeds: Sequence[str] = ()
) -> tuple[float, Counted]:
    """How much of the year is covered, and the numbers of posts that can be told."""
    known = _Known(app, tuple(feeds) or newsletter_feeds(app, newsletter))
    share = known.covered(year_of(newsletter, posts.year))
    year = posts.count if share >= WELL_COVERED else None
    return share, Counted(year=year, total=_total(newsletter, posts.year, known))


class _Known:
    """What the store knows of some feeds' entries, and of how completely it has them."""

    def __init__(self, app: App, urls: Sequence[str]) -> None:
        feeds = app.store.feeds
        self.dates = feeds.dates(urls)
        self._read_at = {url: state.last_ok_at for url, state in feeds.states(urls).items()}
        self._archives = feeds.archives(urls)

    def covered(self, period: Period) -> float:
        return covered(self.dates, period, read_at=self._read_at, archives=self._archives)


def _total(newsletter: Newsletter, year: int, known: _Known) -> int | None:
    """How many posts there were since the publication began, if that was seen."""
    since, end = newsletter.standing.since, year_of(newsletter, year).end
    if since is None or since > end.year:
        return None
    first = year_of(newsletter, since)
    ever = Period(start=first.start, end=end)
    oldest = [date.dated_at for date in known.dates if date.dated_at < first.end]
    if not oldest:
        return None
    # It began in the course of that year: what is known of its first post on is all there was.
    begun = Period(start=min(ever.end, *oldest), end=ever.end)
    share = known.covered(begun) if begun.start < begun.end else 0.0
    return sum(date.dated_at in ever for date in known.dates) if share >= WELL_COVERED else None
