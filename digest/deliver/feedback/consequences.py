"""What follows from a report, once it is proven to be about a mail of ours.

========== ====================================================================================
hard       the address is suppressed at once
complaint  the address is suppressed, the subscription ended, at once
soft       counted; suppressed after so many issues in a row within a time
policy     counted against the issue, which is paused where there are many; nobody is suppressed
delayed    nothing: the server is still trying
========== ====================================================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.deliver.feedback.addresses import same
from digest.model import BounceVerdict, FeedbackRates, RecipientReport, SuppressionReason

_SEVERITY = (
    BounceVerdict.DELAYED,
    BounceVerdict.SOFT,
    BounceVerdict.POLICY,
    BounceVerdict.HARD,
    BounceVerdict.COMPLAINT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRules:
    """When an issue is paused: shares of the mails sent, once ``minimum`` of them were."""

    complaints: float
    hard: float
    policy: float
    minimum: int


def report_about(reports: Sequence[RecipientReport], address: str) -> RecipientReport | None:
    """The one of a mail's reports that is about the reader of ``address``.

    A mail of ours has one recipient, so a single report is about them even where it names another
    address: theirs was forwarded. Where several are named and none is theirs (a list behind the
    address), the least of them counts, since one of many is not the reader.
    """
    own = [
        report
        for report in reports
        if same(report.address, address) or same(report.final_address, address)
    ]
    if own:
        return max(own, key=_severity)
    return min(reports, key=_severity) if reports else None


def suppression_for(
    verdict: BounceVerdict, *, soft_bounces: int, soft_limit: int
) -> SuppressionReason | None:
    """Why an address is to be suppressed now; None where it is not.

    ``soft_bounces`` counts the issues in a row, this one included.
    """
    match verdict:
        case BounceVerdict.HARD:
            return SuppressionReason.HARD_BOUNCE
        case BounceVerdict.COMPLAINT:
            return SuppressionReason.COMPLAINT
        case BounceVerdict.SOFT if soft_bounces >= soft_limit:
            return SuppressionReason.SOFT_BOUNCES
        case _:
            return None


def trip_reason(rates: FeedbackRates, rules: GuardRules) -> str:
    """Why an issue should be paused, as a clause for people; empty where it may go on."""
    if rates.sent < rules.minimum:
        return ""
    for count, limit, what in (
        (rates.complaints, rules.complaints, "readers complained"),
        (rates.hard, rules.hard, "addresses are dead"),
        (rates.policy, rules.policy, "mails were refused for what we are or send"),
    ):
        if count and count >= limit * rates.sent:
            share = count / rates.sent
            return f"{count} {what}, {share:.1%} of {rates.sent} sent; the limit is {limit:.1%}"
    return ""


def _severity(report: RecipientReport) -> int:
    return _SEVERITY.index(report.verdict)
