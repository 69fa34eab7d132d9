"""``approve``, ``send``, ``pause``, ``resume`` and ``cancel``: letting an issue go."""

import getpass
from collections.abc import Sequence

import click
from rich.console import Console
from rich.markup import escape

from digest.app import App
from digest.cli.lastlook import last_look_before_sending
from digest.cli.preflight import WaivedRule
from digest.cli.rehearsal import send_rehearsal
from digest.cli.session import Session, json_option, pass_session
from digest.cli.standing import counts, print_standing, standing_facts, watching
from digest.errors import StateError
from digest.model import Accepted, Consent, IssueState, KeptIssue, Refused, SendOutcome
from digest.model.address import address_problem
from digest.pipeline.delivery import Delivered

_DONE = {
    IssueState.PAUSED: "paused",
    IssueState.SENDING: "resumed",
    IssueState.CANCELLED: "cancelled",
}
_MINUTE = "%Y-%m-%d %H:%M UTC"


@click.command()
@click.argument("issue")
@click.option("--by", default="", help="Who approves. Default: your login name.")
@click.option(
    "--waive",
    "reasons",
    type=WaivedRule(),
    multiple=True,
    help="Why a rule's warnings are fine; for several rules, several times.",
)
@click.option("--offline", is_flag=True, help="Ask for no link.")
@json_option
@pass_session
def approve(
    session: Session,
    issue: str,
    *,
    by: str,
    reasons: tuple[tuple[str, str], ...],
    offline: bool,
    as_json: bool,
) -> None:
    """Freeze ISSUE's bytes and let it go out: with the next run, but not before its time.

    Its pre-flight must find no blocker, and no warning that nobody waived; `digest preflight`
    shows both.
    """
    from digest.pipeline.approval import approve_issue
    from digest.pipeline.preflight import Manner
    from digest.pipeline.timing import opens_at

    with session.open_app() as app:
        kept = approve_issue(
            app,
            issue,
            by=by or getpass.getuser(),
            reasons=dict(reasons),
            manner=Manner(offline=offline),
        )
        opening = opens_at(app, kept) or kept.issue.due_at
        early = app.clock() < opening
    facts = {
        "issue": kept.issue.slug,
        "by": kept.approved_by,
        "sha256": kept.approved_digest,
        "goes_out": opening.isoformat(),
    }
    when = f", at {opening:{_MINUTE}}" if early else ""
    session.show(
        facts,
        as_json=as_json,
        human=lambda console: console.print(
            f"{kept.issue.slug} approved by {escape(kept.approved_by)}; "
            f"SHA-256 {kept.approved_digest[:16]}…\nNext: digest send {kept.issue.slug}, "
            f"or leave it to digest run{when}"
        ),
    )


@click.command()
@click.argument("issue")
@click.option("--test", "address", default="", help="Send one marked copy to this address only.")
@click.option(
    "--test-mode", "instead", default="", help="Send everybody's message to this address instead."
)
@click.option("--anyway", is_flag=True, help="Whatever the last look at its stories finds.")
@json_option
@pass_session
def send(
    session: Session, issue: str, *, address: str, instead: str, anyway: bool, as_json: bool
) -> None:
    """Hand an approved ISSUE to the mail server for everybody who is due, at once.

    Its time of sending holds back `digest run` and `digest serve`, not this command; what its last
    look found holds it back as well. Readers who get it by their own clocks wait for those;
    `digest run` and `digest serve` send to them then.

    --test-mode, or [deliver] test_mode, rehearses the whole run: each reader's message goes to one
    address, and the issue stays as it is.
    """
    from digest.pipeline.standing import standing

    if instead and (problem := address_problem(instead)):
        raise click.BadParameter(f"{instead!r}: {problem}", param_hint="--test-mode")
    with session.open_app() as app:
        kept = app.store.issues.get(issue)
        if address:
            _send_test(session, app, kept, address=address, as_json=as_json)
            return
        if not anyway:
            last_look_before_sending(session, app, kept, quiet=as_json)
            kept = app.store.issues.get(kept.issue.slug)
        if to := instead or app.config.settings.deliver.test_mode:
            send_rehearsal(session, app, kept, address=to, as_json=as_json)
            return
        delivered = _send_all(session, app, kept, as_json=as_json)
        now = standing(app, kept)

    def human(console: Console) -> None:
        print_delivered(console, delivered)
        print_standing(console, now)

    facts = {**delivered_facts(delivered), **standing_facts(now)}
    session.show(facts, as_json=as_json, human=human)
    if delivered.stopped:
        raise SystemExit(1)


@click.command()
@click.argument("issue")
@json_option
@pass_session
def pause(session: Session, issue: str, *, as_json: bool) -> None:
    """Stop sending ISSUE for now. Messages in flight are finished."""
    _move(
        session,
        issue,
        to=IssueState.PAUSED,
        allowed=(IssueState.SENDING, IssueState.APPROVED),
        as_json=as_json,
    )


