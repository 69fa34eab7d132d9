"""``draft`` and ``issues``: what an issue holds."""

from datetime import datetime

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.correcting import correct
from digest.cli.editing import export, import_, rebuild, reopen
from digest.cli.explaining import diff, explain
from digest.cli.lastlook import look, look_facts, print_look
from digest.cli.rehearsal import rehearsal_facts, rehearsal_line
from digest.cli.session import Session, json_option, pass_session
from digest.cli.standing import print_standing, standing_facts
from digest.cli.subjects import choose_subject, print_trial, trial_facts, try_subject
from digest.model import IssueState, KeptIssue, Period, Story

_TO_GO = (IssueState.DRAFT, IssueState.APPROVED, IssueState.PAUSED)


class PeriodRange(click.ParamType[Period]):
    """``START/END``, both ISO 8601, as RFC 9557's relatives write intervals."""

    name = "START/END"

    def convert(
        self, value: str | Period, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """The period, in UTC."""
        from digest.cli.root import Moment

        if isinstance(value, Period):
            return value
        start, slash, end = value.partition("/")
        if not slash:
            self.fail(f"{value!r} is no period; write 2026-06-11/2026-06-18", param, ctx)
        moments = [Moment().convert(part, param, ctx) for part in (start, end)]
        if moments[0] >= moments[1]:
            self.fail(f"{value!r} ends before it starts", param, ctx)
        return Period(start=moments[0], end=moments[1])


@click.command()
@click.argument("newsletter")
@click.option("--period", type=PeriodRange(), help="Instead of the period that comes next.")
@json_option
@pass_session
def draft(session: Session, newsletter: str, *, period: Period | None, as_json: bool) -> None:
    """Draft NEWSLETTER's issue for the period that is due, or up to now if none is.

    Whether its schedule says so or not: on days that are blacked out and while it is paused, too.
    What is drafted out of turn goes out as soon as it is approved.
    """
    from digest.pipeline.drafting import draft_now, find_issue

    with session.open_app() as app:
        definition = app.config.newsletter(newsletter)
        drafted = draft_now(app, definition, period)
        kept = drafted.issue or find_issue(app, definition, drafted.period)

    def human(console: Console) -> None:
        if kept is None:
            console.print(
                f"nothing drafted: fewer than {definition.min_stories} stories in "
                f"{_span(drafted.period)}; is it time for `digest collect`?"
            )
        elif drafted.issue is None:
            console.print(f"{kept.issue.slug} exists already; it is {kept.state}")
        else:
            _print_issue(console, kept)

    facts = _facts(kept) if kept else {"issue": None, "period": _span(drafted.period)}
    session.show(facts, as_json=as_json, human=human)


@click.group()
def issues() -> None:
    """Issues: list them, or show one."""


issues.add_command(explain)
issues.add_command(diff)
for command in (export, import_, rebuild, reopen, look, correct, try_subject, choose_subject):
    issues.add_command(command)


@issues.command("list")
@click.option("--newsletter", default="", help="Only this newsletter's.")
@json_option
@pass_session
def list_(session: Session, *, newsletter: str, as_json: bool) -> None:
    """Every issue, newest first."""
    with session.open_app() as app:
        if newsletter:
            app.config.newsletter(newsletter)
        found = app.store.issues.issues(newsletter=newsletter)

    def human(console: Console) -> None:
        table = Table("issue", "state", "stories", "subject", box=None)
        for kept in found:
            table.add_row(
                kept.issue.slug,
                kept.state,
                str(len(kept.issue.stories)),
                escape(str(kept.issue.subject)),
            )
        console.print(table if found else "No issues yet. `digest draft NEWSLETTER` makes one.")

    session.show([_summary(kept) for kept in found], as_json=as_json, human=human)


@issues.command("show")
@click.argument("issue")
@json_option
@pass_session
def show(session: Session, issue: str, *, as_json: bool) -> None:
    """One ISSUE with its stories, and why each is where it is."""
    from digest.pipeline.standing import standing
    from digest.pipeline.subjects import planned

    with session.open_app() as app:
        kept = app.store.issues.get(issue)
        now = standing(app, kept)
        looked = app.store.preflight.look(kept.id)
        rehearsal = app.store.ledger.rehearsal(kept.id)
        trial = app.store.subjects.trial(kept.id)
        plan = planned(app, kept)

    def human(console: Console) -> None:
        _print_issue(console, kept)
        if looked:
            console.print()
            print_look(console, looked)
        if rehearsal:
            console.print(f"\n{escape(rehearsal_line(rehearsal))}")
        if trial:
            print_trial(console, trial)
        elif plan:
            console.print(f"\n{escape(plan)}")
        if now.tally.counts:
            told = ", ".join(f"{count} {state}" for state, count in now.tally.counts)
            console.print(f"\n{told}")
            print_standing(console, now)

    facts = {**_facts(kept), "last_look": look_facts(looked) if looked else None}
    facts["rehearsal"] = rehearsal_facts(rehearsal) if rehearsal else None
    facts["subject_trial"] = trial_facts(trial) if trial else None
    session.show({**facts, **standing_facts(now)}, as_json=as_json, human=human)


def _print_issue(console: Console, kept: KeptIssue) -> None:
    issue = kept.issue
    console.print(f"[bold]{escape(issue.slug)}[/] ({kept.state})  {_span(issue.key.period)}")
    if kept.state in _TO_GO:
        console.print(f"goes out   {_moment(issue.due_at)} at the earliest")
    console.print(f"subject    {escape(str(issue.subject))}")
    if issue.tries_subjects:
        console.print(f"subject B  {escape(str(issue.subject_b))}")
    console.print(f"preheader  {escape(str(issue.preheader))}")
    if issue.lead:
        console.print("\n[bold]Lead[/]")
        _print_story(console, issue.lead)
    for section in issue.sections:
        console.print(f"\n[bold]{escape(str(section.heading))}[/]")
        for story in section.stories:
            _print_story(console, story)
    if issue.also_published:
        console.print("\n[bold]Also published[/]")
        for story in issue.also_published:
            _print_story(console, story)
    if kept.state is IssueState.DRAFT:
        console.print(f"\nNext: digest preview, then digest approve {issue.slug}")


def _print_story(console: Console, story: Story) -> None:
    origin = f"{story.source}, {story.published_at:%d %b}; {story.reason}"
    console.print(f"  {escape(str(story.headline))}  [dim]{escape(origin)}[/]")


def _span(period: Period) -> str:
    return f"{_moment(period.start)} – {_moment(period.end)}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _summary(kept: KeptIssue) -> dict[str, object]:
    return {
        "issue": kept.issue.slug,
        "newsletter": kept.issue.key.newsletter,
        "state": kept.state,
        "start": kept.issue.key.period.start.isoformat(),
        "end": kept.issue.key.period.end.isoformat(),
        "goes_out": kept.issue.due_at.isoformat(),
        "stories": len(kept.issue.stories),
        "subject": str(kept.issue.subject),
    }


def _facts(kept: KeptIssue) -> dict[str, object]:
    issue = kept.issue
    return {
        **_summary(kept),
        "subject_b": str(issue.subject_b),
        "preheader": str(issue.preheader),
        "lead": _story(issue.lead) if issue.lead else None,
        "sections": [
            {
                "topic": section.topic,
                "heading": str(section.heading),
                "stories": [_story(story) for story in section.stories],
            }
            for section in issue.sections
        ],
        "also_published": [_story(story) for story in issue.also_published],
        "approved_by": kept.approved_by,
        "approved_digest": kept.approved_digest,
    }


def _story(story: Story) -> dict[str, object]:
    return {
        "headline": str(story.headline),
        "url": story.url,
        "source": story.source,
        "published_at": story.published_at.isoformat(),
        "reason": story.reason,
    }
