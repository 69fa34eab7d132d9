"""Pre-flight: every check of an issue as a named rule, one family a module.

``CRAFT`` are the checks of how a mail is made, which any HTML mail can be put to; ``ALL`` are
those and what follows from them.
"""

from collections.abc import Sequence

from digest.compose.preflight import (
    clients,
    colour,
    document,
    images,
    layout,
    screens,
    size,
    structure,
    typography,
)
from digest.compose.preflight.rules import CRASHED, Proof, Rule
from digest.model import Finding

__all__ = ["ALL", "CRAFT", "CRASHED", "inspect"]

CRAFT: tuple[Rule, ...] = (
    *document.RULES,
    *structure.RULES,
    *images.RULES,
    *typography.RULES,
    *colour.RULES,
    *layout.RULES,
    *screens.RULES,
    *size.RULES,
)
ALL: tuple[Rule, ...] = (*CRAFT, *clients.RULES)


def inspect(proof: Proof, rules: Sequence[Rule] = ALL) -> tuple[Finding, ...]:
    """What these rules find in a proof, in their order; never raises, whatever the HTML is.

    A rule that fails is a finding of the rule "check-crashed" with the failed one's severity:
    what could not be checked is not known to be good. What a rule finds in the HTML without
    knowing whose it is is counted, not told, after the twentieth time.
    """
    return tuple(finding for rule in rules for finding in rule.findings(proof))
