"""Make drafts of the issues that are due."""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from digest.app import App
from digest.curate.assemble import assemble, candidates, is_empty
from digest.curate.periods import due_period, next_due
from digest.curate.states import Standing, state_of
from digest.model import (
    EntryState,
    Issue,
    IssueKey,
    IssueState,
    KeptEntry,
    KeptIssue,
    Newsletter,
    Period,
)
from digest.pipeline.sources import all_feeds, newsletter_feeds

_WAITING = (EntryState.NEW, EntryState.HELD, EntryState.SKIPPED, EntryState.BROKEN)
_UNSENT = (IssueState.SKIPPED, IssueState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What came of drafting one period. ``issue`` is None when the period was taken already."""

    newsletter: str
    period: Period
    issue: KeptIssue | None
    stories: int = 0
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry that waits for a newsletter's next issue, or is kept out of it."""

    kept: KeptEntry
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A newsletter whose issue for that period is to be drafted now."""

    newsletter: Newsletter
    period: Period


def due_issues(app: App) -> tuple[Due, ...]:
    """Every issue that is due by now and not drafted; usually none."""
    now = app.clock()
    periods = ((each, _period(app, each, now)) for each in app.config.newsletters.values())
    return tuple(Due(newsletter=each, period=period) for each, period in periods if period)


def draft_due_issues(app: App) -> tuple[Drafted, ...]:
    """Draft every newsletter's issue that is due by now."""
    return tuple(draft_issue(app, due.newsletter, due.period) for due in due_issues(app))


def draft_issue(app: App, newsletter: Newsletter, period: Period) -> Drafted:
    """Draft one newsletter's issue for one period.

    The period's uniqueness in the store settles races: whoever comes second gets None.
    """
    issue = _assemble(app, newsletter, period)
    skipped = _is_skipped(issue, newsletter)
    return _keep(app, newsletter, issue, IssueState.SKIPPED if skipped else IssueState.DRAFT)


def upcoming_entries(app: App, newsletter: Newsletter) -> tuple[KeptEntry, ...]:
    """The entries that the newsletter's next issue could draw on, as of now."""
    period = upcoming_period(app, newsletter)
    return candidates(_entries(app, newsletter, period), period)


def waiting_entries(app: App, newsletter: Newsletter) -> tuple[Waiting, ...]:
    """The entries of the next issue's period, as of now: new ones, and those kept back, and why."""
    period = upcoming_period(app, newsletter)
    found = (
        Waiting(kept=kept, standing=state_of(kept, newsletter, period, now=app.clock()))
        for kept in _entries(app, newsletter, period)
    )
    return tuple(waiting for waiting in found if waiting.standing.state in _WAITING)


def upcoming_period(app: App, newsletter: Newsletter) -> Period:
    """The period of the newsletter's next issue."""
    end = next_due(newsletter.schedule, app.clock())
    period = _period(app, newsletter, end)
    return period or Period(start=app.clock(), end=end)


def draft_now(app: App, newsletter: Newsletter, period: Period | None = None) -> Drafted:
    """Draft because a person asks: that period, or the one that is due, or what has passed since.

    Where there is too little to tell, nothing is kept: the schedule will ask again.
    """
    issues = [_assemble(app, newsletter, one) for one in _asked(app, newsletter, period)]
    told = [issue for issue in issues if not _is_skipped(issue, newsletter)]
    if not told:
        last = issues[-1].key.period
        return Drafted(newsletter=newsletter.id, period=last, issue=None, skipped=True)
    return _keep(app, newsletter, told[0], IssueState.DRAFT)


def _asked(app: App, newsletter: Newsletter, period: Period | None) -> tuple[Period, ...]:
    if period:
        return (period,)
    due = _period(app, newsletter, app.clock())
    start = (due or upcoming_period(app, newsletter)).start
    so_far = Period(start=start, end=app.clock())
    return (due, so_far) if due else (so_far,)


def find_issue(app: App, newsletter: Newsletter, period: Period) -> KeptIssue | None:
    """The newsletter's issue of that period, if it was drafted already."""
    return app.store.issues.find(IssueKey(newsletter=newsletter.id, period=period))


def _assemble(app: App, newsletter: Newsletter, period: Period) -> Issue:
    kept = _entries(app, newsletter, period)
    return assemble(newsletter, period, kept, feeds=all_feeds(app)).issue


def _is_skipped(issue: Issue, newsletter: Newsletter) -> bool:
    return newsletter.skip_when_empty and is_empty(issue, newsletter)


def _keep(app: App, newsletter: Newsletter, issue: Issue, state: IssueState) -> Drafted:
    return Drafted(
        newsletter=newsletter.id,
        period=issue.key.period,
        issue=app.store.issues.add(issue, now=app.clock(), state=state),
        stories=len(issue.stories),
        skipped=state is IssueState.SKIPPED,
    )


def _period(app: App, newsletter: Newsletter, now: datetime) -> Period | None:
    """The period that is due at ``now``, reaching back over issues that never went out.

    A skipped or cancelled issue used its period up, but not its entries: the next one tells them.
    """
    issues = app.store.issues.issues(newsletter=newsletter.id)
    latest = issues[0].issue.key.period if issues else None
    period = due_period(newsletter, now=now, latest=latest)
    if period is None or newsletter.schedule.length is not None:
        return period
    unsent = tuple(takewhile(lambda kept: kept.state in _UNSENT, issues))
    start = unsent[-1].issue.key.period.start if unsent else period.start
    return Period(start=min(start, period.start), end=period.end)


def _entries(app: App, newsletter: Newsletter, period: Period) -> tuple[KeptEntry, ...]:
    feeds = newsletter_feeds(app, newsletter)
    return app.store.feeds.entries_in(feeds, period, newsletter=newsletter.id)
