"""Remarks: what a rule's look yields, made into findings under the rule's own name."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from digest.compose.preflight.rules import Proof, Rule
from digest.model import Finding, Place, Severity

BLOCKER, WARNING, ADVICE = Severity.BLOCKER, Severity.WARNING, Severity.ADVICE

_LONGEST_EXCERPT = 200
_ANYWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing a rule found, as a :class:`Finding` has it.

    ``severity`` is for a case that is milder than the rule's own.
    """

    what: str
    place: Place = _ANYWHERE
    excerpt: str = ""
    fix: str = ""
    severity: Severity | None = None


Look = Callable[[Proof], Iterable[Remark]]


def rule(rule_id: str, severity: Severity, title: str, *, why: str) -> Callable[[Look], Rule]:
    """Make a function that yields remarks into a rule: a decorator."""

    def named(look: Look) -> Rule:
        def findings(proof: Proof) -> Iterator[Finding]:
            return (_finding(rule_id, severity, each) for each in look(proof))

        return Rule(id=rule_id, severity=severity, title=title, why=why, look=findings)

    return named


def shortened(text: str) -> str:
    """A text as an excerpt: on one line, its end cut off where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_EXCERPT else f"{line[: _LONGEST_EXCERPT - 1]}…"


def _finding(rule_id: str, severity: Severity, remark: Remark) -> Finding:
    return Finding(
        rule=rule_id,
        severity=remark.severity or severity,
        what=remark.what,
        place=remark.place,
        excerpt=shortened(remark.excerpt),
        fix=remark.fix,
    )
