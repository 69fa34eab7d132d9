"""Mending: what a rule found put right by the program, where that is safe."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import texts_of
from digest.model import Finding, Issue, Origin, TextEdit, TextField

_DOUBLE_SPACE = re.compile(" {2,}")
_EDGES = " \N{NO-BREAK SPACE}"
_MARKS = re.compile("[!\N{FULLWIDTH EXCLAMATION MARK}]{2,}")
_END = re.compile(r"[\s.,;:\u2026]*\Z")


def mended(finding: Finding, issue: Issue) -> TextEdit | None:
    """The edit that puts a finding right; None where only a person can.

    Nothing but spaces and marks is touched, and only where the finding is gone afterwards.
    """
    mend, place = _MENDS.get(finding.rule), finding.place
    if mend is None or place.field not in set(TextField):
        return None
    for each in texts_of(Proof(source="", issue=issue)):
        if each.place == place and (better := mend(each.text)) != each.text and better:
            return TextEdit(
                field=TextField(place.field),
                value=better,
                section=place.section,
                entry=place.entry,
                source=each.text,
                source_origin=Origin.FEED if each.from_feed else Origin.AUTO,
            )
    return None


def _spaced(text: str) -> str:
    return _DOUBLE_SPACE.sub(" ", text).strip(_EDGES)


def _calmed(text: str) -> str:
    """One mark where several stood together; where they stood apart, it is a matter of words."""
    calm = _MARKS.sub(lambda marks: marks[0][0], text)
    return calm if len(re.findall("[!\N{FULLWIDTH EXCLAMATION MARK}]", calm)) == 1 else text


def _led(text: str) -> str:
    return _END.sub(":", text, count=1) if text.strip() else text


_MENDS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"spacing": _spaced, "subject-exclamation": _calmed, "lead-in-colon": _led}
)
