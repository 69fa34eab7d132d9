"""Which issues are due, and what period the next one covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from digest.app import App
from digest.curate.timing.periods import due_period, next_periods
from digest.model import IssueKind, IssueState, KeptIssue, Newsletter, Period

_UNSENT = (IssueState.SKIPPED, IssueState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A newsletter whose issue for that period is to be drafted now."""

    newsletter: Newsletter
    period: Period


def due_issues(app: App) -> tuple[Due, ...]:
    """Every issue that is due by now and not drafted; usually none."""
    now = app.clock()
    periods = ((each, due_now(app, each, now)) for each in app.config.newsletters.values())
    return tuple(Due(newsletter=each, period=period) for each, period in periods if period)


def due_now(app: App, newsletter: Newsletter, now: datetime) -> Period | None:
    """The newsletter's period that is due at ``now``, over issues that never went out too.

    A skipped or cancelled issue used its period up, but not its entries: the next one tells them.
    """
    issues = _digests(app, newsletter)
    period = due_period(newsletter, now=now, latest=_latest(issues))
    return _reaching_back(newsletter, period, issues) if period else None


def upcoming_period(app: App, newsletter: Newsletter) -> Period:
    """The period of the newsletter's next issue; of the one there would be while it is paused."""
    return upcoming_periods(app, newsletter, count=1)[0]


def upcoming_periods(app: App, newsletter: Newsletter, *, count: int) -> tuple[Period, ...]:
    """The periods of the newsletter's next issues, from the one that falls due next after now."""
    issues = _digests(app, newsletter)
    latest = _latest(issues)
    coming = next_periods(newsletter, now=app.clock(), latest=latest, count=count)
    return (_reaching_back(newsletter, coming[0], issues), *coming[1:])


def _digests(app: App, newsletter: Newsletter) -> tuple[KeptIssue, ...]:
    """The newsletter's issues, newest first, without its roundups: those use no period up."""
    return app.store.issues.issues(newsletter=newsletter.id, kind=IssueKind.DIGEST)


def _latest(issues: Sequence[KeptIssue]) -> Period | None:
    return issues[0].issue.key.period if issues else None


def _reaching_back(newsletter: Newsletter, period: Period, issues: Sequence[KeptIssue]) -> Period:
    if newsletter.schedule.length is not None:
        return period
    unsent = tuple(takewhile(lambda kept: kept.state in _UNSENT, issues))
    start = unsent[-1].issue.key.period.start if unsent else period.start
    return Period(start=min(start, period.start), end=period.end)
