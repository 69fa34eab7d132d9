"""What follows from a report, and when an issue is stopped."""

import pytest

from digest.deliver.feedback.consequences import (
    GuardRules,
    report_about,
    suppression_for,
    trip_reason,
)
from digest.model import BounceVerdict, FeedbackRates, RecipientReport, SuppressionReason

RULES = GuardRules(complaints=0.003, hard=0.05, policy=0.05, minimum=200)
HARD, SOFT = BounceVerdict.HARD, BounceVerdict.SOFT


@pytest.mark.parametrize(
    ("verdict", "soft", "reason"),
    [
        (HARD, 0, SuppressionReason.HARD_BOUNCE),
        (BounceVerdict.COMPLAINT, 0, SuppressionReason.COMPLAINT),
        (SOFT, 3, None),
        (SOFT, 4, SuppressionReason.SOFT_BOUNCES),
        (BounceVerdict.POLICY, 9, None),
        (BounceVerdict.DELAYED, 9, None),
    ],
)
def test_only_what_is_certain_suppresses(
    verdict: BounceVerdict, soft: int, reason: SuppressionReason | None
) -> None:
    """Dead addresses and complaints at once, soft bounces at their limit, nothing else."""
    assert suppression_for(verdict, soft_bounces=soft, soft_limit=4) is reason


@pytest.mark.parametrize(
    ("rates", "word"),
    [
        (FeedbackRates(sent=1_000, complaints=3), "complained"),
        (FeedbackRates(sent=1_000, complaints=2), ""),
        (FeedbackRates(sent=1_000, hard=50), "dead"),
        (FeedbackRates(sent=1_000, hard=49), ""),
        (FeedbackRates(sent=1_000, policy=50), "refused"),
        (FeedbackRates(sent=199, hard=199, complaints=199), ""),
        (FeedbackRates(sent=200), ""),
    ],
)
def test_the_guard_trips_at_its_shares(rates: FeedbackRates, word: str) -> None:
    """0.3 % of complaints or 5 % of dead addresses, once enough was sent to tell."""
    reason = trip_reason(rates, RULES)
    assert word in reason
    assert bool(reason) is bool(word)


def test_the_reader_s_own_report_counts() -> None:
    """Among several it is theirs; without theirs, the least; alone, whatever it names."""
    theirs = RecipientReport(verdict=SOFT, address="Ada@Reader.example")
    other = RecipientReport(verdict=HARD, address="bob@reader.example")
    assert report_about([other, theirs], "ada@reader.example") is theirs
    assert report_about([other, theirs], "eve@reader.example") is theirs
    assert report_about([other], "ada@reader.example") is other
    assert report_about([], "ada@reader.example") is None
