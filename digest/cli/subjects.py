"""``issues try-subject`` and ``choose-subject``: a second subject, and which of the two wins."""

import getpass
from dataclasses import asdict

import click
from rich.console import Console
from rich.markup import escape

from digest.cli.session import Session, json_option, pass_session
from digest.model import Arm, SubjectTrial


@click.command("try-subject")
@click.argument("issue")
@click.argument("text")
@click.option("--by", default="", help="Who writes it. Default: your login name.")
@json_option
@pass_session
def try_subject(session: Session, issue: str, text: str, *, by: str, as_json: bool) -> None:
    """Give the draft ISSUE a second subject, TEXT, to try; an empty one takes it away.

    Some of its readers get it first, half of them under each subject; the newsletter's
    [subject_trial] says how many, and what decides under which the others get it.
    """
    from digest.pipeline.subjects import planned, write_second_subject

    with session.open_app() as app:
        kept = write_second_subject(app, issue, text, by=by or getpass.getuser())
        plan = planned(app, kept)
    written = kept.issue
    facts = {
        "issue": written.slug,
        "subject": str(written.subject),
        "subject_b": str(written.subject_b),
        "plan": plan,
        "revision": kept.revision,
    }

    def human(console: Console) -> None:
        console.print(f"{written.slug}\n  A  {escape(str(written.subject))}")
        if written.tries_subjects:
            console.print(f"  B  {escape(str(written.subject_b))}\n{escape(plan)}")
        else:
            console.print("  there is no second subject to try")

    session.show(facts, as_json=as_json, human=human)


@click.command("choose-subject")
@click.argument("issue")
@click.argument("subject", type=click.Choice([arm.value for arm in Arm], case_sensitive=False))
@click.option("--by", default="", help="Who chooses. Default: your login name.")
@json_option
@pass_session
def choose_subject(session: Session, issue: str, subject: str, *, by: str, as_json: bool) -> None:
    """Send ISSUE to the rest of its readers under SUBJECT, a or b, without waiting any longer."""
    from digest.pipeline import subjects

    with session.open_app() as app:
        trial = subjects.choose_subject(app, issue, Arm(subject), by=by or getpass.getuser())
        slug = app.store.issues.get(issue).issue.slug
    facts = {"issue": slug, **trial_facts(trial)}

    def human(console: Console) -> None:
        print_trial(console, trial)
        console.print(f"Next: digest send {slug}, or leave it to digest run")

    session.show(facts, as_json=as_json, human=human)


def print_trial(console: Console, trial: SubjectTrial) -> None:
    """Say how a trial stands."""
    from digest.deliver.subjects import trial_lines

    first, *others = trial_lines(trial)
    console.print(f"\n{escape(first)}")
    for line in others:
        console.print(f"  {line}")


def trial_facts(trial: SubjectTrial) -> dict[str, object]:
    """The same for machines."""
    choice = trial.choice
    return {
        "rule": str(trial.rule),
        "minimum": trial.minimum,
        "started_at": trial.started_at.isoformat(),
        "ends_at": trial.ends_at.isoformat(),
        "rest": trial.rest,
        "a": asdict(trial.a),
        "b": asdict(trial.b),
        "winner": str(choice.winner) if choice else None,
        "why": choice.why if choice else "",
        "by": choice.by if choice else "",
        "decided_at": trial.decided_at.isoformat() if trial.decided_at else None,
    }
