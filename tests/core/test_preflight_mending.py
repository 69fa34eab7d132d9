"""What the program puts right by itself: spaces and marks, and nothing else."""

from dataclasses import replace

import pytest

from digest.compose.preflight.issue_rules import EVERY_RULE
from digest.compose.preflight.mending import mended
from digest.model import Finding, Issue, IssueKind, Severity, TextField, Wording
from tests.core.harbour import ISSUE, section, story
from tests.core.preflights import found, proof, retold


def subject(text: str) -> Issue:
    """The issue under another subject."""
    return replace(ISSUE, subject=Wording(value=text))


def led(lead_in: str) -> Issue:
    """A roundup of one post with this line before its quotes."""
    post = replace(story(2, "A post"), lead_in=Wording(value=lead_in))
    return replace(ISSUE, kind=IssueKind.ROUNDUP, lead=None, sections=(section("Sea", post),))


MENDS = {
    "double space": ("spacing", retold(headline="Two  spaces   here"), "Two spaces here"),
    "edge": ("spacing", retold(headline="\N{NO-BREAK SPACE}At the edge"), "At the edge"),
    "marks": ("subject-exclamation", subject("The ferry is back!!!"), "The ferry is back!"),
    "colon": ("lead-in-colon", led("In June we wrote."), "In June we wrote:"),
}


@pytest.mark.parametrize(("rule", "issue", "text"), MENDS.values(), ids=MENDS)
def test_what_is_safe_is_mended(rule: str, issue: Issue, text: str) -> None:
    """The edit is of that field, says what it replaces, and the rule finds nothing after it."""
    finding = next(each for each in found(rule, proof(issue)) if mended(each, issue))
    edit = mended(finding, issue)
    assert edit
    assert edit.value == text
    assert edit.source != text
    assert edit.field == finding.place.field
    better = _reworded(issue, edit.field, text)
    assert not [each for each in found(rule, proof(better)) if each.place == finding.place]


def _reworded(issue: Issue, field: TextField, text: str) -> Issue:
    if field is TextField.SUBJECT:
        return subject(text)
    return led(text) if issue.kind is IssueKind.ROUNDUP else retold(headline=text)


@pytest.mark.parametrize("text", ["Up! And down! And up!", "Wait!? No!"])
def test_what_needs_words_is_left(text: str) -> None:
    """Marks that stand apart are not for a program to choose from."""
    issue = subject(text)
    assert [mended(each, issue) for each in found("subject-exclamation", proof(issue))] == [None]


def test_no_other_rule_is_mended() -> None:
    """A finding of any other rule, or of no field, has no edit."""
    names = {rule.id for rule in EVERY_RULE} - {name for name, _, _ in MENDS.values()}
    findings = (Finding(rule=name, severity=Severity.WARNING, what="x") for name in names)
    assert {mended(each, ISSUE) for each in findings} == {None}
