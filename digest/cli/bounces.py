"""``bounces``: what came back, from wherever it is kept."""

import sys

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.app import App
from digest.cli.session import Session, counted, json_option, pass_session
from digest.errors import ConfigError, IntakeError, StoreError
from digest.pipeline.feedback import Outcome, Taken, take_feedback

EX_TEMPFAIL = 75
"""What a mail server takes for "keep it and try again" (sysexits.h)."""


@click.group()
def bounces() -> None:
    """Bounces and complaints that came back."""


@bounces.command("read")
@click.argument("source", default="")
@json_option
@pass_session
def read(session: Session, source: str, *, as_json: bool) -> None:
    """Read returned mail from SOURCE, or from [feedback] inbox, and act on what it proves.

    SOURCE is a file, an mbox, a folder, a Maildir, `-` for standard input (one mail, as a mail
    server pipes it), or imaps://USER@HOST/FOLDER, with the password in DIGEST_IMAP_PASSWORD and
    ?move=FOLDER to put what was read away. Reading a mail twice does no harm.

    With `-`, it exits 75 where the mail could not be recorded, and the mail server keeps it.
    """
    try:
        with session.open_app() as app:
            taken = _take(app, source)
    except (StoreError, ConfigError) as error:
        if source != "-":
            raise
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(EX_TEMPFAIL) from error
    session.show(
        [_plain(one) for one in taken],
        as_json=as_json,
        human=lambda console: _print(console, taken),
    )


def _take(app: App, source: str) -> tuple[Taken, ...]:
    from digest.pipeline.inbox import inbox_name, mails_of, read_inbox

    if source:
        return tuple(take_feedback(app, data) for data in mails_of(app, source))
    if not app.config.settings.feedback.inbox:
        raise click.UsageError("name a SOURCE, or set [feedback] inbox in digest.toml")
    found = read_inbox(app)
    if found.error:
        raise IntakeError(inbox_name(app), found.error)
    return found.taken


def _print(console: Console, taken: tuple[Taken, ...]) -> None:
    table = Table("what", "address", "verdict", "code", "issue", "effect", box=None)
    for one in taken:
        effect = "read before" if one.known else ""
        if not one.outcomes:
            table.add_row(str(one.mail.kind), "", "", "", "", effect)
        for outcome in one.outcomes:
            _add(table, one, outcome)
    if taken:
        console.print(table)
    for slug in dict.fromkeys(one.paused for one in taken if one.paused):
        console.print(f"[red]{escape(slug)} is paused[/]: too much of it came back")
    console.print(_summary(taken))


def _add(table: Table, one: Taken, outcome: Outcome) -> None:
    report = outcome.report
    table.add_row(
        str(one.mail.kind),
        escape(report.address),
        str(report.verdict),
        report.status or str(report.reply_code or ""),
        escape(outcome.issue),
        str(outcome.effect),
    )


def _summary(taken: tuple[Taken, ...]) -> str:
    outcomes = [outcome for one in taken for outcome in one.outcomes]
    suppressed = sum(outcome.effect == "suppressed" for outcome in outcomes)
    unproven = sum(outcome.effect == "unproven" for outcome in outcomes)
    text = f"{counted(len(taken), 'mail')} read, {counted(suppressed, 'address', 'addresses')}"
    hint = "; unproven reports hold no token of ours and change nothing" if unproven else ""
    return f"{text} suppressed{hint}"


def _plain(taken: Taken) -> dict[str, object]:
    return {
        "kind": taken.mail.kind,
        "subject": taken.mail.subject,
        "identity": taken.mail.identity,
        "read_before": taken.known,
        "paused": taken.paused,
        "reports": [_plain_outcome(outcome) for outcome in taken.outcomes],
    }


def _plain_outcome(outcome: Outcome) -> dict[str, object]:
    report = outcome.report
    return {
        "address": report.address,
        "verdict": report.verdict,
        "status": report.status,
        "reply_code": report.reply_code,
        "diagnostic": report.diagnostic,
        "feedback_type": report.feedback_type,
        "issue": outcome.issue,
        "effect": outcome.effect,
    }
