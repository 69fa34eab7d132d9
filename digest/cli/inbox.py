"""The bounce mailbox that is read by itself, as ``run`` and ``status`` tell of it."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from digest.app import App
from digest.cli.session import counted
from digest.model import InboxState

if TYPE_CHECKING:
    from digest.pipeline.inbox import InboxRead

_MINUTE = "%Y-%m-%d %H:%M UTC"


def print_inbox(console: Console, found: "InboxRead") -> None:
    """What a look into the mailbox brought; nothing where that is nothing."""
    if found.error:
        console.print(
            f"[red]bounce mailbox {escape(found.name)} cannot be read[/]: {escape(found.error)}"
        )
    if found.taken:
        mails = counted(len(found.taken), "returned mail")
        addresses = counted(found.suppressed, "address", "addresses")
        console.print(f"{mails} read from {escape(found.name)}, {addresses} suppressed")
    for slug in found.paused:
        console.print(f"[red]{escape(slug)} is paused[/]: too much of it came back")


def inbox_facts(found: "InboxRead") -> dict[str, object]:
    """The same as plain data."""
    return {
        "inbox": found.name,
        "mails": len(found.taken),
        "suppressed": found.suppressed,
        "paused": list(found.paused),
        "error": found.error,
    }


def inbox_state(app: App) -> InboxState | None:
    """How the configured mailbox does; None where there is none, or none was read yet."""
    if not app.config.settings.feedback.inbox:
        return None
    from digest.pipeline.inbox import inbox_name

    return app.store.feedback.inbox(inbox_name(app))


def print_inbox_state(console: Console, state: InboxState | None) -> None:
    """When it was read, or since when and why it cannot be."""
    if state is None:
        return
    name = escape(state.name)
    if state.failing_since:
        tries = counted(state.failures, "try", "tries")
        since, again = f"{state.failing_since:{_MINUTE}}", f"{state.next_at:{_MINUTE}}"
        console.print(
            f"[red]bounce mailbox {name} cannot be read[/] since {since} ({tries}, "
            f"again at {again}): {escape(state.reason)}"
        )
    elif state.read_at:
        console.print(f"bounce mailbox {name} read at {state.read_at:{_MINUTE}}")


def inbox_state_facts(state: InboxState | None) -> dict[str, object] | None:
    """The same as plain data."""
    if state is None:
        return None
    return {
        "inbox": state.name,
        "read_at": state.read_at and state.read_at.isoformat(),
        "next_at": state.next_at.isoformat(),
        "failures": state.failures,
        "failing_since": state.failing_since and state.failing_since.isoformat(),
        "reason": state.reason,
    }
