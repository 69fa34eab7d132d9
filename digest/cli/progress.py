"""Progress bars for people; nothing for machines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from digest.cli.session import Session


@contextmanager
def progress(
    session: Session, label: str, total: int, *, as_json: bool
) -> Iterator[Callable[[], None]]:
    """A bar on standard error while the block runs; call what it yields for each step done."""
    console = Console(stderr=True, quiet=session.quiet or as_json)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # Where it is no terminal, a bar would leave an empty line and nothing else.
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)
