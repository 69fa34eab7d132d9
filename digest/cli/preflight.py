"""``preflight``: what stands between an issue and its readers."""

import getpass
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from digest.cli.session import Session, counted, json_option, pass_session
from digest.model import Finding, Issue, Severity

if TYPE_CHECKING:
    from digest.compose.preflight.verdict import Judged
    from digest.pipeline.preflight import Preflight

_COLOURS = {Severity.BLOCKER: "red", Severity.WARNING: "yellow", Severity.ADVICE: "dim"}
_WHOLE = 100  # per cent


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
        # Names and addresses are for copying: none loses its end.
        longest = max(len(each.finding.rule) for each in verdict.judged)
        names = Column("rule", no_wrap=True, min_width=longest)
        others = (Column(name, overflow="fold") for name in ("what", "where", "fix"))
        table = Table("", names, *others, box=None, padding=(0, 2, 0, 0))
        for each in verdict.judged:
            table.add_row(*_row(each, issue))
        console.print(table, soft_wrap=False)
        console.print()
    _print_support(console, flown)
    for note in flown.notes:
        console.print(f"[dim]note[/]  {escape(note)}")
    console.print(f"{escape(issue.slug)}: {_summary(flown)}")
    if not verdict.blockers and verdict.warnings:
        rule = verdict.warnings[0].rule
        command = f'digest preflight {issue.slug} --waive {rule} --reason "…"'
        console.print(f"Next: mend them, or say why they are fine: {escape(command)}")
    elif not verdict.blockers:
        console.print(f"Next: digest approve {escape(issue.slug)}")


def _print_support(console: Console, flown: "Preflight") -> None:
    """What the mail uses that not every client shows."""
    partly = [each for each in flown.support if each.lacking or each.percentage < _WHOLE]
    if not partly:
        return
    table = Table("uses", "shown by", "not in", box=None, padding=(0, 2, 0, 0))
    for each in partly:
        table.add_row(each.feature.id, f"{each.percentage:.0f} %", ", ".join(each.lacking))
    console.print(table)
    console.print()


def _row(each: "Judged", issue: Issue) -> tuple[str, ...]:
    from digest.compose.preflight.placing import where

    finding = each.finding
    if each.waiver:
        severity, fix = "[dim]waived[/]", f"{each.waiver.by}: {each.waiver.reason}"
    else:
        severity = f"[{_COLOURS[finding.severity]}]{finding.severity}[/]"
        fix = finding.fix
    cells = (finding.rule, _what(finding), where(finding.place, issue), fix)
    return severity, *(escape(cell) for cell in cells)


def _what(finding: Finding) -> str:
    """The sentence, and what it is about where that is short and not said yet."""
    from digest.compose.preflight.placing import shorter

    excerpt = shorter(finding.excerpt)
    told = not excerpt or excerpt in finding.what
    return finding.what if told else f"{finding.what} “{excerpt}”"


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
        "support": [
            {
                "feature": each.feature.id,
                "percentage": round(each.percentage, 1),
                "not_in": list(each.lacking),
            }
            for each in flown.support
        ],
        "notes": flown.notes,
    }


def _finding(each: "Judged", issue: Issue) -> dict[str, object]:
    from digest.compose.preflight.placing import where

    finding, place, waiver = each.finding, each.finding.place, each.waiver
    return {
        "severity": finding.severity,
        "rule": finding.rule,
        "what": finding.what,
        "where": where(place, issue),
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
