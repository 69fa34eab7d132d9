"""``feeds backfill``: a feed's archive, from its site or from a file."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

import click
from rich.console import Console
from rich.markup import escape

from digest.cli.root import Moment
from digest.cli.session import Session, counted, json_option, pass_session
from digest.errors import UnknownNameError
from digest.model import BEGINNING, Feed, FeedArchive
from digest.pipeline.sources import all_feeds

if TYPE_CHECKING:
    from digest.app import App
    from digest.pipeline.backfill import Backfilled, PageRead

_INTERRUPTED = 130
_FAILURES = frozenset({"failed", "no-archive", "not-allowed"})
_OTHER_WAY = (
    "an archive exported by the blog itself can be read instead: "
    "digest feeds backfill {url} --file export.xml"
)


@click.command()
@click.argument("feed")
@click.option("--since", type=Moment(), help="How far back. Default: to the archive's end.")
@click.option("--until", type=Moment(), help="Keep no entries from then on.")
@click.option(
    "--max-pages",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Ask for no more.",
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Seconds between two pages.",
)
@click.option("--file", type=click.File("rb"), help="Read this exported archive; ask nobody.")
@json_option
@pass_session
@click.pass_context
def backfill(  # noqa: PLR0913 - click passes each option
    ctx: click.Context,
    session: Session,
    feed: str,
    *,
    since: datetime | None,
    until: datetime | None,
    max_pages: int,
    delay: float,
    file: BinaryIO | None,
    as_json: bool,
) -> None:
    """Read the archive of FEED (its URL or title), so that a year can be told.

    What is old never becomes news. Interrupted, it goes on where it was; run twice, it adds
    nothing.
    """
    from digest.collect.upkeep.archive import Goal
    from digest.pipeline.backfill import Pace, import_archive
    from digest.pipeline.backfill import backfill as read_archive

    if since and until and until <= since:
        raise click.UsageError("--until has to be later than --since")
    goal = Goal(since=since, until=until, max_pages=max_pages)
    with session.open_app() as app:
        source = _feed(app, feed)
        steps = (
            import_archive(app, source, file.read(), goal)
            if file
            else read_archive(app, source, goal, pace=Pace(delay=timedelta(seconds=delay)))
        )
        pages, end = _follow(session, steps, as_json=as_json)
        archive = app.store.feeds.archives([source.url])[source.url]
    session.show(
        _facts(source, pages, end, archive),
        as_json=as_json,
        human=lambda console: _print(console, source, pages, end, archive),
    )
    if end is None:
        ctx.exit(_INTERRUPTED)
    if end.stop and end.stop.reason in _FAILURES:
        ctx.exit(1)


def _feed(app: "App", name: str) -> Feed:
    """The feed of that URL, or of that title where only one has it.

    :raises UnknownNameError: when there is none.
    """
    listed = {feed.url: feed for feed in all_feeds(app)}
    if name in listed:
        return listed[name]
    states = app.store.feeds.states(list(listed))
    titles = {url: (feed.title, states[url].title) for url, feed in listed.items()}
    wanted = name.casefold()
    found = [url for url, each in titles.items() if wanted in map(str.casefold, each)]
    if len(found) == 1:
        return listed[found[0]]
    raise UnknownNameError("feed", name, known=tuple(found or listed))


def _follow(
    session: Session, steps: "Iterator[PageRead | Backfilled]", *, as_json: bool
) -> "tuple[list[PageRead], Backfilled | None]":
    """The pages and the end, each page told as it is kept; no end where somebody interrupts."""
    from digest.pipeline.backfill import Backfilled

    console = Console(stderr=True, quiet=session.quiet or as_json, highlight=False)
    pages: list[PageRead] = []
    try:
        for step in steps:
            if isinstance(step, Backfilled):
                return pages, step
            pages.append(step)
            console.print(_line(step), soft_wrap=True)
    except KeyboardInterrupt:
        pass
    return pages, None


def _line(page: "PageRead") -> str:
    entries = counted(page.entries, "entry", "entries")
    dated = f", {_day(page.oldest)} to {_day(page.newest)}" if page.oldest else ""
    return f"[dim]{page.number:>4}[/] {entries}, {page.new} new{dated}"


def _print(
    console: Console,
    feed: Feed,
    pages: "Sequence[PageRead]",
    end: "Backfilled | None",
    archive: FeedArchive,
) -> None:
    for problem in dict.fromkeys(problem for page in pages for problem in page.problems):
        console.print(f"[yellow]note[/] {escape(problem)}")
    new = counted(sum(page.new for page in pages), "new entry", "new entries")
    console.print(f"{counted(len(pages), 'page')} read, {new}; {_why(end)}")
    console.print(_known(archive))
    if end is None or (end.stop and end.stop.reason == "max-pages"):
        console.print("the same command goes on from there")
    elif end.stop and end.stop.reason in _FAILURES:
        console.print(_OTHER_WAY.format(url=escape(feed.url)))


def _why(end: "Backfilled | None") -> str:
    if end is None:
        return "[yellow]interrupted[/]: what was read is kept"
    return escape(end.stop.why) if end.stop else "the file was read to its end"


def _known(archive: FeedArchive) -> str:
    since, until = archive.complete_since, archive.complete_until
    if since is None or until is None:
        return "no part of the archive is known to be complete"
    start = "its beginning" if since == BEGINNING else _day(since)
    return f"complete from {start} to {_day(until)}"


def _facts(
    feed: Feed,
    pages: "Sequence[PageRead]",
    end: "Backfilled | None",
    archive: FeedArchive,
) -> dict[str, object]:
    stop = end.stop if end else None
    dates = [day for page in pages for day in (page.oldest, page.newest) if day]
    return {
        "feed": feed.url,
        "pages": len(pages),
        "entries": sum(page.entries for page in pages),
        "new": sum(page.new for page in pages),
        "oldest": _iso(min(dates, default=None)),
        "newest": _iso(max(dates, default=None)),
        "stopped": stop.reason if stop else "file" if end else "interrupted",
        "why": stop.why if stop else "",
        "whole": archive.complete_since == BEGINNING,
        "complete_since": _iso(archive.complete_since),
        "complete_until": _iso(archive.complete_until),
        "problems": list(dict.fromkeys(problem for page in pages for problem in page.problems)),
    }


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "–"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
