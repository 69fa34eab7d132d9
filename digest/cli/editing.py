"""``issues export``, ``import``, ``rebuild`` and ``reopen``: changing a draft."""

import getpass
from typing import TYPE_CHECKING, BinaryIO

import click
from rich.console import Console
from rich.markup import escape

from digest.cli.session import Session, counted, json_option, pass_session

if TYPE_CHECKING:
    from digest.pipeline.editing import Imported, Rebuilt


@click.command("export")
@click.argument("issue")
@click.option("-o", "--output", type=click.File("wb"), default="-", help="A file; - prints.")
@pass_session
def export(session: Session, issue: str, *, output: BinaryIO) -> None:
    """ISSUE as a text file to edit: its texts, and its stories in their order.

    The file says how. `digest issues import` takes it back.
    """
    from digest.pipeline.editing import export_galley

    with session.open_app() as app:
        output.write(export_galley(app, issue).encode())


@click.command("import")
@click.argument("issue")
@click.argument("file", type=click.File("rb"))
@click.option("--by", default="", help="Who edited it. Default: your login name.")
@click.option("--force", is_flag=True, help="Also a file that was written for another issue.")
@json_option
@pass_session
def import_(
    session: Session, issue: str, file: BinaryIO, *, by: str, force: bool, as_json: bool
) -> None:
    """Take over what was changed in ISSUE's FILE; - reads it from standard input.

    Stories that were put under another topic teach the program; `digest topics corrections` lists
    what it was taught.
    """
    from digest.pipeline.editing import import_galley

    content, name = file.read(), file.name.strip("<>")
    with session.open_app() as app:
        done = import_galley(
            app, issue, content, name=name, by=by or getpass.getuser(), force=force
        )
    facts = {
        "issue": done.kept.issue.slug,
        "changed": done.changed,
        "revision": done.kept.revision,
        "warnings": [str(warning) for warning in done.warnings],
        "unused": done.unused,
        "waiting": done.waiting,
        "corrections": [
            {"entry": str(each.entry), "topic": each.topic, "title": each.title}
            for each in done.corrections
        ],
    }
    session.show(facts, as_json=as_json, human=lambda console: _print_imported(console, done))


@click.command()
@click.argument("issue")
@json_option
@pass_session
def rebuild(session: Session, issue: str, *, as_json: bool) -> None:
    """Make the draft ISSUE again from today's entries and rules. Editors' changes stay."""
    from digest.pipeline.editing import rebuild_issue

    with session.open_app() as app:
        rebuilt = rebuild_issue(app, issue)
    came, went = _difference(rebuilt)
    told = len(rebuilt.kept.issue.stories)
    facts = {
        "issue": rebuilt.kept.issue.slug,
        "revision": rebuilt.kept.revision,
        "stories": told,
        "came": came,
        "went": went,
        "unused": rebuilt.unused,
    }

    def human(console: Console) -> None:
        stories = counted(told, "story", "stories")
        console.print(f"{rebuilt.kept.issue.slug} was made again: {stories}")
        for sign, titles in (("+", came), ("-", went)):
            for title in titles:
                console.print(f"  {sign} {escape(title)}")
        _print_unused(console, rebuilt.unused)

    session.show(facts, as_json=as_json, human=human)


@click.command()
@click.argument("issue")
@json_option
@pass_session
def reopen(session: Session, issue: str, *, as_json: bool) -> None:
    """Make the approved ISSUE a draft again, to be changed and approved anew."""
    from digest.pipeline.editing import reopen_issue

    with session.open_app() as app:
        kept = reopen_issue(app, issue)
    session.show(
        {"issue": kept.issue.slug, "state": kept.state, "revision": kept.revision},
        as_json=as_json,
        human=lambda console: console.print(f"{kept.issue.slug} is a draft again"),
    )


def _print_imported(console: Console, done: "Imported") -> None:
    slug = done.kept.issue.slug
    for warning in done.warnings:
        console.print(f"[yellow]warning[/] {escape(str(warning))}")
    if not done.changed:
        console.print(f"{slug}: nothing was changed")
        return
    stories = counted(len(done.kept.issue.stories), "story", "stories")
    console.print(f"{slug} was changed: {stories}, revision {done.kept.revision}")
    for correction in done.corrections:
        title = escape(correction.title)
        console.print(f"  learned: {title} belongs to {escape(correction.topic)}")
    _print_unused(console, done.unused)
    for post in done.waiting:
        console.print(f"  {escape(post)} comes with `digest issues rebuild {slug}`")


def _print_unused(console: Console, unused: tuple[str, ...]) -> None:
    for sentence in unused:
        console.print(f"[yellow]note[/] {escape(sentence)}")


def _difference(rebuilt: "Rebuilt") -> tuple[list[str], list[str]]:
    """The headlines of stories that came, and of those that went."""
    before = {story.url: str(story.headline) for story in rebuilt.before.stories}
    now = {story.url: str(story.headline) for story in rebuilt.kept.issue.stories}
    came = [headline for url, headline in now.items() if url not in before]
    return came, [headline for url, headline in before.items() if url not in now]
