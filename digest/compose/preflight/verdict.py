"""The verdict: rules run over a proof, and what they found held against waivers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from digest.compose.preflight.issue_rules import is_of_copies
from digest.compose.preflight.placing import placed
from digest.compose.preflight.rules import Proof, Rule
from digest.model import Finding, Severity, Waiver

_ORDER = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding, and the waiver that says it is fine, if there is one."""

    finding: Finding
    waiver: Waiver | None = None

    @property
    def is_open(self) -> bool:
        """Whether it keeps an editor from approving."""
        blocks = self.finding.severity is Severity.BLOCKER
        return blocks or (self.finding.severity is Severity.WARNING and self.waiver is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything that was found, what matters most first, then in the order of the rules."""

    judged: tuple[Judged, ...]

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """What must be mended; no waiver helps."""
        return self._open(Severity.BLOCKER)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is to be mended or waived, and was not waived yet."""
        return self._open(Severity.WARNING)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        found = [each.finding.severity for each in self.judged]
        return {
            "blockers": len(self.blockers),
            "warnings": len(self.warnings),
            "waived": sum(each.waiver is not None for each in self.judged),
            "advice": found.count(Severity.ADVICE),
        }

    def waived(self, waivers: Iterable[Waiver]) -> "Verdict":
        """The same findings, with these waivers besides those that answered some already."""
        given = {(waiver.rule, waiver.excerpt): waiver for waiver in waivers}
        again = (_judged(each.finding, given) for each in self.judged)
        return Verdict(
            judged=tuple(
                new if new.waiver else old for old, new in zip(self.judged, again, strict=True)
            )
        )

    def _open(self, severity: Severity) -> tuple[Finding, ...]:
        found = (each.finding for each in self.judged if each.is_open)
        return tuple(finding for finding in found if finding.severity is severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What some readers get of an issue: who they are ("readers of X alone"), and the proof.

    ``of_second_subject``: it is the whole issue under its other subject, held against every rule.
    """

    whose: str
    proof: Proof
    of_second_subject: bool = False


def judge(
    proof: Proof,
    rules: Sequence[Rule],
    waivers: Iterable[Waiver] = (),
    *,
    copies: Iterable[Copy] = (),
) -> Verdict:
    """Run the rules; a waiver of a rule and excerpt answers the warnings of both.

    What ``copies`` fail and the whole issue does not is told once, with the first of them.
    """
    found = list(placed(_findings(proof, rules), proof))
    found += _in_copies(copies, rules, found)
    found.sort(key=lambda finding: _ORDER.index(finding.severity))
    return Verdict(judged=tuple(Judged(finding=finding) for finding in found)).waived(waivers)


def _findings(proof: Proof, rules: Iterable[Rule]) -> list[Finding]:
    return [finding for rule in rules for finding in rule.findings(proof)]


def _in_copies(
    copies: Iterable[Copy], rules: Sequence[Rule], found: Iterable[Finding]
) -> Iterator[Finding]:
    told = {_gist(finding) for finding in found}
    of_copies = [rule for rule in rules if is_of_copies(rule)]
    for copy in copies:
        theirs = rules if copy.of_second_subject else of_copies
        for finding in placed(_findings(copy.proof, theirs), copy.proof):
            if _gist(finding) not in told:
                told.add(_gist(finding))
                yield _as_of(copy, finding)


def _as_of(copy: Copy, finding: Finding) -> Finding:
    place = finding.place
    if copy.of_second_subject and place.field == "subject":
        place = replace(place, field="subject-b")
    return replace(finding, place=place, what=f"In the copy of {copy.whose}: {finding.what}")


def _gist(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.what, finding.excerpt


def _judged(finding: Finding, given: dict[tuple[str, str], Waiver]) -> Judged:
    waivable = finding.severity is Severity.WARNING
    waiver = given.get((finding.rule, finding.excerpt)) if waivable else None
    return Judged(finding=finding, waiver=waiver)
