"""``preflight``: what stands between an issue and its readers."""

import getpass
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.session import Session, counted, json_option, pass_session
from digest.model import EntryKey, Finding, Issue, Severity

if TYPE_CHECKING:
    from digest.compose.preflight.verdict import Judged
    from digest.pipeline.preflight import Preflight

_COLOURS = {Severity.BLOCKER: "red", Severity.WARNING: "yellow", Severity.ADVICE: "dim"}
_SHORT = 60


class WaivedRule(click.ParamType[tuple[str, str]]):
    """``RULE=REASON``: a rule's name and why its warnings are fine."""

    name = "RULE=REASON"

    def convert(
        self,
        value: str | tuple[str, str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """The rule and the reason."""
        if isinstance(value, tuple):
            return value
        rule, _, reason = value.partition("=")
        if not rule.strip() or not reason.strip():
            self.fail(
                f'{value!r} names no rule and reason; write RULE="why it is fine"', param, ctx
            )
        return rule.strip(), reason.strip()


@click.command()
@click.argument("issue")
@click.option("--offline", is_flag=True, help="Ask for no link.")
@click.option("--waive", "rule", default="", metavar="RULE", help="A rule whose warnings are fine.")
@click.option("--reason", default="", help="Why they are; kept with the issue.")
@click.option("--by", default="", help="Who says so. Default: your login name.")
@json_option
@pass_session
def preflight(  # noqa: PLR0913 - one argument an option
    session: Session, issue: str, *, offline: bool, rule: str, reason: str, by: str, as_json: bool
) -> None:
    """All checks of ISSUE: what blocks it, what wants a reason, and what could be better.

    Exits with 1 while there are blockers. `digest approve` runs the same checks: blockers refuse,
    and warnings must be waived.
    """
    from digest.pipeline.approval import render_issue
    from digest.pipeline.preflight import Manner, preflight, waive

    if bool(rule) != bool(reason.strip()):
        message = "--waive RULE and --reason TEXT go together"
        raise click.UsageError(message)
    with session.open_app() as app:
        kept = app.store.issues.get(issue)
        flown = preflight(app, kept, render_issue(app, kept), manner=Manner(offline=offline))
        if rule:
            flown = waive(app, flown, {rule: reason}, by=by or getpass.getuser())
    session.show(
        _facts(flown), as_json=as_json, human=lambda console: _print_preflight(console, flown)
    )
    if flown.verdict.blockers:
        click.get_current_context().exit(1)


def _print_preflight(console: Console, flown: "Preflight") -> None:
    issue, verdict = flown.kept.issue, flown.verdict
    if verdict.judged:
        table = Table("", "rule", "what", "where", "fix", box=None, padding=(0, 2, 0, 0))
        for each in verdict.judged:
            table.add_row(*_row(each, issue))
        console.print(table, soft_wrap=False)
        console.print()
    for note in flown.notes:
        console.print(f"[dim]note[/]  {escape(note)}")
    console.print(f"{escape(issue.slug)}: {_summary(flown)}")
    if not verdict.blockers and verdict.warnings:
        rule = verdict.warnings[0].rule
        command = f'digest preflight {issue.slug} --waive {rule} --reason "…"'
        console.print(f"Next: mend them, or say why they are fine: {escape(command)}")
    elif not verdict.blockers:
        console.print(f"Next: digest approve {escape(issue.slug)}")


def _row(each: "Judged", issue: Issue) -> tuple[str, ...]:
    finding = each.finding
    if each.waiver:
        severity, fix = "[dim]waived[/]", f"{each.waiver.by}: {each.waiver.reason}"
    else:
        severity = f"[{_COLOURS[finding.severity]}]{finding.severity}[/]"
        fix = finding.fix
    cells = (finding.rule, _what(finding), _where(finding, issue), fix)
    return severity, *(escape(cell) for cell in cells)


def _what(finding: Finding) -> str:
    """The sentence, and what it is about where that is short and not said yet."""
    excerpt = _short(finding.excerpt)
    told = not excerpt or excerpt in finding.what
    return finding.what if told else f"{finding.what} “{excerpt}”"


def _where(finding: Finding, issue: Issue) -> str:
    """The story or section, and its field, in words; the part of the message where neither is."""
    place = finding.place
    owner = _headline(issue, place.entry) if place.entry else _heading(issue, place.section)
    return " · ".join(filter(None, (_short(owner), place.field or ("" if owner else place.part))))


def _headline(issue: Issue, entry: EntryKey) -> str:
    stories = issue.stories + issue.also_published
    found = (story.headline.value for story in stories if entry in story.entries)
    return next(found, "") or str(entry)


def _heading(issue: Issue, section: str) -> str:
    found = (each.heading.value for each in issue.sections if each.topic == section)
    return next(found, "") or section


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _summary(flown: "Preflight") -> str:
    counts = flown.verdict.counts
    parts = [counted(counts["blockers"], "blocker"), counted(counts["warnings"], "warning")]
    if counts["waived"]:
        parts.append(f"{counts['waived']} waived")
    return ", ".join((*parts, f"{counts['advice']} for information"))


def _facts(flown: "Preflight") -> dict[str, object]:
    issue = flown.kept.issue
    return {
        "issue": issue.slug,
        "counts": flown.verdict.counts,
        "findings": [_finding(each, issue) for each in flown.verdict.judged],
        "notes": flown.notes,
    }


def _finding(each: "Judged", issue: Issue) -> dict[str, object]:
    finding, place, waiver = each.finding, each.finding.place, each.waiver
    return {
        "severity": finding.severity,
        "rule": finding.rule,
        "what": finding.what,
        "where": _where(finding, issue),
        "part": place.part,
        "section": place.section,
        "story": str(place.entry) if place.entry else "",
        "field": place.field,
        "excerpt": finding.excerpt,
        "fix": finding.fix,
        "waived": {"reason": waiver.reason, "by": waiver.by, "at": waiver.at.isoformat()}
        if waiver
        else None,
    }
