"""Pre-flight: every check of an issue as a named rule, one family a module.

``CRAFT`` are the checks of how a mail is made, which any HTML mail can be put to; ``ALL`` are
those and what follows from them.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from digest.compose.preflight import (
    clients,
    colour,
    document,
    images,
    layout,
    size,
    structure,
    typography,
)
from digest.compose.preflight.rules import Proof, Rule
from digest.model import Finding, Place, Severity

CRASHED = "check-crashed"
# Nobody reads on.
_MOST_FINDINGS = 20

CRAFT: tuple[Rule, ...] = (
    *document.RULES,
    *structure.RULES,
    *images.RULES,
    *typography.RULES,
    *colour.RULES,
    *layout.RULES,
    *size.RULES,
)
ALL: tuple[Rule, ...] = (*CRAFT, *clients.RULES)


def inspect(proof: Proof, rules: Sequence[Rule] = ALL) -> tuple[Finding, ...]:
    """What these rules find in a proof, in their order; never raises, whatever the HTML is.

    A rule that fails is a finding of the rule "check-crashed" with the failed one's severity:
    what could not be checked is not known to be good. A rule's findings after the twentieth
    are counted, not told.
    """
    return tuple(finding for rule in rules for finding in _found(rule, proof))


def _found(rule: Rule, proof: Proof) -> Iterator[Finding]:
    try:
        found = rule.run(proof)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is for the editor to know
        yield Finding(
            rule=CRASHED,
            severity=rule.severity,
            what=f"“{rule.title}” could not be checked: {type(error).__name__}",
            excerpt=rule.id,
            place=Place(part="html"),
        )
        return
    yield from islice(found, _MOST_FINDINGS)
    if len(found) > _MOST_FINDINGS:
        severity = min((each.severity for each in found), key=list(Severity).index)
        yield Finding(
            rule=rule.id,
            severity=severity,
            what=f"and {len(found) - _MOST_FINDINGS} more of the same",
            place=Place(part="html"),
        )
