"""What follows from a report, once it is proven to be about a mail of ours.

========== ====================================================================================
hard       the address is suppressed at once
complaint  the address is suppressed, the subscription ended, at once
soft       counted; suppressed after so many issues in a row within a time
policy     counted against the issue, which is paused where there are many; nobody is suppressed
delayed    nothing: the server is still trying
========== ====================================================================================
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from digest.deliver.feedback.addresses import same
from digest.model import (
    BounceVerdict,
    Cause,
    DeliveryState,
    FeedbackRates,
    RecipientReport,
    Settlement,
    SuppressionReason,
)

_SEVERITY = (
    BounceVerdict.DELAYED,
    BounceVerdict.SOFT,
    BounceVerdict.POLICY,
    BounceVerdict.HARD,
    BounceVerdict.COMPLAINT,
)

_ABOUT_US = frozenset({Cause.POLICY, Cause.CONTENT, Cause.US})


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRules:
    """When an issue is paused: shares of the mails tried, once ``minimum`` of them were."""

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


def refusal_verdict(cause: Cause | None) -> BounceVerdict | None:
    """What a final refusal at hand-over counts as; None for what says nothing of either."""
    if cause is Cause.BAD_ADDRESS:
        return BounceVerdict.HARD
    return BounceVerdict.POLICY if cause in _ABOUT_US else None


def after(rates: FeedbackRates, settlements: Iterable[Settlement]) -> FeedbackRates:
    """The rates with deliveries that a server has just given its last word on."""
    for one in settlements:
        rates = _after(rates, one)
    return rates


def _after(rates: FeedbackRates, one: Settlement) -> FeedbackRates:
    if one.state is DeliveryState.SENT:
        return replace(rates, sent=rates.sent + 1)
    if not is_refusal(one):
        return rates
    verdict = refusal_verdict(one.cause)
    return replace(
        rates,
        sent=rates.sent + 1,
        hard=rates.hard + (verdict is BounceVerdict.HARD),
        policy=rates.policy + (verdict is BounceVerdict.POLICY),
    )


def is_refusal(one: Settlement) -> bool:
    """Whether a server has refused a delivery for good."""
    return one.state is DeliveryState.FAILED and one.reply_code is not None


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
            return f"{count} {what}, {share:.1%} of {rates.sent} tried; the limit is {limit:.1%}"
    return ""


def _severity(report: RecipientReport) -> int:
    return _SEVERITY.index(report.verdict)
