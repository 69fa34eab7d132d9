"""Plural rules: which form a count takes, as a catalogue's ``Plural-Forms`` header says.

Source: the GNU gettext manual, "Plural forms".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from gettext import c2py

_HEADER = re.compile(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*(.+?)\s*;?", re.DOTALL)
# Counts on which a rule is tried: those of every known language repeat themselves after hundreds.
_TRIED = (*range(201), 1000, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluralRule:
    """How many forms a language has, and the one that a count takes."""

    forms: int
    pick: Callable[[int], int]


def parse_plural_rule(header: str) -> PluralRule:
    """Read the value of a ``Plural-Forms`` header.

    :raises ValueError: when it cannot be read, or numbers a form that there is not.
    """
    found = _HEADER.fullmatch(header)
    if not found:
        raise ValueError("should be like nplurals=2; plural=(n != 1);")
    forms = int(found[1])
    try:
        pick = c2py(found[2])
        picked = {int(pick(number)) for number in _TRIED}
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"is no formula for a plural: {error}") from error
    if not picked <= set(range(forms)):
        raise ValueError(f"picks form {max(picked)}, and there are {forms}: 0 to {forms - 1}")
    return PluralRule(forms=forms, pick=lambda number: int(pick(number)))
