"""Counts: how many posts a publication had in a period, where that can be known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from digest.model import EntryDate, FeedArchive, Period

WELL_COVERED = 0.95
"""The share of a period that must have been seen for its posts to be counted."""

_LATE = timedelta(days=2)
_SILENCE = timedelta(days=7)
_UNUSUAL = 4


def covered(
    dates: Iterable[EntryDate],
    period: Period,
    *,
    read_at: Mapping[str, datetime | None],
    archives: Mapping[str, FeedArchive],
) -> float:
    """The share of a period in which nothing can have been missed, 0 to 1, over all feeds.

    A feed shows its newest entries only. It is known from the period's start on if an entry from
    before is kept (the window, or an archive, reached that far) or it was read by then, else from
    its oldest entry on; and until it was last read (``read_at``, by URL). In between, a gap is a
    silence of a week and four times the usual one, whose end was first seen in a later fetch, two
    days late or more: then nobody was looking, and the window no longer showed what was missed.
    Where more is known from its archive (``archives``, by URL), that counts.

    Feeds count by their entries in the period; a feed without any counts for nothing.
    """
    by_feed: defaultdict[str, list[EntryDate]] = defaultdict(list)
    for date in dates:
        by_feed[date.feed].append(date)
    shares = [
        (
            max(
                _covered(each, period, read_at.get(feed)),
                archives[feed].share_of(period) if feed in archives else 0.0,
            ),
            _within(each, period),
        )
        for feed, each in by_feed.items()
    ]
    total = sum(count for _, count in shares)
    return sum(share * count for share, count in shares) / total if total else 0.0


def _within(dates: Sequence[EntryDate], period: Period) -> int:
    return sum(date.dated_at in period for date in dates)


def _covered(dates: Sequence[EntryDate], period: Period, read_at: datetime | None) -> float:
    ordered = sorted(dates, key=lambda date: (date.dated_at, date.first_seen_at))
    read = read_at or max(date.first_seen_at for date in ordered)
    known = ordered[0].dated_at < period.start or any(
        date.first_seen_at <= period.start for date in ordered
    )
    start = period.start if known else ordered[0].dated_at
    seen = min(read, period.end) - start - _missed(ordered, period)
    return max(seen / (period.end - period.start), 0.0)


def _missed(ordered: Sequence[EntryDate], period: Period) -> timedelta:
    silences = [later.dated_at - earlier.dated_at for earlier, later in pairwise(ordered)]
    if not silences:
        return timedelta(0)
    usual = max(_SILENCE, _UNUSUAL * sorted(silences)[len(silences) // 2])
    missed = timedelta(0)
    for earlier, later in pairwise(ordered):
        late = later.first_seen_at - later.dated_at >= _LATE
        if late and later.first_seen_at > earlier.first_seen_at:
            silent = min(later.dated_at, period.end) - max(earlier.dated_at, period.start)
            missed += silent if silent > usual else timedelta(0)
    return missed
