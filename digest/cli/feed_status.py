"""``feeds status``: how every source does, and what it brings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.session import Session, counted, json_option, pass_session
from digest.model import BEGINNING, Feed, FeedArchive, FeedHealth, FeedMeasures, FeedState
from digest.pipeline.sources import all_feeds
from digest.pipeline.websub import hub_status

_COLOURS = {
    FeedHealth.ACTIVE: "green",
    FeedHealth.FAILING: "yellow",
    FeedHealth.PAUSED: "red",
    FeedHealth.GONE: "red",
}
_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
_WORDS = ("health", "last ok", "next")
_HEADINGS = (*_WORDS, "answers", "/week", "kept", "dated", "image", "full", "errors")
_ONLY_WIDE = frozenset({"answers", "kept"})
_WIDE = 96
"""Columns of a window from which on everything has room."""
_RESTS = {FeedHealth.PAUSED: "paused", FeedHealth.GONE: "never"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One feed with all that is known of it."""

    feed: Feed
    state: FeedState
    measures: FeedMeasures
    archive: FeedArchive
    hub: str = ""

    @property
    def title(self) -> str:
        return self.feed.title or self.state.title or self.feed.url


@click.command()
@json_option
@pass_session
def status(session: Session, *, as_json: bool) -> None:
    """How every feed does: health, times, what it brings, and what to do about it.

    Dates, images and full text are shares of a feed's newest entries; posts a week are counted
    over eight weeks.
    """
    with session.open_app() as app:
        now = app.clock()
        listed = {feed.url: feed for feed in all_feeds(app)}
        states = app.store.feeds.states(list(listed))
        measures = app.store.feeds.measures(list(listed), now=now)
        archives = app.store.feeds.archives(list(listed))
        hubs = hub_status(app)
    rows = [
        _Row(
            feed=feed,
            state=states[url],
            measures=measures[url],
            archive=archives[url],
            hub=hubs.get(url, ""),
        )
        for url, feed in listed.items()
    ]
    session.show(
        [_facts(row) for row in rows],
        as_json=as_json,
        human=lambda console: _print(console, rows, now=now),
    )


def _print(console: Console, rows: Sequence[_Row], *, now: datetime) -> None:
    console.print(_table(rows, now=now, wide=console.width >= _WIDE), soft_wrap=False)
    counts = Counter(row.state.health for row in rows)
    told = ", ".join(f"{counts[health]} {health}" for health in FeedHealth if counts[health])
    console.print(f"\n{counted(len(rows), 'feed')}: {told or 'none listed yet'}")
    for row in rows:
        for note in _notes(row, now=now):
            console.print(f"[bold]{escape(row.title)}[/]: {escape(note)}")


def _table(rows: Sequence[_Row], *, now: datetime, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    # The title alone gives way where the window is narrow; nothing else reads well when cut.
    table.add_column("feed", overflow="fold", min_width=10)
    shown = [heading for heading in _HEADINGS if wide or heading not in _ONLY_WIDE]
    for heading in shown:
        justify: Literal["left", "right"] = "left" if heading in _WORDS else "right"
        table.add_column(heading, no_wrap=True, justify=justify)
    for row in rows:
        cells = dict(zip(_HEADINGS, _cells(row, now=now), strict=True))
        table.add_row(escape(row.title), *(cells[heading] for heading in shown))
    return table


def _cells(row: _Row, *, now: datetime) -> tuple[str, ...]:
    state, measures = row.state, row.measures
    colour = _COLOURS[state.health] if state.last_checked_at else "dim"
    shares = (measures.dated, measures.with_image, measures.full_text)
    return (
        f"[{colour}]{state.health if state.last_checked_at else 'not asked'}[/]",
        _ago(state.last_ok_at, now),
        _RESTS.get(state.health) or _ahead(state.next_check_at, now),
        _latency(state.latency),
        f"{measures.per_week:.1f}" if measures.entries else "–",
        str(measures.entries),
        *(f"{share:.0%}" if measures.entries else "–" for share in shares),
        str(state.error_streak or "–"),
    )


def _notes(row: _Row, *, now: datetime) -> list[str]:
    """What a person should know, and can do."""
    state = row.state
    notes = []
    if state.health is FeedHealth.PAUSED:
        notes.append(
            f"paused, as it failed for {_long(now - (state.failing_since or now))}; "
            f"`digest collect --feed {row.feed.url}` tries again"
        )
    elif state.health is FeedHealth.GONE:
        notes.append(
            f"{state.last_error}; `digest feeds remove {row.feed.url}` takes it off the list"
        )
    if state.last_error and state.health is not FeedHealth.GONE:
        notes.append(state.last_error)
    if state.moved_to and state.moved_since:
        notes.append(
            f"has been redirecting for good to {state.moved_to} for "
            f"{_long(now - state.moved_since)}; once that is a week, it is asked there"
        )
    if row.hub:
        notes.append(f"hub: {row.hub}")
    if row.archive.complete_since:
        since = row.archive.complete_since
        known = "all of it" if since == BEGINNING else f"everything since {since:%Y-%m-%d}"
        notes.append(f"archive: {known} is kept")
    return [*notes, state.remark] if state.remark else notes


def _facts(row: _Row) -> dict[str, object]:
    state, measures = row.state, row.measures
    return {
        "url": row.feed.url,
        "title": row.title,
        "tags": list(row.feed.tags),
        "health": state.health,
        "hub": row.hub,
        "last_checked_at": _iso(state.last_checked_at),
        "last_ok_at": _iso(state.last_ok_at),
        "next_check_at": _iso(state.next_check_at),
        "interval_s": _seconds(state.interval),
        "latency_s": _seconds(state.latency),
        "error_streak": state.error_streak,
        "last_error": state.last_error,
        "failing_since": _iso(state.failing_since),
        "asked_url": state.asked_url or row.feed.url,
        "moved_to": state.moved_to,
        "moved_since": _iso(state.moved_since),
        "remark": state.remark,
        "complete_since": _iso(row.archive.complete_since),
        "complete_until": _iso(row.archive.complete_until),
        "entries": measures.entries,
        "per_week": round(measures.per_week, 2),
        "dated": round(measures.dated, 3),
        "with_image": round(measures.with_image, 3),
        "full_text": round(measures.full_text, 3),
    }


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    return "now" if now - moment < timedelta(minutes=1) else f"{_long(now - moment)} ago"


def _ahead(moment: datetime | None, now: datetime) -> str:
    return "due" if moment is None or moment <= now else f"in {_long(moment - now)}"


def _long(duration: timedelta) -> str:
    """A length of time by its largest unit, from two of them on: 90 min, 2 h, 3 d."""
    for unit, name in _UNITS:
        if duration >= 2 * unit:
            return f"{duration // unit} {name}"
    return f"{max(duration // timedelta(minutes=1), 1)} min"


def _latency(latency: timedelta | None) -> str:
    if latency is None:
        return "–"
    seconds = latency.total_seconds()
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _seconds(duration: timedelta | None) -> float | None:
    return round(duration.total_seconds(), 3) if duration is not None else None
