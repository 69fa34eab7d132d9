"""An issue's recipients on the screen: while they are worked off, and where they stand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.session import Session
from digest.model import DeliveryState, Tally

if TYPE_CHECKING:
    from digest.model import Delivery, Settlement
    from digest.pipeline.handover import OnSettled
    from digest.pipeline.standing import Standing

SAY_EVERY_SECONDS = 30
"""How often the pace is said where no bar can be drawn."""

_DOMAINS_SHOWN = 8
_REASONS_SHOWN = 8
_COLUMNS = (
    DeliveryState.SENT,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.SUPPRESSED,
)


@contextmanager
def watching(session: Session, slug: str, total: int, *, as_json: bool) -> "Iterator[OnSettled]":
    """Show on standard error how a run gets on, as what this yields is told of answers."""
    from rich.progress import BarColumn, Progress, TextColumn

    from digest.pipeline.pace import Pace

    console = Console(stderr=True, quiet=session.quiet or as_json)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}"))
    pace = Pace(total=total, started=time.monotonic())
    said = pace.started
    drawn = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not drawn) as bar:
        task = bar.add_task(f"sending {slug}", total=total, pace="")

        def settled(delivery: "Delivery", settlement: "Settlement") -> None:
            nonlocal said
            pace.count(delivery, settlement.state)
            now = time.monotonic()
            if drawn:
                bar.update(task, completed=pace.met, pace=pace.line(now))
            elif now - said >= SAY_EVERY_SECONDS:
                said = now
                console.print(f"{slug}: {pace.line(now)}", soft_wrap=True)

        yield settled


def print_standing(console: Console, standing: "Standing") -> None:
    """Recipients by domain, and what was answered to those who have not got the issue."""
    if len(standing.domains) > 1:
        table = Table("domain", *_COLUMNS, "to come", box=None)
        for each in standing.domains[:_DOMAINS_SHOWN]:
            states = [f"{each.tally[state]:,}" for state in _COLUMNS]
            table.add_row(escape(each.domain), *states, f"{each.tally.open:,}")
        console.print(table)
    for reason in standing.reasons[:_REASONS_SHOWN]:
        console.print(f"  {reason.count:,} {reason.state}: {escape(reason.reason)}")
    if rest := sum(reason.count for reason in standing.reasons[_REASONS_SHOWN:]):
        console.print(f"  {rest:,} more for other reasons (--json lists all)")
    if standing.left is not None:
        console.print(f"{standing.per_second:,.1f} a second; {standing.left} left at this pace")


def counts(tally: Tally) -> dict[str, int]:
    """How many deliveries are in each state, by its name."""
    return {str(state): count for state, count in tally.counts}


def standing_facts(standing: "Standing") -> dict[str, object]:
    """The same for machines."""
    return {
        "deliveries": counts(standing.tally),
        "uncertain_once": standing.tally.uncertain_once,
        "domains": [{"domain": each.domain, **counts(each.tally)} for each in standing.domains],
        "reasons": [
            {"state": str(reason.state), "reason": reason.reason, "count": reason.count}
            for reason in standing.reasons
        ],
        "per_second": round(standing.per_second, 2),
        "seconds_left": standing.left.total_seconds() if standing.left is not None else None,
    }
