"""``topics``: what editors taught the program about where posts belong."""

import json
import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.session import Session, json_option, pass_session
from digest.model import Correction


@click.group()
def topics() -> None:
    """Topics: what editors' corrections teach."""


@topics.command()
@click.argument("newsletter")
@click.option("--jsonl", "as_lines", is_flag=True, help="One JSON object a line: labelled posts.")
@json_option
@pass_session
def corrections(session: Session, newsletter: str, *, as_lines: bool, as_json: bool) -> None:
    """Where editors put NEWSLETTER's posts, oldest first: id, label, title and text of each."""
    with session.open_app() as app:
        app.config.newsletter(newsletter)
        found = app.store.issues.corrections(newsletter)
    if as_lines:
        sys.stdout.writelines(_lines(found))
        return

    def human(console: Console) -> None:
        table = Table("post", "topic", "by", "on", box=None)
        for each in found:
            day = f"{each.at:%Y-%m-%d}"
            table.add_row(escape(each.title), escape(each.topic), escape(each.by), day)
        console.print(table if found else "No corrections yet.")

    facts = [{**_example(each), "at": each.at.isoformat(), "by": each.by} for each in found]
    session.show(facts, as_json=as_json, human=human)


def _lines(found: tuple[Correction, ...]) -> Iterator[str]:
    for each in found:
        yield json.dumps(_example(each), ensure_ascii=False) + "\n"


def _example(correction: Correction) -> dict[str, str]:
    return {
        "id": str(correction.entry),
        "label": correction.topic,
        "title": correction.title,
        "text": correction.text,
    }