@click.command()
@click.argument("issue", default="")
@click.option("--after-restore", is_flag=True, help="Trust a database that was put back or copied.")
@json_option
@pass_session
def resume(session: Session, issue: str, *, after_restore: bool, as_json: bool) -> None:
    """Go on sending a paused ISSUE, to those who have not got it yet.

    With --after-restore instead of ISSUE: go on sending from a database that was restored or
    copied, to all whom it does not know to have got theirs. Cancel an issue first to prevent that.
    """
    if bool(issue) is after_restore:
        message = "name an ISSUE, or say --after-restore"
        raise click.UsageError(message)
    if after_restore:
        _trust(session, as_json=as_json)
        return
    _move(session, issue, to=IssueState.SENDING, allowed=(IssueState.PAUSED,), as_json=as_json)


@click.command()
@click.argument("issue")
@json_option
@pass_session
def cancel(session: Session, issue: str, *, as_json: bool) -> None:
    """Never send ISSUE, or send it no further. Its entries are new again."""
    _move(
        session,
        issue,
        to=IssueState.CANCELLED,
        allowed=(IssueState.DRAFT, IssueState.APPROVED, IssueState.SENDING, IssueState.PAUSED),
        as_json=as_json,
    )


def print_delivered(console: Console, delivered: Delivered) -> None:
    """Say where an issue's recipients stand."""
    states = ", ".join(f"{count} {state}" for state, count in delivered.tally.counts)
    later = f", the next at {delivered.next_at:{_MINUTE}}" if delivered.next_at else ""
    to_come = f"{delivered.tally.open} still to come{later}"
    done = "all accounted for" if delivered.finished else to_come
    console.print(f"{delivered.slug}: {states or 'no confirmed subscribers'} – {done}")
    if delivered.tally.failures:
        causes = ", ".join(f"{count} {cause}" for cause, count in delivered.tally.failures)
        console.print(f"failed: {causes}")
    if delivered.stopped:
        console.print(f"[red]stopped[/] {escape(delivered.stopped)}")


def delivered_facts(delivered: Delivered) -> dict[str, object]:
    """The same for machines."""
    return {
        "issue": delivered.slug,
        "finished": delivered.finished,
        "stopped": delivered.stopped,
        "next_at": delivered.next_at.isoformat() if delivered.next_at else None,
        "deliveries": counts(delivered.tally),
        "failures": {str(cause): count for cause, count in delivered.tally.failures},
    }


def _send_all(session: Session, app: App, kept: KeptIssue, *, as_json: bool) -> Delivered:
    from digest.pipeline.delivery import deliver_issue

    expected = app.store.ledger.tally(kept.id).open or app.store.audience.count(
        newsletter=kept.issue.key.newsletter, consent=Consent.CONFIRMED
    )
    with watching(session, kept.issue.slug, expected, as_json=as_json) as settled:
        return deliver_issue(app, kept, on_settled=settled)


def _send_test(session: Session, app: App, kept: KeptIssue, *, address: str, as_json: bool) -> None:
    from digest.pipeline.approval import render_issue
    from digest.pipeline.delivery import send_test

    outcome = send_test(app, kept, render_issue(app, kept), address=address, by=getpass.getuser())
    said = _answer(outcome)
    sent = isinstance(outcome, Accepted)
    session.show(
        {"issue": kept.issue.slug, "to": address, "sent": sent, "answer": said},
        as_json=as_json,
        human=lambda console: console.print(
            f"{'sent' if sent else 'not sent'} to {escape(address)}: {escape(said)}"
        ),
    )
    if not sent:
        raise SystemExit(1)


def _answer(outcome: SendOutcome) -> str:
    return str(outcome.reply) if isinstance(outcome, Accepted | Refused) else outcome.reason


def _trust(session: Session, *, as_json: bool) -> None:
    with session.open_app() as app:
        doubt = app.store.life.doubt()
        if doubt:
            app.store.life.trust()
        under_way = app.store.issues.issues(states=(IssueState.SENDING, IssueState.PAUSED))
        tallies = {kept.issue.slug: app.store.ledger.tally(kept.id) for kept in under_way}

    def human(console: Console) -> None:
        console.print(f"the database {doubt}; it is trusted now" if doubt else "nothing was halted")
        for slug, tally in tallies.items():
            console.print(f"{escape(slug)}: {tally.open} of {tally.total} still to come")

    facts = {"doubt": doubt, "open": {slug: tally.open for slug, tally in tallies.items()}}
    session.show(facts, as_json=as_json, human=human)


def _move(
    session: Session, slug: str, *, to: IssueState, allowed: Sequence[IssueState], as_json: bool
) -> None:
    with session.open_app() as app:
        kept = app.store.issues.get(slug)
        moved = app.store.issues.change_state(kept.id, to=to, allowed=allowed, now=app.clock())
    if not moved and kept.state is not to:
        raise StateError(
            kept.issue.slug,
            f"is {kept.state}; only an issue that is {' or '.join(allowed)} can be {_DONE[to]}",
        )
    session.show(
        {"issue": kept.issue.slug, "state": to},
        as_json=as_json,
        human=lambda console: console.print(f"{kept.issue.slug} is {to}"),
    )
