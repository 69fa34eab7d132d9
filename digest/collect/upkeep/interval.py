"""How often a feed is asked: as often as it publishes, and never sooner than it allows.

The rule, for a feed whose newest entries are dated::

    gap       mean time between its last 20 entries, the longest gap left out
    silence   time since ``overdue_at``, which is the newest entry plus its longest gap, and that
              longest gap taken as 1 day at least and 7 days at most
    wanted    max(gap, silence) / 4, within [min_interval, max_interval]
    allowed   the longer of what HTTP freshness and the feed's ttl say, at most max_interval
    interval  the longer of wanted and allowed, spread by up to 10 % either way within both limits

Why. Posts come at random, so the mean of the gaps tells their rate; five posts at once every
Monday are a gap of 1.4 days, where a median would say minutes. One pinned entry from years ago, or
one long holiday, would spoil a mean: hence without the longest gap. Asked four times in a gap, an
entry is found after an eighth of it on average. Silence counts only past what is usual for the
feed, so that a newspaper's night and an office's weekend change nothing; past that, a feed that
was silent for a month is most likely silent for another (Lindy's law), and the interval grows by a
quarter from one question to the next. An undated feed is judged by when its document last changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise

from digest.model import FeedState, ParsedFeed

_NEWEST = 20
_ENOUGH_GAPS = 4
_ASKS_A_GAP = 4
_SPREAD = 0.1
_SHORTEST_SILENCE = timedelta(days=1)
_LONGEST_SILENCE = timedelta(days=7)
_NOTHING = timedelta(0)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalLimits:
    """``start`` holds where nothing is known yet; the others bound what is worked out."""

    start: timedelta
    shortest: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A feed's own frequency. ``gap`` is None where too little is dated to tell."""

    gap: timedelta | None
    overdue_at: datetime


def rhythm_of(dates: Sequence[datetime], *, now: datetime) -> Rhythm:
    """The rhythm of entries with these dates, in any order. Dates ahead of ``now`` tell nothing."""
    past = sorted((date for date in dates if date <= now), reverse=True)[:_NEWEST]
    if not past:
        return Rhythm(gap=None, overdue_at=now)
    gaps = sorted(later - earlier for later, earlier in pairwise(past))
    longest = gaps[-1] if gaps else _NOTHING
    usual = gaps[:-1] if len(gaps) >= _ENOUGH_GAPS else gaps
    return Rhythm(
        gap=sum(usual, _NOTHING) / len(usual) if usual else None,
        overdue_at=past[0] + min(max(longest, _SHORTEST_SILENCE), _LONGEST_SILENCE),
    )


def with_rhythm(state: FeedState, parsed: ParsedFeed, *, now: datetime) -> FeedState:
    """The state with what a document that was just read tells of the feed's frequency."""
    dates = [entry.published_at for entry in parsed.entries if entry.published_at is not None]
    rhythm = rhythm_of(dates, now=now)
    return replace(state, gap=rhythm.gap, overdue_at=rhythm.overdue_at, ttl=parsed.ttl)


def allowed_after(
    state: FeedState, fresh_for: timedelta | None, *, limits: IntervalLimits
) -> timedelta:
    """How long the publisher wants to be left alone, within reason.

    :param fresh_for: what the answer's headers say (RFC 9111, section 4.2).
    """
    asked_for = max(fresh_for or _NOTHING, state.ttl or _NOTHING, _NOTHING)
    return min(asked_for, limits.longest)


def next_interval(
    state: FeedState, *, allowed: timedelta, limits: IntervalLimits, now: datetime
) -> timedelta:
    """The time until the feed is asked again, in whole seconds.

    :param allowed: from :func:`allowed_after`; the interval is never shorter.
    """
    shortest = max(limits.shortest, allowed)
    longest = max(limits.longest, shortest)
    wanted = min(max(_wanted(state, limits, now=now), shortest), longest)
    return _spread(state.url, wanted, shortest=shortest, longest=longest)


def fraction(url: str) -> float:
    """A number from 0 to 1 that depends on the URL alone: jitter that can be tested."""
    return int.from_bytes(sha256(url.encode("utf-8", "replace")).digest()[:4]) / 2**32


def _wanted(state: FeedState, limits: IntervalLimits, *, now: datetime) -> timedelta:
    silence = max(now - state.overdue_at, _NOTHING) if state.overdue_at else _NOTHING
    if state.gap is None:
        return max(limits.start, silence / _ASKS_A_GAP)
    return max(state.gap, silence) / _ASKS_A_GAP


def _spread(url: str, wanted: timedelta, *, shortest: timedelta, longest: timedelta) -> timedelta:
    """Somewhere around ``wanted``, so that feeds first asked together do not stay together."""
    low = max(wanted * (1 - _SPREAD), shortest)
    high = min(wanted * (1 + _SPREAD), longest)
    exact = low + (high - low) * fraction(url)
    # Rounded up: a second too early is one that was not allowed.
    return min(-(-exact // _SECOND) * _SECOND, longest)
