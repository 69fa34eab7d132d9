"""The guard: an issue that too many refuse or complain of is paused, once."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from digest.app import App
from digest.deliver.feedback.consequences import GuardRules, after, is_refusal, trip_reason
from digest.errors import StoreError
from digest.model import FeedbackRates, IssueState, KeptIssue, Settlement

log = structlog.get_logger(__name__)

GUARDED = "the guard has paused it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Whether the guard has tripped just now, why, and whether that paused the issue."""

    reason: str = ""
    paused: bool = False


def trip(app: App, issue_id: int, *, slug: str, rates: FeedbackRates) -> Trip:
    """Pause an issue if its rates ask for it and its guard has not tripped before."""
    settings = app.config.settings.feedback
    rules = GuardRules(
        complaints=settings.guard_complaints,
        hard=settings.guard_hard,
        policy=settings.guard_policy,
        minimum=settings.guard_minimum,
    )
    reason = trip_reason(rates, rules)
    if not reason or not app.store.feedback.trip(issue_id, reason=reason, now=app.clock()):
        return Trip()
    paused = app.store.issues.get(slug).state is IssueState.PAUSED
    log.error("feedback.guard", issue=slug, reason=reason, paused=paused)
    return Trip(reason=reason, paused=paused)


class Guard:
    """Watches what servers answer in one run over one issue. Not for several threads at once.

    What was refused and reported before is read when the first refusal comes, and counted on from
    there; what other processes do meanwhile counts for them.
    """

    def __init__(self, app: App, kept: KeptIssue) -> None:
        self._app = app
        self._kept = kept
        self._rates: FeedbackRates | None = None
        self._tripped = False

    def watch(self, settled: Sequence[Settlement]) -> str:
        """Take in what was just recorded; why the issue was paused for it, or nothing.

        :raises StoreError: when the ledger cannot be read or written.
        """
        refused = any(map(is_refusal, settled))
        if self._tripped or (self._rates is None and not refused):
            return ""
        if self._rates is None:
            self._tripped = bool(self._app.store.feedback.tripped(self._kept.id))
            self._rates = self._app.store.feedback.rates(self._kept.id)
        else:
            self._rates = after(self._rates, settled)
        return self._look(self._rates) if refused and not self._tripped else ""

    def _look(self, rates: FeedbackRates) -> str:
        try:
            found = trip(self._app, self._kept.id, slug=self._kept.issue.slug, rates=rates)
        except StoreError:
            # The same answers come again.
            self._rates = None
            raise
        self._tripped = bool(found.reason)
        return found.reason if found.paused else ""
