"""``backup`` and ``restore``: copies of the database, and what a copy means for sending."""

from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from digest.cli.session import Session, counted, json_option, pass_session
from digest.errors import StateError, StoreError
from digest.store.backup import Holdings, back_up, file_of, look_into
from digest.store.backup import restore as put_back

_FILE = click.Path(path_type=Path, dir_okay=False)
_MEGABYTE = 1_000_000


@click.command()
@click.argument("file", type=_FILE)
@json_option
@pass_session
def backup(session: Session, file: Path, *, as_json: bool) -> None:
    """Copy the database to FILE, complete and checked, also while `digest serve` runs.

    Links keep working after a restore: the key that signs them is in it, unless it comes from
    DIGEST_SECRET_KEY. Configuration, templates and media are not.
    """
    with session.open_app() as app:
        held = back_up(file_of(app.config.database_url), file, now=app.clock())
    session.show(_facts(held), as_json=as_json, human=lambda console: console.print(_told(held)))


@click.command()
@click.argument("file", type=_FILE)
@json_option
@pass_session
def restore(session: Session, file: Path, *, as_json: bool) -> None:
    """Put the backup FILE in the database's place; the one before it is kept.

    Nothing is sent afterwards until `digest resume --after-restore`: the ledger does not know what
    went out after the backup was made.
    """
    url = session.load_config().database_url
    target = file_of(url)
    held = look_into(file)
    _check_idle(session)
    aside = put_back(file, target, now=_now(session))

    def human(console: Console) -> None:
        console.print(_told(held))
        if aside:
            console.print(f"what was there before is {aside}")
        console.print(
            "Nothing is sent until you say so. Next: digest status, then digest resume "
            "--after-restore"
        )

    facts = {**_facts(held), "database": str(target), "before": str(aside) if aside else None}
    session.show(facts, as_json=as_json, human=human)


def _check_idle(session: Session) -> None:
    """Refuse while a run of this machine is at work, unless the database cannot even be read."""
    from digest.pipeline.claims import is_dead

    try:
        with session.open_app() as app:
            alive = [owner for owner in app.store.ledger.owners() if not is_dead(owner)]
    except StoreError:
        return
    if alive:
        raise StateError("a delivery run", f"is under way ({alive[0]}); stop it first")


def _now(session: Session) -> datetime:
    from digest.app import system_clock

    return session.now or system_clock()


def _told(held: Holdings) -> str:
    what = ", ".join(counted(count, *_NOUNS[name]) for name, count in held.counts)
    made = f", made {held.made_at}" if held.made_at else ""
    return f"{held.file}: {what} ({held.size / _MEGABYTE:.1f} MB{made})"


_NOUNS = {
    "feeds": ("feed", ""),
    "entries": ("entry", "entries"),
    "issues": ("issue", ""),
    "subscribers": ("subscriber", ""),
    "suppressions": ("suppressed address", "suppressed addresses"),
    "deliveries": ("delivery", "deliveries"),
}


def _facts(held: Holdings) -> dict[str, object]:
    return {
        "file": str(held.file),
        "bytes": held.size,
        "made_at": held.made_at,
        "holds": dict(held.counts),
    }
