"""Rules about what readers see in their inbox, and about who gets the issue."""

import pytest

from digest.compose.preflight.circumstances import SpamScore
from digest.model import IssueState, Severity
from tests.core.preflights import found, proof

B, W, INFO = Severity.BLOCKER, Severity.WARNING, Severity.ADVICE


@pytest.mark.parametrize(
    ("rule", "subject", "severity"),
    [
        ("subject-empty", "  ", B),
        ("subject-empty", "Tides", None),
        ("subject-limit", "a" * 151, B),
        ("subject-limit", "a" * 150, None),
        ("subject-length", "Tides!", W),
        ("subject-length", "a" * 79, W),
        ("subject-length", "a" * 78, None),
        ("subject-capitals", "TIDE is out", W),
        ("subject-capitals", "The night ferry returns", None),
        ("subject-exclamation", "Now! At last!", W),
        ("subject-exclamation", "At last!", None),
    ],
)
def test_subjects(rule: str, subject: str, severity: Severity | None) -> None:
    """Each bound of the subject is a rule of its own, found at the subject."""
    findings = found(rule, proof(subject=subject))
    assert [each.severity for each in findings] == ([severity] if severity else [])
    assert all(each.place.part == "subject" and each.fix for each in findings)


@pytest.mark.parametrize(
    ("preheader", "length", "repeats"),
    [("", 1, 0), ("a" * 39, 1, 0), ("a" * 40, 0, 0), ("a" * 131, 1, 0), ("the NIGHT ferry", 1, 1)],
)
def test_preheaders(preheader: str, length: int, repeats: int) -> None:
    """A preheader has 40 to 130 characters and is not the subject again."""
    made = proof(subject="The night ferry", preheader=preheader)
    assert len(found("preheader-length", made)) == length
    assert len(found("preheader-repeats", made)) == repeats


@pytest.mark.parametrize(
    ("kib", "severity"), [(84, []), (85, [W]), (95, [B])], ids=["fits", "large", "clipped"]
)
def test_html_sizes(kib: int, severity: list[Severity]) -> None:
    """From 85 KiB on the HTML is a warning, from 95 on a blocker."""
    html = "<p>" + "ä" * (kib * 512 - 1) + "x"
    assert [each.severity for each in found("html-size", proof(html=html))] == severity


@pytest.mark.parametrize(
    ("rule", "known", "severity"),
    [
        ("message-size", {"message_size": 10_000_000}, B),
        ("message-size", {"message_size": 9_999_999}, None),
        ("spam-score", {"spam": SpamScore(score=5.1, threshold=5)}, W),
        ("spam-score", {"spam": SpamScore(score=0.3, threshold=5)}, INFO),
        ("spam-score", {}, None),
        ("recipients-none", {"recipients": 0}, B),
        ("recipients-change", {"recipients": 121, "recipients_before": 100}, W),
        ("recipients-change", {"recipients": 79, "recipients_before": 100}, W),
        ("recipients-change", {"recipients": 120, "recipients_before": 100}, None),
        ("recipients-change", {"recipients_before": None}, None),
        ("public-url", {"public_url": "http://letters.net"}, B),
        ("public-url", {"public_url": "https://letters.net"}, None),
        ("public-url", {"public_url": "http://localhost", "rehearsal": True}, None),
        ("already-sent", {"state": IssueState.SENT}, B),
        ("already-sent", {"state": IssueState.APPROVED}, None),
    ],
)
def test_circumstances(rule: str, known: dict[str, object], severity: Severity | None) -> None:
    """What surrounds an issue is judged by its bounds; what is not known is not judged."""
    findings = found(rule, proof(**known))
    assert [each.severity for each in findings] == ([severity] if severity else [])
