"""``media``: the pictures that the service hands out."""

import click
from rich.console import Console

from digest.cli.session import Session, counted, json_option, pass_session
from digest.model import MediaPurged

_MEGABYTE = 1_000_000


@click.group()
def media() -> None:
    """Pictures that the service hands out: delete those that nothing shows."""


@media.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@json_option
@pass_session
def purge(session: Session, *, dry_run: bool, as_json: bool) -> None:
    """Delete pictures that no issue shows and that are older than [images] keep in digest.toml.

    Never one that an approved or sent issue, its web page or a draft shows. `digest serve` does the
    same once a day.
    """
    from digest.pipeline.media import purge_media

    with session.open_app() as app:
        done = purge_media(app, dry_run=dry_run)

    def human(console: Console) -> None:
        console.print(_told(done))

    facts = {
        "deleted": done.pictures,
        "bytes": done.size,
        "left": done.left,
        "dry_run": done.dry_run,
    }
    session.show(facts, as_json=as_json, human=human)


def _told(done: MediaPurged) -> str:
    does = "would be deleted" if done.dry_run else "deleted"
    what = counted(done.pictures, "picture")
    return f"{what} {does} ({done.size / _MEGABYTE:.1f} MB); {done.left} kept"
