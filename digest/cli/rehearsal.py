"""Test mode on the command line: rehearsals, and saying loudly that it is on."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from digest.app import App
from digest.cli.session import Session, counted
from digest.model import KeptIssue, Rehearsal

if TYPE_CHECKING:
    from digest.pipeline.rehearsal import Rehearsed


def send_rehearsal(
    session: Session, app: App, kept: KeptIssue, *, address: str, as_json: bool
) -> None:
    """Send an issue's whole run to one address, and say what came of it."""
    from digest.pipeline.rehearsal import rehearse

    done = rehearse(app, kept, address=address)
    session.show(
        rehearsed_facts(done),
        as_json=as_json,
        human=lambda console: print_rehearsed(console, done),
    )
    if done.rehearsal.stopped:
        raise SystemExit(1)


def print_rehearsed(console: Console, done: "Rehearsed") -> None:
    """Say how a rehearsal went."""
    console.print(f"{escape(done.slug)}: {escape(rehearsal_line(done.rehearsal))}")


def rehearsal_line(done: Rehearsal) -> str:
    """A rehearsal on one line."""
    failed = f", {done.failed} failed" if done.failed else ""
    end = f"; stopped: {done.stopped}" if done.stopped else "" if done.finished else "; unfinished"
    sent = f"{counted(done.sent, 'message')} to {done.address}"
    return f"TEST MODE: {sent}{failed}{end}; no reader got any"


def rehearsed_facts(done: "Rehearsed") -> dict[str, object]:
    """The same for machines."""
    return {"issue": done.slug, **rehearsal_facts(done.rehearsal)}


def rehearsal_facts(done: Rehearsal) -> dict[str, object]:
    """A rehearsal for machines."""
    return {
        "test_mode": done.address,
        "at": done.at.isoformat(),
        "sent": done.sent,
        "failed": done.failed,
        "finished": done.finished,
        "stopped": done.stopped,
    }


def print_test_mode(console: Console, address: str) -> None:
    """Say loudly that test mode is on; nothing where it has no address."""
    if address:
        line = (
            f"TEST MODE: every issue goes to {address}, none to its readers ([deliver] test_mode)"
        )
        console.print(f"[bold white on red] {escape(line)} [/]")
