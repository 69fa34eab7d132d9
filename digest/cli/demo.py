"""``demo``: the whole job, offline, in under a minute."""

import shutil
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from digest.app import App
from digest.cli.session import Session, json_option, pass_session
from digest.demo.play import Audience
from digest.demo.town import Town
from digest.errors import DigestError
from digest.pipeline.delivery import Delivered
from digest.pipeline.drafting import Drafted
from digest.pipeline.once import Happening
from digest.pipeline.refresh import FeedRefreshed


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path("digest-demo"))
@json_option
@pass_session
def demo(session: Session, directory: Path, *, as_json: bool) -> None:
    """Run the whole job offline: a fictional town's feeds in, a digest in a mailbox.

    DIRECTORY becomes a working directory to play with.
    """
    from digest.demo.play import invite_audience, opened_town

    with opened_town(directory) as (town, app):
        audience = invite_audience(app, town)
        happenings = _play(session, app, audience, as_json=as_json)
    letters = len(list((town.mail / "new").iterdir()))
    delivered = [one for one in happenings if isinstance(one, Delivered)]
    session.show(
        {
            "directory": str(directory),
            "feeds": sum(isinstance(one, FeedRefreshed) for one in happenings),
            "entries": sum(one.new for one in happenings if isinstance(one, FeedRefreshed)),
            "letters": letters,
        },
        as_json=as_json,
        human=lambda console: _summary(console, town, audience, happenings),
    )
    if letters != audience.confirmed or not all(one.finished for one in delivered):
        raise DigestError(f"{letters} letters arrived for {audience.confirmed} subscribers")


def _play(session: Session, app: App, audience: Audience, *, as_json: bool) -> list[Happening]:
    """Run the job under three progress bars."""
    from digest.demo.play import play
    from digest.pipeline.refresh import due_feeds

    console = Console(stderr=True, quiet=session.quiet or as_json)
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    happenings = []
    with Progress(*columns, console=console) as bar:
        collecting = bar.add_task("collect", total=due_feeds(app))
        drafting = bar.add_task("draft", total=len(app.config.newsletters))
        sending = bar.add_task("deliver", total=audience.confirmed)
        for happening in play(app, on_settled=lambda *_: bar.advance(sending)):
            happenings.append(happening)
            if isinstance(happening, FeedRefreshed):
                bar.advance(collecting)
            elif isinstance(happening, Drafted):
                bar.advance(drafting)
    return happenings


def _summary(console: Console, town: Town, audience: Audience, happenings: list[Happening]) -> None:
    feeds = [one for one in happenings if isinstance(one, FeedRefreshed)]
    entries = sum(one.new for one in feeds)
    drafts = [one for one in happenings if isinstance(one, Drafted) and one.issue]
    sent = {one.slug: one for one in happenings if isinstance(one, Delivered)}
    lines = [f"{len(feeds)} feeds brought {entries} entries."]
    for drafted in drafts:
        issue = drafted.issue.issue if drafted.issue else None
        if issue is None:
            continue
        fate = (
            f"{sent[issue.slug].tally.total} letters delivered"
            if issue.slug in sent
            else "a draft that waits for an editor"
        )
        lines.append(f"[bold]{issue.slug}[/]: {drafted.stories} stories – {fate}.")
    lines.append(
        f"{audience.total - audience.confirmed} of {audience.total} subscribers got nothing, "
        f"as they asked."
    )
    where = town.directory
    program = _program()
    lines += [
        "",
        f"The letters are in [bold]{town.mail / 'new'}[/] (open any .eml in a mail program).",
        "",
        "Next, look at both issues as an editor, in a browser:",
        f"  {program} --config {where} preview",
        "or run the service with its public pages and scheduler:",
        f"  {program} --config {where} serve",
        "and for your own newsletter:",
        f"  {program} init my-newsletter",
    ]
    console.print(
        Panel("\n".join(lines), title="digest demo", expand=False, padding=(1, 2)), soft_wrap=False
    )


def _program() -> str:
    """How this program is called from here: by its name, or by the path it was started with."""
    called = Path(sys.argv[0])
    if shutil.which("digest") or called.name != "digest":
        return "digest"
    return str(called.relative_to(Path.cwd()) if called.is_relative_to(Path.cwd()) else called)
