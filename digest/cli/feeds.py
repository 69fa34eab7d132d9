"""``feeds`` and ``collect``: the sources, and asking them."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.progress import progress
from digest.cli.session import Session, json_option, pass_session
from digest.errors import UnknownNameError
from digest.model import Feed, FeedState
from digest.pipeline.refresh import FeedRefreshed


@click.group()
def feeds() -> None:
    """Sources: add, list, remove, import and export them."""


@feeds.command("add")
@click.argument("url")
@click.option("--title", default="", help="Instead of the feed's own title.")
@click.option("--tag", "tags", multiple=True, help="Newsletters draw on feeds by tag.")
@json_option
@pass_session
def add(session: Session, url: str, *, title: str, tags: tuple[str, ...], as_json: bool) -> None:
    """Write the feed at URL into feeds.toml."""
    from digest.config.feedlist import add_feed

    path = _feed_list(session)
    feed = Feed(url=url, title=title, tags=tags)
    add_feed(path, feed)
    session.show(
        {"added": _plain(feed)},
        as_json=as_json,
        human=lambda console: console.print(f"added {url} to {path}"),
    )


@feeds.command("list")
@json_option
@pass_session
def list_(session: Session, *, as_json: bool) -> None:
    """Every feed, its tags, and how it does."""
    with session.open_app() as app:
        listed = app.config.feeds
        states = app.store.feeds.states([feed.url for feed in listed])
    rows = [{**_plain(feed), **_health(states[feed.url])} for feed in listed]

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
    from digest.collect.opml import read_opml
    from digest.config.feedlist import add_feeds, read_feeds

    path = _feed_list(session)
    known = {feed.url for feed in read_feeds(path)}
    found = read_opml(file.read())
    fresh = [feed for feed in found if feed.url not in known]
    add_feeds(
        path,
        [replace(feed, tags=tuple(dict.fromkeys(feed.tags + tags))) for feed in fresh],
    )
    session.show(
        {"added": [feed.url for feed in fresh], "known": len(found) - len(fresh)},
        as_json=as_json,
        human=lambda console: console.print(
            f"added {len(fresh)} feeds to {path}; {len(found) - len(fresh)} were there already",
        ),
    )


@feeds.command("export")
@click.option("-o", "--output", type=click.File("wb"), default="-", help="A file; - prints.")
@pass_session
def export(session: Session, output: BinaryIO) -> None:
    """Write the feeds as OPML."""
    from digest.collect.opml import write_opml

    config = session.load_config()
    output.write(write_opml(config.feeds, title=config.settings.instance.name))


@click.command()
@click.option("--feed", "urls", multiple=True, help="Only this feed, whether it is due or not.")
@json_option
@pass_session
def collect(session: Session, *, urls: tuple[str, ...], as_json: bool) -> None:
    """Ask feeds for new entries and keep them."""
    from digest.pipeline.refresh import due_feeds, refresh_feeds

    with session.open_app() as app:
        known = tuple(feed.url for feed in app.config.feeds)
        for url in urls:
            if url not in known:
                raise UnknownNameError("feed", url, known=known)
        total = len(urls) or due_feeds(app)
        with progress(session, "asking feeds", total, as_json=as_json) as advance:
            answers = []
            for answer in refresh_feeds(app, urls=urls, force=bool(urls)):
                answers.append(answer)
                advance()
    session.show(
        [_answer(answer) for answer in answers],
        as_json=as_json,
        human=lambda console: print_answers(console, answers),
    )


def print_answers(console: Console, answers: list[FeedRefreshed]) -> None:
    """Say what a round brought: failures by name, the rest as a sum."""
    for answer in answers:
        if answer.error:
            console.print(f"[red]failed[/] {escape(answer.title)}: {escape(answer.error)}")
        for problem in answer.problems:
            console.print(f"[yellow]mended[/] {escape(answer.title)}: {escape(problem)}")
    failed = sum(bool(answer.error) for answer in answers)
    new = sum(answer.new for answer in answers)
    changed = sum(answer.changed for answer in answers)
    console.print(
        f"{len(answers)} feeds asked, {failed} failed; {new} new entries, {changed} changed"
    )


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


def _answer(answer: FeedRefreshed) -> dict[str, object]:
    return {
        "url": answer.url,
        "health": answer.health,
        "new": answer.new,
        "changed": answer.changed,
        "unchanged": answer.unchanged,
        "error": answer.error,
        "problems": list(answer.problems),
        "latency_s": round(answer.latency.total_seconds(), 3),
    }


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "–"
