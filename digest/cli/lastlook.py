"""``issues look``: what became of an approved issue's stories, and runners-up for them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from digest.app import App
from digest.cli.session import Session, json_option, pass_session
from digest.errors import StateError
from digest.model import IssueState, KeptIssue, LastLook, LastLookAction, LookOutcome

if TYPE_CHECKING:
    from digest.pipeline.lastlook import LookedAgain

_COLOURS = {LookOutcome.HELD: "red", LookOutcome.REPLACED: "yellow", LookOutcome.PASSED: "green"}


@click.command()
@click.argument("issue")
@click.option("--replace", is_flag=True, help="Put runners-up in the places of stories in trouble.")
@json_option
@pass_session
def look(session: Session, issue: str, *, replace: bool, as_json: bool) -> None:
    """Look at the approved ISSUE's stories once more: are they gone, retracted, retitled?

    What was held goes out again if nothing is found any more. Exits 1 when the issue is held.
    """
    from digest.pipeline.lastlook import look_again

    with session.open_app() as app:
        action = LastLookAction.REPLACE if replace else None
        looked = look_again(app, app.store.issues.get(issue), action=action)
    session.show(
        looked_facts(looked),
        as_json=as_json,
        human=lambda console: print_looked(console, looked),
    )
    if looked.look.outcome is LookOutcome.HELD:
        raise SystemExit(1)


def last_look_before_sending(session: Session, app: App, kept: KeptIssue, *, quiet: bool) -> None:
    """Take the last look if it is due; only an issue that nothing holds may go on.

    :raises StateError: when the last look holds it.
    """
    from digest.pipeline.holds import is_held
    from digest.pipeline.lastlook import look_again, needs_look

    if needs_look(app, kept):
        looked = look_again(app, kept)
        if looked.look.found and not quiet:
            print_looked(session.console(), looked)
    now = app.store.issues.get(kept.issue.slug)
    if now.state is IssueState.APPROVED and is_held(app, now):
        slug = kept.issue.slug
        what = (
            f"is held by its last look (digest issues show {slug}): `digest issues look {slug} "
            f"--replace` puts the runners-up in, `digest send {slug} --anyway` sends it as it is"
        )
        raise StateError(slug, what)


def print_looked(console: Console, looked: "LookedAgain") -> None:
    """Say what a last look found."""
    print_look(console, looked.look, slug=looked.slug)


def print_look(console: Console, found: LastLook, *, slug: str = "") -> None:
    """The same of a look that was taken before."""
    from digest.curate.lastlook import look_lines

    first, *others = look_lines(found)
    name = f"{slug}: " if slug else ""
    console.print(f"{name}[{_COLOURS[found.outcome]}]{escape(first)}[/]")
    for line in others:
        console.print(f"  {escape(line)}")


def looked_facts(looked: "LookedAgain") -> dict[str, object]:
    """The same for machines."""
    return {"issue": looked.slug, **look_facts(looked.look)}


def look_facts(found: LastLook) -> dict[str, object]:
    """A last look for machines."""
    return {
        "last_look": found.outcome,
        "looked_at": found.looked_at.isoformat(),
        "links": found.links,
        "unreached": found.unreached,
        "note": found.note,
        "found": list(_troubles(found)),
    }


def _troubles(found: LastLook) -> Iterator[dict[str, object]]:
    for each in found.found:
        yield {
            "story": str(each.entry),
            "headline": each.headline,
            "trouble": each.trouble,
            "grave": each.grave,
            "what": each.what,
            "runner_up": str(each.runner_up) if each.runner_up else "",
            "runner_up_title": each.runner_up_title,
        }
