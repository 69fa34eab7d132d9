"""The guide's table of the forty checks names rules that exist, and misses none of the craft."""

import re

from digest.compose.preflight import CRAFT
from digest.compose.preflight.issue_rules import EVERY_RULE
from digest.resources import TEMPLATES

GUIDE = TEMPLATES.parent / "docs" / "preflight.md"


def test_the_table_of_checks_is_complete() -> None:
    """Every rule in it is one, and every rule of the craft is in it."""
    table = GUIDE.read_text("utf-8").partition("## The forty checks")[2].partition("\n**")[0]
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", table))
    assert named <= {rule.id for rule in EVERY_RULE}
    assert {rule.id for rule in CRAFT} <= named


def test_every_rule_says_what_and_why() -> None:
    """A name that stands once, a title and a reason."""
    assert len({rule.id for rule in EVERY_RULE}) == len(EVERY_RULE)
    assert all(rule.title and rule.why for rule in EVERY_RULE)
