"""``issues correct``: a story put right in the archive, and its readers told."""

import getpass
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from digest.cli.session import Session, counted, json_option, pass_session

if TYPE_CHECKING:
    from digest.pipeline.correcting import Corrected
    from digest.pipeline.delivery import Delivered
    from digest.pipeline.rehearsal import Rehearsed


@click.command()
@click.argument("issue")
@click.argument("story")
@click.option("--text", required=True, help="What was wrong, and what is true.")
@click.option("--title", default="", help="The right headline, where the old one is wrong.")
@click.option("--send", "at_once", is_flag=True, help="Approve and send the correction at once.")
@click.option("--by", default="", help="Who corrects. Default: your login name.")
@json_option
@pass_session
def correct(  # noqa: PLR0913 - a command's options
    session: Session,
    issue: str,
    story: str,
    *,
    text: str,
    title: str,
    at_once: bool,
    by: str,
    as_json: bool,
) -> None:
    """Put a STORY of an ISSUE that went out right: in the archive and its feeds, at once.

    STORY is its URL, key or words of its headline. A correction is drafted for exactly those who
    got the story; --send mails it, its pre-flight's blockers permitting.
    """
    from digest.pipeline.approval import approve_issue
    from digest.pipeline.correcting import Wrong, correct_issue
    from digest.pipeline.delivery import deliver_issue
    from digest.pipeline.preflight import Manner
    from digest.pipeline.rehearsal import rehearse

    who = by or getpass.getuser()
    with session.open_app() as app:
        done = correct_issue(app, issue, Wrong(story=story, text=text, title=title, by=who))
        slug, delivered, rehearsed = done.correction.issue.slug, None, None
        if at_once:
            kept = approve_issue(app, slug, by=who, manner=Manner(warnings_pass=True))
            if to := app.config.settings.deliver.test_mode:
                rehearsed = rehearse(app, kept, address=to)
            else:
                delivered = deliver_issue(app, kept)
    session.show(
        _facts(done, delivered, rehearsed),
        as_json=as_json,
        human=lambda console: _print(console, done, delivered, rehearsed),
    )
    if delivered and delivered.stopped:
        raise SystemExit(1)


def _print(
    console: Console,
    done: "Corrected",
    delivered: "Delivered | None",
    rehearsed: "Rehearsed | None",
) -> None:
    from digest.cli.rehearsal import print_rehearsed
    from digest.cli.sending import print_delivered

    slug = done.correction.issue.slug
    console.print(f"“{escape(done.amendment.headline)}” is put right in the archive and its feeds")
    console.print(f"{slug} tells {counted(done.readers, 'reader')} who got it")
    if done.waiting:
        console.print(
            f"[yellow]note[/] {counted(done.waiting, 'reader')} may still get the issue as it was"
        )
    if delivered:
        print_delivered(console, delivered)
    elif rehearsed:
        print_rehearsed(console, rehearsed)
    else:
        console.print(f"Next: digest approve {slug}, then digest send {slug}")


def _facts(
    done: "Corrected", delivered: "Delivered | None", rehearsed: "Rehearsed | None"
) -> dict[str, object]:
    from digest.cli.rehearsal import rehearsed_facts
    from digest.cli.sending import delivered_facts

    return {
        "story": done.amendment.headline,
        "correction": done.correction.issue.slug,
        "readers": done.readers,
        "waiting": done.waiting,
        "delivered": delivered_facts(delivered) if delivered else None,
        "rehearsed": rehearsed_facts(rehearsed) if rehearsed else None,
    }
