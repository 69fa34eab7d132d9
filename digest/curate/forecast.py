"""The forecast: what a newsletter's next issues will likely hold, and what to look out for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.curate.choosing.selection import ALSO_LIMIT
from digest.curate.timing.occurrences import blacked_out, occurrences_between
from digest.curate.timing.periods import send_time, wall_clock
from digest.model import Newsletter, Period

SIZE_LIMIT = 85 * 1024
"""Bytes of HTML beyond which mail programs may cut a message off."""
SHELL_SIZE = 10_000
STORY_SIZE = 1_800
LISTED_SIZE = 400
"""Bytes of HTML of a mail without stories, of each that is told and each that is only listed: as
the shipped theme renders them, with excerpts of usual length."""

_WEEK = timedelta(weeks=1)
_ROOM = timedelta(days=3)


class Caution(StrEnum):
    """Kinds of things to look out for."""

    EMPTY = "likely empty"
    OVER_SIZE = "over size"
    COLLIDES = "collides"
    BLACKOUT = "blackout"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One thing to look out for, in a few words."""

    caution: Caution
    text: str

    def __str__(self) -> str:
        return f"{self.caution}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a newsletter's feeds bring, and how many stories one of their posts makes (up to 1)."""

    posts_per_week: float = 0.0
    stories_per_post: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A period to come, and the posts and stories that are there for it already."""

    period: Period
    posts: int = 0
    stories: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another newsletter of the same house, and what it shares with this one."""

    newsletter: Newsletter
    shared_feeds: int = 0
    shared_readers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastIssue:
    """An issue to come: its times (UTC), what is expected of it, and what to look out for.

    ``posts`` are those its feeds bring; ``stories`` what is left of them once copies are one;
    ``told`` how many of these the newsletter takes. ``size`` is the likely size of the HTML in
    bytes: SHELL_SIZE, STORY_SIZE for each story that is told, LISTED_SIZE for each other one.
    """

    newsletter: str
    period: Period
    sends_at: datetime
    posts: int
    stories: int
    told: int
    size: int
    warnings: tuple[Warned, ...] = ()


def forecast(
    newsletter: Newsletter,
    slots: Sequence[Slot],
    *,
    now: datetime,
    pace: Pace,
    neighbours: Sequence[Neighbour] = (),
) -> tuple[ForecastIssue, ...]:
    """What each of the newsletter's next issues will likely hold, in the order of ``slots``.

    To what is there already comes the pace of its feeds, for as much of the period as is left.
    """
    return tuple(_issue(newsletter, slot, now, pace, neighbours) for slot in slots)


def goes_out(newsletter: Newsletter, period: Period) -> datetime:
    """When the issue of a period goes out."""
    return send_time(newsletter.schedule, period) or period.end


def shares_day(newsletter: Newsletter, sends_at: datetime, other: Newsletter) -> bool:
    """Whether another newsletter goes out on the same day, on the clock of the first one."""
    if other.schedule.paused:
        return False
    day = wall_clock(newsletter.schedule, sends_at).date()
    # The other one's issues are found by their cut-offs, which may be days before.
    start = sends_at - other.schedule.cut_off - _ROOM
    coming = occurrences_between(other.schedule, start, sends_at + _ROOM)
    return any(wall_clock(newsletter.schedule, each.sends_at).date() == day for each in coming)


def _issue(
    newsletter: Newsletter, slot: Slot, now: datetime, pace: Pace, neighbours: Sequence[Neighbour]
) -> ForecastIssue:
    left = max(timedelta(0), slot.period.end - max(now, slot.period.start))
    coming = pace.posts_per_week * (left / _WEEK)
    stories = round(slot.stories + coming * pace.stories_per_post)
    told = min(stories, newsletter.max_stories)
    sends_at = goes_out(newsletter, slot.period)
    size = _size(told, stories)
    warnings = (
        *_of_schedule(newsletter, slot.period),
        *_of_contents(newsletter, stories, size),
        *_of_neighbours(newsletter, sends_at, neighbours),
    )
    return ForecastIssue(
        newsletter=newsletter.id,
        period=slot.period,
        sends_at=sends_at,
        posts=round(slot.posts + coming),
        stories=stories,
        told=told,
        size=size,
        warnings=warnings,
    )


def _size(told: int, stories: int) -> int:
    listed = min(stories - told, ALSO_LIMIT)
    return SHELL_SIZE + STORY_SIZE * told + LISTED_SIZE * listed


def _of_schedule(newsletter: Newsletter, period: Period) -> Iterator[Warned]:
    schedule = newsletter.schedule
    if schedule.paused:
        text = "its schedule drafts nothing until that ends"
        yield Warned(caution=Caution.PAUSED, text=text)
    missed = blacked_out(schedule, period.start, period.end)
    if missed:
        days = [f"{wall_clock(schedule, each.sends_at):%Y-%m-%d}" for each in missed]
        text = f"none goes out on {', '.join(days)}; this one has those posts"
        yield Warned(caution=Caution.BLACKOUT, text=text)


def _of_contents(newsletter: Newsletter, stories: int, size: int) -> Iterator[Warned]:
    least, most = newsletter.min_stories, newsletter.max_stories
    if stories < least:
        skipped = "; it would be skipped" if newsletter.skip_when_empty else ""
        text = f"{stories} of at least {least} stories{skipped}"
        yield Warned(caution=Caution.EMPTY, text=text)
    if stories > most:
        text = f"{stories} stories for at most {most} places"
        yield Warned(caution=Caution.OVER_SIZE, text=text)
    if size > SIZE_LIMIT:
        text = f"about {size // 1024} KB of HTML, and mail programs cut off what is longer than "
        yield Warned(caution=Caution.OVER_SIZE, text=f"{text}{SIZE_LIMIT // 1024} KB")


def _of_neighbours(
    newsletter: Newsletter, sends_at: datetime, neighbours: Sequence[Neighbour]
) -> Iterator[Warned]:
    for each in neighbours:
        shared = _shared(each)
        if shared and shares_day(newsletter, sends_at, each.newsletter):
            text = f"{each.newsletter.id} goes out the same day, with {' and '.join(shared)}"
            yield Warned(caution=Caution.COLLIDES, text=text)


def _shared(neighbour: Neighbour) -> list[str]:
    counts = (("feed", neighbour.shared_feeds), ("reader", neighbour.shared_readers))
    return [
        f"{count} {noun}{'' if count == 1 else 's'} in common" for noun, count in counts if count
    ]
