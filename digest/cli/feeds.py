"""``feeds``: the sources that are listed, in and out."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.backfill import backfill
from digest.cli.discovery import add, discover
from digest.cli.feed_status import status as feed_status
from digest.cli.session import Session, counted, json_option, pass_session, print_warning
from digest.errors import StateError, UnknownNameError
from digest.model import Feed, FeedState
from digest.pipeline.sources import all_feeds


@click.group()
def feeds() -> None:
    """Sources: find, add, list and remove them, how they do, OPML in and out."""


@feeds.command("list")
@json_option
@pass_session
def list_(session: Session, *, as_json: bool) -> None:
    """Every feed, its tags, and how it does."""
    with session.open_app() as app:
        listed = all_feeds(app)
        own = {feed.url for feed in app.config.feeds}
        states = app.store.feeds.states([feed.url for feed in listed])
    rows = [
        {**_plain(feed), "from_list": feed.url not in own, **_health(states[feed.url])}
        for feed in listed
    ]

    def human(console: Console) -> None:
        table = Table("feed", "tags", "health", "last ok", "next check", box=None)
        for feed in listed:
            state = states[feed.url]
            table.add_row(
                escape(feed.title or state.title or feed.url),
                escape(", ".join(feed.tags)),
                escape(state.last_error or state.health),
                _when(state.last_ok_at),
                _when(state.next_check_at),
            )
        console.print(table)

    session.show(rows, as_json=as_json, human=human)


@feeds.command("remove")
@click.argument("url")
@json_option
@pass_session
def remove(session: Session, url: str, *, as_json: bool) -> None:
    """Take the feed at URL out of feeds.toml. What it brought is kept."""
    from digest.config.feedlist import read_feeds, remove_feed

    path = _feed_list(session)
    if not remove_feed(path, url):
        known = tuple(feed.url for feed in read_feeds(path))
        raise UnknownNameError("feed", url, known=known)
    session.show(
        {"removed": url},
        as_json=as_json,
        human=lambda console: console.print(f"removed {url} from {path}"),
    )


@feeds.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--tag", "tags", multiple=True, help="Put these tags on every feed as well.")
@json_option
@pass_session
def import_(session: Session, file: BinaryIO, *, tags: tuple[str, ...], as_json: bool) -> None:
    """Add the feeds of an OPML FILE (- for standard input) that are not listed yet."""
    from digest.collect.discovery.opml import read_opml, unread_outlines
    from digest.config.feedlist import add_feeds, identity, read_feeds, unfit
    from digest.config.load import idle_feeds

    config = session.load_config()
    path = config.directory / "feeds.toml"
    known = {identity(feed.url) for feed in read_feeds(path)}
    document = file.read()
    listed, unread = read_opml(document), unread_outlines(document)
    if not listed:
        raise StateError(file.name, "it holds no feeds; is it an OPML file?")
    found = {identity(feed.url): feed for feed in reversed(listed)}
    fresh = [feed for key, feed in reversed(found.items()) if key not in known]
    tagged = [replace(feed, tags=tuple(dict.fromkeys(feed.tags + tags))) for feed in fresh]
    refused = {feed.url: why for feed in tagged if (why := unfit(path, feed))}
    added = [feed for feed in tagged if feed.url not in refused]
    add_feeds(path, added)

    def human(console: Console) -> None:
        known_count = len(found) - len(fresh)
        console.print(
            f"added {counted(len(added), 'feed')} to {path}; {known_count} there already",
            soft_wrap=True,
        )
        for feed in tagged:
            if feed.url in refused:
                name = escape(feed.title or urlsplit(feed.url).hostname or "a feed")
                console.print(f"[yellow]left out[/] {name}: its URL {refused[feed.url]}")
        for name in unread:
            console.print(f"[yellow]left out[/] {escape(name)}: its xmlUrl is no web address")
        for problem in idle_feeds(config.directory, added, config.newsletters):
            print_warning(console, problem)

    session.show(
        {
            "added": [feed.url for feed in added],
            "known": len(found) - len(fresh),
            "left_out": [
                {"title": feed.title, "why": refused[feed.url]}
                for feed in tagged
                if feed.url in refused
            ]
            + [{"title": name, "why": "its xmlUrl is no web address"} for name in unread],
        },
        as_json=as_json,
        human=human,
    )


@feeds.command("export")
@click.option("-o", "--output", type=click.File("wb"), default="-", help="A file; - prints.")
@pass_session
def export(session: Session, output: BinaryIO) -> None:
    """Write the feeds as OPML, under their own titles where feeds.toml has none."""
    from digest.collect.discovery.opml import write_opml

    with session.open_app() as app:
        config = app.config
        states = app.store.feeds.states([feed.url for feed in config.feeds])
    named = [replace(feed, title=feed.title or states[feed.url].title) for feed in config.feeds]
    output.write(write_opml(named, title=config.settings.instance.name))


def _feed_list(session: Session) -> Path:
    return session.load_config().directory / "feeds.toml"


def _plain(feed: Feed) -> dict[str, object]:
    return {"url": feed.url, "title": feed.title, "tags": list(feed.tags)}


def _health(state: FeedState) -> dict[str, object]:
    return {
        "health": state.health,
        "error_streak": state.error_streak,
        "last_error": state.last_error,
        "last_ok_at": state.last_ok_at and state.last_ok_at.isoformat(),
        "next_check_at": state.next_check_at and state.next_check_at.isoformat(),
    }


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "–"


feeds.add_command(add)
feeds.add_command(backfill)
feeds.add_command(discover)
feeds.add_command(feed_status)
