"""``feeds add`` and ``feeds discover``: from a site's address to a source that is listed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.session import Session, json_option, pass_session, print_warning
from digest.errors import StateError
from digest.model import Entry, Feed

if TYPE_CHECKING:
    from digest.collect.discovery.discover import FoundFeed

_PREVIEWED = 5
_NOTHING_FOUND = 1


@click.command()
@click.argument("url")
@click.option("--title", default="", help="Instead of the feed's own title.")
@click.option("--tag", "tags", multiple=True, help="Newsletters draw on feeds by tag.")
@click.option("--first", is_flag=True, help="Of several feeds, take the likeliest.")
@click.option("--all", "every", is_flag=True, help="Of several feeds, take all.")
@click.option("--unchecked", is_flag=True, help="Write the URL as it is, asking nobody.")
@json_option
@pass_session
def add(  # noqa: PLR0913 - click passes each option
    session: Session,
    url: str,
    *,
    title: str,
    tags: tuple[str, ...],
    first: bool,
    every: bool,
    unchecked: bool,
    as_json: bool,
) -> None:
    """Find the feed of a site, or at URL itself, and write it into feeds.toml."""
    from digest.collect.discovery.discover import with_scheme
    from digest.config.feedlist import add_feeds
    from digest.config.load import idle_feeds

    config = session.load_config()
    path = config.directory / "feeds.toml"
    urls: tuple[str, ...] = (with_scheme(url),) if unchecked else ()
    if not urls:
        urls = _chosen(session, url, first=first, every=every, as_json=as_json)
    added = [Feed(url=each, title=title, tags=tags) for each in urls]
    add_feeds(path, added)

    def human(console: Console) -> None:
        for feed in added:
            console.print(f"added {escape(feed.url)} to {escape(str(path))}")
        for problem in idle_feeds(config.directory, added, config.newsletters):
            print_warning(console, problem)

    data = [{"url": feed.url, "title": feed.title, "tags": list(feed.tags)} for feed in added]
    session.show({"added": data[0] if len(data) == 1 else data}, as_json=as_json, human=human)


@click.command()
@click.argument("url")
@click.option("--selectors", is_flag=True, help="Propose how to read a page that has no feed.")
@json_option
@pass_session
def discover(session: Session, url: str, *, selectors: bool, as_json: bool) -> None:
    """Show the feeds of the site at URL, and change nothing."""
    if selectors:
        _propose(session, url, as_json=as_json)
        return
    from digest.pipeline.discovery import discover as find

    with session.open_app() as app:
        discovery = find(app, url)
    if not discovery.feeds:
        raise StateError(discovery.url, discovery.reason)
    session.show(
        [_facts(feed) for feed in discovery.feeds],
        as_json=as_json,
        human=lambda console: _print_found(console, discovery.feeds),
    )


def _chosen(
    session: Session, url: str, *, first: bool, every: bool, as_json: bool
) -> tuple[str, ...]:
    """The URLs to add: the only feed there is, or those that were asked for.

    :raises StateError: when the site has no feed.
    """
    from digest.pipeline.discovery import discover as find

    with session.open_app() as app:
        discovery = find(app, url)
    feeds = discovery.distinct
    if not feeds:
        raise StateError(discovery.url, discovery.reason)
    if every:
        return tuple(feed.url for feed in feeds)
    if first or len(feeds) == 1:
        return (feeds[0].url,)
    return (_asked(session, feeds, as_json=as_json).url,)


def _asked(session: Session, feeds: "tuple[FoundFeed, ...]", *, as_json: bool) -> "FoundFeed":
    """The feed a person picks; where nobody can be asked, the choice is shown and that is all."""
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):

        def human(console: Console) -> None:
            _print_found(console, feeds)
            console.print("\nSeveral feeds: name one of them, or say --first or --all.")

        session.show({"found": [_facts(f) for f in feeds]}, as_json=as_json, human=human)
        raise SystemExit(_NOTHING_FOUND)
    _print_found(session.console(), feeds)
    number = click.prompt("Which one", type=click.IntRange(1, len(feeds)), default=1)
    return feeds[int(number) - 1]


def _print_found(console: Console, feeds: "tuple[FoundFeed, ...]") -> None:
    table = Table("", "title", "kind", "entries", "newest", "url", box=None)
    for number, feed in enumerate(feeds, 1):
        table.add_row(
            str(number),
            escape(feed.title or "–"),
            f"{feed.format}, same entries" if feed.twin_of else feed.format,
            str(feed.entries),
            feed.newest.strftime("%Y-%m-%d") if feed.newest else "–",
            escape(feed.url),
        )
    console.print(table)


def _facts(feed: "FoundFeed") -> dict[str, object]:
    return {
        "title": feed.title,
        "url": feed.url,
        "kind": feed.format,
        "entries": feed.entries,
        "newest": feed.newest.isoformat() if feed.newest else None,
        "twin_of": feed.twin_of,
    }


def _propose(session: Session, url: str, *, as_json: bool) -> None:
    from digest.config.feedlist import feed_text
    from digest.pipeline.discovery import propose_selectors

    with session.open_app() as app:
        proposed = propose_selectors(app, url)
        path = app.config.directory / "feeds.toml"
    if not proposed.proposals:
        raise StateError(proposed.url, proposed.reason)

    def human(console: Console) -> None:
        for number, proposal in enumerate(proposed.proposals, 1):
            if len(proposed.proposals) > 1:
                console.print(f"[bold]{number}.[/]")
            console.print(escape(feed_text(proposal.feed)))
            _print_preview(console, proposal.entries)
            if proposal.feed.selectors and not proposal.feed.selectors.link:
                console.print("[yellow]note[/] no link was found: add link yourself, perhaps as")
                console.print(escape('  link = "https://site.example/{id}"'))
            console.print()
        console.print(_next_step(path))

    data = [
        {"toml": feed_text(each.feed), "entries": [_entry(entry) for entry in each.entries]}
        for each in proposed.proposals
    ]
    session.show(data, as_json=as_json, human=human)


def _next_step(path: Path) -> str:
    return f"Copy the block that yields what you want into {escape(str(path))}."


def _print_preview(console: Console, entries: tuple[Entry, ...]) -> None:
    table = Table("date", "title", "link", "image", box=None)
    for entry in entries[:_PREVIEWED]:
        table.add_row(
            entry.published_at.strftime("%Y-%m-%d") if entry.published_at else "–",
            escape(entry.title),
            escape(entry.url),
            "yes" if entry.image else "–",
        )
    console.print(table)
    if len(entries) > _PREVIEWED:
        console.print(f"… and {len(entries) - _PREVIEWED} more")


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "title": entry.title,
        "url": entry.url,
        "date": entry.published_at.isoformat() if entry.published_at else None,
        "summary": entry.summary,
        "image": entry.image.url if entry.image else "",
    }
