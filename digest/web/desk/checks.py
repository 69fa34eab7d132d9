"""What the desk shows of an issue's pre-flight: findings, and what can be done about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from digest.app import App
from digest.compose.preflight.clients import Support
from digest.compose.preflight.issue_rules import EVERY_RULE
from digest.compose.preflight.mending import mended
from digest.compose.preflight.placing import where
from digest.compose.preflight.verdict import Judged
from digest.model import Finding, KeptIssue, RenderedIssue, Severity, Trial
from digest.pipeline.preflight import Manner, Preflight, preflight

AT_THE_DESK = Manner(offline=True, failures_for=timedelta(days=1))
"""A page asks nobody; what is known of links holds until they are asked again."""

_WHOLE = 100  # per cent
_WHYS: Mapping[str, str] = MappingProxyType({rule.id: rule.why for rule in EVERY_RULE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding. ``number`` is its place in the list, ``waived`` by whom and why, or nothing.

    ``mends``: the program can put it right.
    """

    number: int
    severity: str
    rule: str
    what: str
    why: str
    where: str
    excerpt: str
    fix: str
    waived: str
    waivable: bool
    mends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """An issue's pre-flight. ``blockers`` are the names of rules that must be satisfied first.

    ``support`` is what not every mail client shows, ``trial`` the last test of what is shown.
    """

    rows: tuple[FindingRow, ...]
    blockers: tuple[str, ...]
    warnings: int
    support: tuple[Support, ...]
    notes: tuple[str, ...]
    trial: Trial | None

    @property
    def summary(self) -> str:
        """How much there is, in words."""
        if not self.rows:
            return "nothing was found"
        blockers = sum(row.severity == Severity.BLOCKER for row in self.rows)
        counts = ((blockers, "blocker"), (self.warnings, "open warning"))
        told = (f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count)
        return ", ".join(told) or "nothing stands against it"


def flight_of(app: App, kept: KeptIssue, rendering: RenderedIssue) -> Preflight:
    """The issue's pre-flight as it is known without asking anybody."""
    return preflight(app, kept, rendering, manner=AT_THE_DESK)


def checks_of(app: App, kept: KeptIssue, rendering: RenderedIssue) -> Checks:
    """The same, as the page shows it."""
    flown = flight_of(app, kept, rendering)
    verdict = flown.verdict
    trials = app.store.preflight.trials(kept.id)
    return Checks(
        rows=tuple(_row(number, each, kept) for number, each in enumerate(verdict.judged)),
        blockers=tuple(dict.fromkeys(finding.rule for finding in verdict.blockers)),
        warnings=len(verdict.warnings),
        support=tuple(each for each in flown.support if each.percentage < _WHOLE),
        notes=flown.notes,
        trial=next((trial for trial in trials if trial.digest == rendering.digest), None),
    )


def numbered(flown: Preflight, number: str, rule: str) -> Finding | None:
    """The finding that a form names; None where the list has changed since it was shown."""
    judged = flown.verdict.judged
    if not number.isdecimal() or len(number) > len(str(len(judged))) or int(number) >= len(judged):
        return None
    finding = judged[int(number)].finding
    return finding if finding.rule == rule else None


def _row(number: int, each: Judged, kept: KeptIssue) -> FindingRow:
    finding, waiver = each.finding, each.waiver
    return FindingRow(
        number=number,
        severity=finding.severity,
        rule=finding.rule,
        what=finding.what,
        why=_WHYS.get(finding.rule, ""),
        where=where(finding.place, kept.issue),
        excerpt="" if finding.excerpt in finding.what else finding.excerpt,
        fix=finding.fix,
        waived=f"{waiver.by}: {waiver.reason}" if waiver else "",
        waivable=finding.severity is Severity.WARNING and waiver is None,
        mends=mended(finding, kept.issue) is not None,
    )
