"""``run``, ``serve`` and ``preview``: the job once, the service, the desk."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape

from digest.app import App
from digest.cli.collecting import (
    article_facts,
    list_facts,
    print_answers,
    print_articles,
    print_lists,
)
from digest.cli.inbox import inbox_facts, print_inbox
from digest.cli.lastlook import looked_facts, print_looked
from digest.cli.rehearsal import (
    print_rehearsed,
    print_test_mode,
    rehearsed_facts,
)
from digest.cli.sending import delivered_facts, print_delivered
from digest.cli.session import Session, json_option, pass_session
from digest.errors import ConfigError, DigestError
from digest.model import LookOutcome
from digest.pipeline.approval import Approved
from digest.pipeline.delivery import Delivered
from digest.pipeline.drafting import Drafted
from digest.pipeline.enrich import Enriched, EnrichmentMissing
from digest.pipeline.inbox import InboxRead
from digest.pipeline.lastlook import LookedAgain
from digest.pipeline.lists import ListRefreshed
from digest.pipeline.once import Happening
from digest.pipeline.pictures import Illustrated
from digest.pipeline.refresh import FeedRefreshed
from digest.pipeline.rehearsal import Rehearsed

if TYPE_CHECKING:
    from digest.service.health import HealthReport


@click.command()
@json_option
@pass_session
def run(session: Session, *, as_json: bool) -> None:
    """Once, for cron: collect, draft what is due, send what may go.

    Exits 1 when the mail server could not be used, a draft could not be approved or a last look
    holds an issue; a failing feed or bounce mailbox is reported and no failure of the run.
    """
    from digest.pipeline.once import run_once

    with session.open_app() as app, _draining() as stop:
        test_mode = app.config.settings.deliver.test_mode
        happenings = list(run_once(app, stop=stop))
    session.show(
        [_facts(happening) for happening in happenings],
        as_json=as_json,
        human=lambda console: _print(console, happenings, test_mode),
    )
    if any(_went_wrong(happening) for happening in happenings):
        raise SystemExit(1)


@click.command()
@pass_session
def serve(session: Session) -> None:
    """The service: collects, drafts and delivers on time; serves the public pages and /healthz."""
    from digest.service.run import serve as run_service

    with session.open_app(log_level="") as app, _draining() as stop:
        run_service(app, site=_site, stop=stop)


@click.command()
@click.option("--port", type=int, help="Instead of [web] preview_port.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open a browser.")
@pass_session
def preview(session: Session, *, port: int | None, open_browser: bool) -> None:
    """The editors' desk on this machine, live: drafts, upcoming entries, any issue as sent."""
    from digest.config.load import find_settings
    from digest.web.desk import AppSource, serve_desk

    directory = find_settings(session.config_path, os.environ).parent
    source = AppSource(directory=directory, open=session.new_app)
    wanted = _preview_port(session) if port is None else port

    def ready(url: str) -> None:
        session.console().print(f"The desk is at {url} – Ctrl+C ends it.")
        if open_browser:
            click.launch(url)

    try:
        serve_desk(source, port=wanted, ready=ready)
    except OSError as error:
        raise DigestError(
            f"cannot listen on port {wanted}: {error.strerror}; try --port"
        ) from error


def _preview_port(session: Session) -> int:
    """The configured port; the shipped one while the configuration is broken: the desk says how."""
    try:
        return session.load_config().settings.web.preview_port
    except ConfigError:
        return 8601


def _site(app: App, report: "Callable[[], HealthReport]") -> Any:  # noqa: ANN401 - an ASGI application
    from digest.web.public import Health, create_public_app

    def health() -> Health:
        found = report()
        return Health(ok=found.ok, findings=found.findings)

    return create_public_app(app, health=health)


@contextmanager
def _draining() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; a second SIGINT interrupts at once."""
    stop = threading.Event()

    def drain(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, drain) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print(console: Console, happenings: list[Happening], test_mode: str) -> None:
    print_test_mode(console, test_mode)
    answers = [happening for happening in happenings if isinstance(happening, FeedRefreshed)]
    print_answers(console, answers)
    print_lists(console, [one for one in happenings if isinstance(one, ListRefreshed)])
    print_articles(console, [o for o in happenings if isinstance(o, Enriched | EnrichmentMissing)])
    for happening in happenings:
        match happening:
            case InboxRead():
                print_inbox(console, happening)
            case Drafted(issue=None):
                pass
            case Drafted(issue=kept, skipped=skipped, stories=stories) if kept:
                outcome = "skipped, too few" if skipped else "drafted"
                console.print(f"{kept.issue.slug}: {outcome}, {stories} stories")
            case Illustrated(missing=missing):
                for each in missing:
                    console.print(f"{happening.slug}: without a picture: {escape(str(each))}")
            case Approved(error="") as approved:
                console.print(f"{approved.slug}: approved, as its newsletter needs no editor")
            case Approved() as approved:
                console.print(
                    f"[red]{approved.slug} stays a draft[/]: {escape(approved.error)}",
                )
            case LookedAgain() | Delivered() | Rehearsed():
                _print_sending(console, happening)
            case _:
                pass


def _print_sending(console: Console, happening: LookedAgain | Delivered | Rehearsed) -> None:
    match happening:
        case LookedAgain():
            print_looked(console, happening)
        case Delivered():
            print_delivered(console, happening)
        case Rehearsed():
            print_rehearsed(console, happening)


def _went_wrong(happening: Happening) -> bool:
    match happening:
        case Approved(error=error):
            return bool(error)
        case LookedAgain(look=look):
            return look.outcome is LookOutcome.HELD
        case Delivered(stopped=stopped):
            return bool(stopped)
        case Rehearsed(rehearsal=rehearsal):
            return bool(rehearsal.stopped)
        case _:
            return False


def _facts(happening: Happening) -> dict[str, object]:
    match happening:
        case InboxRead():
            return inbox_facts(happening)
        case ListRefreshed():
            return list_facts(happening)
        case FeedRefreshed():
            return {
                "feed": happening.url,
                "new": happening.new,
                "changed": happening.changed,
                "error": happening.error,
            }
        case Enriched() | EnrichmentMissing():
            return article_facts(happening)
        case Drafted() | Illustrated() | Approved():
            return _issue_facts(happening)
        case LookedAgain() | Delivered() | Rehearsed():
            return _sending_facts(happening)


def _sending_facts(happening: LookedAgain | Delivered | Rehearsed) -> dict[str, object]:
    match happening:
        case LookedAgain():
            return looked_facts(happening)
        case Delivered():
            return delivered_facts(happening)
        case Rehearsed():
            return rehearsed_facts(happening)


def _issue_facts(happening: Drafted | Illustrated | Approved) -> dict[str, object]:
    match happening:
        case Drafted():
            slug = happening.issue.issue.slug if happening.issue else ""
            return {"drafted": slug, "stories": happening.stories, "skipped": happening.skipped}
        case Illustrated():
            missing = [str(each) for each in happening.missing]
            facts = {"illustrated": happening.slug, "pictures": happening.pictures}
            return {**facts, "missing": missing}
        case Approved():
            return {"approved": happening.slug, "error": happening.error}
